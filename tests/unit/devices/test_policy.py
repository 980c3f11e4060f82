"""The policy that requires MFA: AWS would store it, and each statement is needed."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from awscli_mfa_plugin.devices.policy import AUDIENCES, CONSOLE_TOO, check_max_age, document
from awscli_mfa_plugin.errors import UsageError
from tests.aws.policies import context_of
from tests.aws.policy_language import Request, check_document, decide
from tests.aws.state import Caller, User

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=timezone.utc)
ADA = User("ada", "123456789012", path="/team/")
PLAIN = User("ada", "123456789012")
MFA_AGE = timedelta(seconds=100)


def caller(user: User, *, age: timedelta | None = None, is_session: bool = False) -> Caller:
    """Return a user with long-lived keys, or with a session, with MFA of this age."""
    kind: Any = "session" if is_session or age is not None else "user"
    since = NOW - age if age is not None else None
    names = (user.account, user.partition, "AKIA", user.arn, user.user_id)
    return Caller(kind, user, *names, mfa=age is not None, mfa_time=since)


KEYS, SESSION = caller(ADA), caller(ADA, age=MFA_AGE)
WITHOUT_MFA, OLD = caller(ADA, is_session=True), caller(ADA, age=timedelta(hours=13))
OWN, OTHER = ADA.arn, ADA.arn.replace("ada", "eve")
DEVICE = "arn:aws:iam::123456789012:mfa/ada-phone"
ALLOW_S3 = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}

# Who may do what under the policy, and under another one that allows S3.
CASES = [
    *((KEYS, action, OWN, True) for action in ("iam:EnableMFADevice", "iam:ListMFADevices")),
    (KEYS, "iam:ResyncMFADevice", OWN, True),
    (KEYS, "iam:GetUser", OWN, True),
    (caller(PLAIN), "iam:GetUser", PLAIN.arn, True),
    (KEYS, "iam:GetUser", OTHER, False),
    (KEYS, "iam:ListVirtualMFADevices", "arn:aws:iam::123456789012:mfa/", True),
    (KEYS, "iam:CreateVirtualMFADevice", DEVICE, True),
    (KEYS, "iam:DeactivateMFADevice", OWN, False),
    (KEYS, "iam:DeleteVirtualMFADevice", DEVICE, False),
    (KEYS, "iam:CreateAccessKey", OWN, False),
    (KEYS, "s3:ListAllMyBuckets", "*", False),
    (WITHOUT_MFA, "s3:ListAllMyBuckets", "*", False),
    (SESSION, "s3:ListAllMyBuckets", "*", True),
    (SESSION, "iam:EnableMFADevice", OWN, True),
    (SESSION, "iam:EnableMFADevice", OTHER, False),
    (SESSION, "iam:DeactivateMFADevice", OWN, True),
    (SESSION, "iam:DeleteVirtualMFADevice", DEVICE, True),
    *(
        (SESSION, f"iam:{action}", OWN, True)
        for action in (
            "CreateAccessKey",
            "UpdateAccessKey",
            "DeleteAccessKey",
            "ListAccessKeys",
            "GetAccessKeyLastUsed",
        )
    ),
    (SESSION, "iam:CreateAccessKey", OTHER, False),
    (SESSION, "iam:AttachUserPolicy", OWN, False),
]
CONSOLE_CASES = [
    (SESSION, "iam:ChangePassword", OWN, True),
    (SESSION, "iam:GetLoginProfile", OWN, True),
    (SESSION, "iam:GetAccountPasswordPolicy", "*", True),
    (KEYS, "iam:ChangePassword", OWN, False),
]
AGE_CASES = [(OLD, "s3:ListAllMyBuckets", "*", False), (OLD, "iam:ResyncMFADevice", OWN, True)]
Case = tuple[Caller, str, str, bool]


def wrong(policy: dict[str, Any], cases: list[Case]) -> list[tuple[str, str, str]]:
    """Return the cases that the policy decides otherwise."""
    found: list[tuple[str, str, str]] = []
    for who, action, resource, allowed in cases:
        request = Request(action, resource, context_of(who, NOW))
        other = {"Version": "2012-10-17", "Statement": [ALLOW_S3]}
        if (decide([policy, other], request) == "allowed") != allowed:
            found.append((who.kind, action, resource))
    return found


def test_who_may_do_what() -> None:
    """Without MFA only the way to a session; with it, own devices and keys and all else."""
    assert wrong(document("aws", "keys-only", None), CASES) == []
    assert wrong(document("aws", CONSOLE_TOO, 43_200), [*CASES, *CONSOLE_CASES, *AGE_CASES]) == []


@pytest.mark.parametrize("statement", range(9))
def test_each_statement_is_needed(statement: int) -> None:
    """Without it, a case is decided otherwise; DenyWithoutMFA is, where no age is limited."""
    policy = document("aws", CONSOLE_TOO, 43_200)
    sid = policy["Statement"][statement]["Sid"]
    if sid == "DenyWithoutMFA":
        policy = document("aws", CONSOLE_TOO, None)
    policy["Statement"] = [each for each in policy["Statement"] if each["Sid"] != sid]
    assert wrong(policy, [*CASES, *CONSOLE_CASES, *AGE_CASES])


def test_all_statements_are_tried() -> None:
    """The test above doesn't miss one."""
    assert len(document("aws", CONSOLE_TOO, 900)["Statement"]) == 9


@pytest.mark.parametrize("partition", ["aws", "aws-us-gov", "aws-cn"])
@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("age", [None, 900])
def test_aws_would_store_it(partition: str, audience: str, age: int | None) -> None:
    """The grammar and the quota, in every partition."""
    policy = document(partition, audience, age)
    check_document(policy)
    assert f"arn:{partition}:iam::" in json.dumps(policy)


@pytest.mark.parametrize("age", [899, 129_601, 0, -1])
def test_an_age_that_makes_no_sense(age: int) -> None:
    """Shorter than any session, or longer."""
    with pytest.raises(UsageError, match="between 900 and 129600"):
        check_max_age(age)
    check_max_age(900)
    check_max_age(None)
