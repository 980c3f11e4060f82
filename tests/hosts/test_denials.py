"""A session too old for a policy: AWS's error, and then how to get a newer session."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from tests.hosts.cache import HOSTS
from tests.hosts.users import REGION, serial_of, session_in, settle

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home

ROLE = "role_arn = arn:aws:iam::123456789012:role/admin\nsource_profile = mfa\n"
REMEDY = "renew it:  aws mfa login --profile mfa --force\n"
OLD = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {
            "Effect": "Deny",
            "NotAction": "sts:GetSessionToken",
            "Resource": "*",
            "Condition": {"NumericGreaterThanIfExists": {"aws:MultiFactorAuthAge": "3600"}},
        },
    ],
}


def log_in(home: Home, aws: EmbeddedAws, hours: int) -> None:
    """Give profile mfa a session that was made so many hours ago, under a policy of one hour."""
    managed = f"[profile mfa]\nregion = {REGION}\nmfa_source_profile = default\n"
    role = f"[profile admin]\nregion = {REGION}\n{ROLE}"
    settle(home, aws, config=f"{managed}mfa_serial = {serial_of(aws)}\n{role}")
    code = aws.fresh_code(serial_of(aws))
    assert home.run("mfa", "login", "--token-code", code).returncode == 0
    aws.user("ada").policies = [OLD]
    made = datetime.now(timezone.utc) - timedelta(hours=hours)
    text, session = home.credentials.read_text(), session_in(home)
    issued = made.isoformat(timespec="seconds")
    home.write_credentials(text.replace(session["issued"], issued))
    for known in aws.state.sessions.values():
        known.caller = replace(known.caller, mfa_time=aws.now() - timedelta(hours=hours))


@pytest.mark.parametrize("host", HOSTS, indirect=True)
def test_a_session_that_is_too_old_is_told_so(home: Home, aws: EmbeddedAws) -> None:
    """After AWS's error, in one line, once; a role that can't be assumed says it too."""
    log_in(home, aws, hours=2)
    denied = home.run("s3", "ls", "--profile", "mfa")
    assert denied.returncode == home.run("s3", "ls").returncode != 0
    assert denied.stdout == ""
    before, _, after = denied.stderr.partition("The MFA session of profile mfa is 2 h")
    assert "explicit deny" in before
    assert after.endswith(REMEDY)
    assert after.count("\n") == 1
    role = home.run("sts", "get-caller-identity", "--profile", "admin")
    assert role.returncode != 0
    assert "AssumeRole" in role.stderr
    assert role.stderr.endswith(REMEDY)


def test_nothing_is_said_where_the_age_is_no_reason(home: Home, aws: EmbeddedAws) -> None:
    """A new session, a call that no policy allows, long-lived keys."""
    log_in(home, aws, hours=0)
    assert home.run("s3", "ls", "--profile", "mfa").returncode == 0
    deny = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
    aws.user("ada").policies = [{"Version": "2012-10-17", "Statement": [deny]}]
    for profile in ("mfa", "default"):
        denied = home.run("s3", "ls", "--profile", profile)
        assert "explicit deny" in denied.stderr
        assert "aws mfa" not in denied.stderr


@pytest.mark.parametrize("host", ["v2"], indirect=True)
def test_errors_in_json_stay_json(home: Home, aws: EmbeddedAws) -> None:
    """By option, variable or setting; for people the line is there."""
    log_in(home, aws, hours=2)
    words = ("s3", "ls", "--profile", "mfa")
    asked = "--cli-error-format"
    assert json.loads(home.run(*words, asked, "json").stderr)["Code"] == "AccessDenied"
    by_variable = home.run(*words, env={"AWS_CLI_ERROR_FORMAT": "json"})
    assert json.loads(by_variable.stderr)["Code"] == "AccessDenied"
    assert home.run(*words, asked, "enhanced").stderr.endswith(REMEDY)
    text = home.config.read_text()
    home.config.write_text(text.replace("[profile mfa]", "[profile mfa]\ncli_error_format = json"))
    assert json.loads(home.run(*words).stderr)["Code"] == "AccessDenied"
    role = home.run("sts", "get-caller-identity", "--profile", "admin", asked, "json")
    assert json.loads(role.stderr)["Code"] == "AccessDenied"


def test_many_denials_are_explained_once(home: Home, aws: EmbeddedAws) -> None:
    """A copy of several objects."""
    log_in(home, aws, hours=2)
    deny = {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"}
    allow = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    aws.user("ada").policies = [{"Version": "2012-10-17", "Statement": [allow, deny]}]
    copied = home.run("s3", "cp", "--recursive", "s3://reports", "there", "--profile", "mfa")
    assert copied.returncode == 1
    assert copied.stderr.count("explicit deny") > 1
    assert copied.stderr.count("aws mfa login") == 1
    assert copied.stderr.endswith(REMEDY)
