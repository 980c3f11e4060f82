"""A session too old for a policy: AWS's error, and then how to get a newer session."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.aws import EmbeddedAws
    from tests.in_process.aws import Aws

REMEDY = "renew it:  aws mfa login --profile mfa --force\n"
ROLE = (
    "[profile admin]\nregion = eu-west-1\nrole_arn = arn:aws:iam::123456789012:role/admin\n"
    "source_profile = mfa\n"
)
ALLOW = {"Effect": "Allow", "Action": "*", "Resource": "*"}
TOO_OLD = {
    "Effect": "Deny",
    "NotAction": "sts:GetSessionToken",
    "Resource": "*",
    "Condition": {"NumericGreaterThanIfExists": {"aws:MultiFactorAuthAge": "3600"}},
}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    """Return a policy of these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


OLD = policy(ALLOW, TOO_OLD)


def grow_old(home: Any, service: EmbeddedAws, hours: int) -> None:
    """Let the session of profile mfa be made so many hours ago, under a policy of one hour."""
    service.user("ada").policies = [OLD]
    issued = (datetime.now(timezone.utc) - timedelta(hours=hours)).isoformat(timespec="seconds")
    text = home.credentials.read_text("utf-8")
    home.write_credentials(re.sub(r"(?m)^issued = .*$", f"issued = {issued}", text))
    for known in service.state.sessions.values():
        known.caller = replace(known.caller, mfa_time=service.now() - timedelta(hours=hours))


@pytest.fixture(autouse=True)
def users_as_before(service: EmbeddedAws) -> Iterator[None]:
    """Give ada her policies back: other tests use the embedded AWS too."""
    before = service.user("ada").policies
    yield
    service.user("ada").policies = before


def log_in(aws: Aws, hours: int) -> None:
    """Give profile mfa a session that was made so many hours ago.

    What was said in one command is said in the next one again.
    """
    aws.imports_anew = True
    aws.settle_mfa(config=ROLE)
    aws.log_in()
    grow_old(aws, aws.service, hours)


def test_a_session_that_is_too_old_is_told_so(aws: Aws) -> None:
    """After AWS's error, in one line, once; a role that can't be assumed says it too."""
    log_in(aws, hours=2)
    denied = aws.run("s3", "ls", "--profile", "mfa")
    assert denied.code == aws.run("s3", "ls").code != 0
    assert denied.stdout == ""
    before, _, after = denied.stderr.partition("The MFA session of profile mfa is 2 h")
    assert "explicit deny" in before
    assert after.endswith(REMEDY)
    assert after.count("\n") == 1
    role = aws.run("sts", "get-caller-identity", "--profile", "admin")
    assert role.code != 0
    assert "AssumeRole" in role.stderr
    assert role.stderr.endswith(REMEDY)


def test_nothing_is_said_where_the_age_is_no_reason(aws: Aws) -> None:
    """A new session, a call that no policy allows, long-lived keys."""
    log_in(aws, hours=0)
    assert aws.run("s3", "ls", "--profile", "mfa").code == 0
    deny = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
    aws.service.user("ada").policies = [policy(deny)]
    for profile in ("mfa", "default"):
        denied = aws.run("s3", "ls", "--profile", profile)
        assert "explicit deny" in denied.stderr
        assert "aws mfa" not in denied.stderr


def test_many_denials_are_explained_once(aws: Aws) -> None:
    """A copy of several objects."""
    log_in(aws, hours=2)
    deny = {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"}
    aws.service.user("ada").policies = [policy(ALLOW, deny)]
    there = str(aws.home / "there")
    copied = aws.run("s3", "cp", "--recursive", "s3://reports", there, "--profile", "mfa")
    assert copied.code == 1
    assert copied.stderr.count("explicit deny") > 1
    assert copied.stderr.count("aws mfa login") == 1
    assert copied.stderr.endswith(REMEDY)
