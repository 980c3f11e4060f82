"""A session too old for a policy: AWS's error, and then how to get a newer session.

``tests/in_process/test_denials.py`` shows when nothing is said.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.hosts.cache import HOSTS
from tests.hosts.sessions import settle_on_session
from tests.in_process.test_denials import ALLOW, REMEDY, ROLE, grow_old, policy

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home

on_v2 = pytest.mark.parametrize("host", ["v2"], indirect=True)


def settle_old(home: Home, aws: EmbeddedAws) -> None:
    """Give profile mfa a session that was made two hours ago, under a policy of one hour."""
    settle_on_session(home, aws, 36_000, ROLE)
    grow_old(home, aws, hours=2)


@pytest.mark.parametrize("host", HOSTS, indirect=True)
def test_a_session_that_is_too_old_is_told_so(home: Home, aws: EmbeddedAws) -> None:
    """After AWS's error, in one line, once."""
    settle_old(home, aws)
    denied = home.run("s3", "ls", "--profile", "mfa")
    assert (denied.returncode, denied.stdout) == (home.host.service_exit_code, "")
    before, _, after = denied.stderr.partition("The MFA session of profile mfa is 2 h")
    assert "explicit deny" in before
    assert after.endswith(REMEDY)
    assert after.count("\n") == 1


@pytest.mark.parametrize("host", ["v2", "v2-debian"], indirect=True)
def test_a_role_that_cant_be_assumed_says_it_too(home: Home, aws: EmbeddedAws) -> None:
    """The call that is denied is AssumeRole."""
    settle_old(home, aws)
    role = home.run("sts", "get-caller-identity", "--profile", "admin")
    assert role.returncode == home.host.service_exit_code
    assert "AssumeRole" in role.stderr
    assert role.stderr.endswith(REMEDY)


@on_v2
def test_errors_in_json_stay_json(home: Home, aws: EmbeddedAws) -> None:
    """By option, variable or setting; for people the line is there."""
    settle_old(home, aws)
    words = ("s3", "ls", "--profile", "mfa")
    asked = "--cli-error-format"
    assert json.loads(home.run(*words, asked, "json").stderr)["Code"] == "AccessDenied"
    by_variable = home.run(*words, env={"AWS_CLI_ERROR_FORMAT": "json"})
    assert json.loads(by_variable.stderr)["Code"] == "AccessDenied"
    assert home.run(*words, asked, "enhanced").stderr.endswith(REMEDY)
    text = home.config.read_text()
    home.config.write_text(
        text.replace("[profile admin]", "[profile admin]\ncli_error_format=json")
    )
    role = home.run("sts", "get-caller-identity", "--profile", "admin")
    assert json.loads(role.stderr)["Code"] == "AccessDenied"


@on_v2
def test_many_denials_are_explained_once(home: Home, aws: EmbeddedAws) -> None:
    """A copy of several objects."""
    settle_old(home, aws)
    deny = {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"}
    aws.user("ada").policies = [policy(ALLOW, deny)]
    copied = home.run("s3", "cp", "--recursive", "s3://reports", "there", "--profile", "mfa")
    assert copied.returncode == 1
    assert copied.stderr.count("explicit deny") > 1
    assert copied.stderr.count("aws mfa login") == 1
    assert copied.stderr.endswith(REMEDY)
