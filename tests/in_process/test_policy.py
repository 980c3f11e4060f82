"""``aws mfa policy``: JSON on stdout, and what people can do under exactly that policy."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.aws.policy_language import check_document
from tests.aws.seed import default_state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.in_process.aws import Aws


@pytest.fixture(autouse=True)
def users_as_before(aws: Aws) -> Iterator[None]:
    """Give the embedded AWS, which other tests use too, its users back."""
    yield
    aws.service.state.users[:] = default_state().users
    aws.service.state.unassigned_devices.clear()


def printed(aws: Aws, *options: str) -> Any:
    """Return the policy that the command prints."""
    result = aws.run("mfa", "policy", *options)
    assert result.code == 0, result.output
    assert result.stderr == ""
    policy = json.loads(result.stdout)
    check_document(policy)
    return policy


def test_json_whatever_the_output_setting(aws: Aws) -> None:
    """So that it can go to create-policy as it is."""
    aws.settle(config="output = text\n")
    assert printed(aws)["Version"] == "2012-10-17"
    assert aws.actions() == ["GetCallerIdentity"]


@pytest.mark.parametrize(
    ("options", "partition"),
    [
        (["--region", "cn-north-1"], "aws-cn"),
        (["--region", "us-gov-east-1"], "aws-us-gov"),
        (["--region", "us-isob-east-1"], "aws-iso-b"),
        (["--region", "eu-west-3"], "aws"),
    ],
)
def test_a_region_tells_the_partition(aws: Aws, options: list[str], partition: str) -> None:
    """Without any keys: an administrator may have none here."""
    policy = printed(aws, *options)
    assert f'"arn:{partition}:iam::*:mfa/*"' in json.dumps(policy)
    assert aws.actions() == []


def test_the_callers_partition(aws: Aws) -> None:
    """Known by the identity of the keys."""
    aws.settle("china", config="")
    aws.write_config("[default]\nregion = cn-north-1\n")
    assert "arn:aws-cn:iam" in json.dumps(printed(aws))


def test_without_long_lived_keys(aws: Aws) -> None:
    """An administrator may use SSO, a role or temporary keys: then the region tells."""
    aws.settle()
    aws.write_config("[profile admin]\nregion = cn-north-1\nrole_arn = arn:aws-cn:iam::1:role/r\n")
    assert "arn:aws-cn:iam" in json.dumps(printed(aws, "--profile", "admin"))
    aws.write_credentials("")
    assert "arn:aws:iam" in json.dumps(printed(aws))
    result = aws.run("mfa", "policy", env={"AWS_DEFAULT_REGION": "us-gov-west-1"})
    assert "arn:aws-us-gov:iam" in result.stdout
    assert aws.run("mfa", "policy", "--source-profile", "nobody").code == 253
    assert aws.actions() == []


def test_a_user_with_a_session_works_under_it(aws: Aws) -> None:
    """Long-lived keys get nothing, the session lists buckets; a path changes nothing."""
    aws.settle("grace")
    policy = printed(aws)
    user = aws.service.user("grace")
    allow_s3 = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    user.policies = [policy, {"Version": "2012-10-17", "Statement": [allow_s3]}]
    denied = aws.run("s3", "ls")
    assert denied.code != 0
    assert "explicit deny" in denied.stderr
    listed = aws.run("mfa", "devices")
    assert listed.code == 0, listed.output
    assert "GAHT12345678" in listed.stdout
    aws.log_in(name="grace")
    done = aws.run("s3", "ls", "--profile", "mfa")
    assert done.code == 0, done.output


def test_a_session_that_is_too_old(aws: Aws) -> None:
    """It is denied, and a new login helps."""
    aws.settle()
    user = aws.service.user("ada")
    allow_s3 = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    policy = printed(aws, "--max-age", "900")
    user.policies = [policy, {"Version": "2012-10-17", "Statement": [allow_s3]}]
    aws.log_in()
    assert aws.run("s3", "ls", "--profile", "mfa").code == 0
    for session in aws.service.state.sessions.values():
        session.caller = replace(session.caller, mfa_time=aws.service.now() - timedelta(hours=1))
    assert aws.run("s3", "ls", "--profile", "mfa").code != 0
    aws.log_in("mfa", "--force")
    assert aws.run("s3", "ls", "--profile", "mfa").code == 0


def test_a_limit_that_makes_no_sense(aws: Aws) -> None:
    """Wrong usage."""
    result = aws.run("mfa", "policy", "--max-age", "60")
    assert result.code == 252
    assert "between 900 and 129600" in result.stderr
