"""Identity-based policies: what a document allows, denies, and how AWS says so."""

from __future__ import annotations

from typing import Any

import pytest

from tests.aws import EmbeddedAws
from tests.aws.policy_language import MalformedPolicyError, Request, check_document, decide
from tests.aws.seed import default_state
from tests.aws_selftest.clients import (
    Refusal,
    client,
    keys_of,
    refusal,
    role_arn,
    session,
)

ADA = "arn:aws:iam::123456789012:user/ada"
OWN = "arn:aws:iam::*:user/${aws:username}"


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    """Return a policy of these statements, which AWS would store."""
    made = {"Version": "2012-10-17", "Statement": list(statements)}
    check_document(made)
    return made


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    """Return a statement that allows."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def under(name: str, *statements: dict[str, Any]) -> EmbeddedAws:
    """Return an AWS where a user has a policy of just these statements."""
    state = default_state()
    state.user(name).policies = [document(*statements)]
    return EmbeddedAws(state)


DENY_ALL = {"Effect": "Deny", "Action": "*", "Resource": "*"}


@pytest.mark.parametrize(
    ("statements", "action", "resource", "decision"),
    [
        ([allow("iam:GetUser", OWN)], "iam:GetUser", ADA, "allowed"),
        ([allow("iam:get*", OWN)], "iam:GetUser", ADA, "allowed"),
        ([allow(["s3:*", "iam:Get????"], OWN)], "iam:GetUser", ADA, "allowed"),
        ([allow("iam:GetUse", OWN)], "iam:GetUser", ADA, "not-mentioned"),
        ([allow("*")], "iam:GetUser", ADA, "allowed"),
        ([allow("*"), DENY_ALL], "iam:GetUser", ADA, "denied"),
        ([allow("iam:GetUser", OWN)], "iam:GetUser", ADA[:-1] + "m", "not-mentioned"),
        ([allow("iam:GetUser", OWN)], "iam:GetUser", "*", "not-mentioned"),
        # A path isn't part of the name.
        ([allow("iam:GetUser", OWN)], "iam:GetUser", ADA.replace("ada", "x/ada"), "not-mentioned"),
        (
            [allow("iam:GetUser", OWN.replace("/", "/*/"))],
            "iam:GetUser",
            ADA.replace("ada", "x/y/ada"),
            "allowed",
        ),
        # The request has no such key.
        ([allow("*", OWN.replace("username", "unknown"))], "iam:GetUser", ADA, "not-mentioned"),
        (
            [{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}],
            "iam:GetUser",
            ADA,
            "allowed",
        ),
        (
            [{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}],
            "s3:GetObject",
            "arn:aws:s3:::a/b",
            "not-mentioned",
        ),
        (
            [{"Effect": "Allow", "Action": "*", "NotResource": OWN}],
            "iam:GetUser",
            ADA,
            "not-mentioned",
        ),
    ],
)
def test_what_a_policy_says(
    statements: list[dict[str, Any]], action: str, resource: str, decision: str
) -> None:
    """Actions, resources and variables, by AWS's wildcards; a deny wins."""
    request = Request(action, resource, {"aws:username": "ada"})
    assert decide([document(*statements)], request) == decision


PRESENT, AGE = "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"


@pytest.mark.parametrize(
    ("operator", "key", "value", "context", "holds"),
    [
        ("Bool", PRESENT, "false", {PRESENT: "false"}, True),
        ("Bool", PRESENT, "false", {}, False),
        ("BoolIfExists", PRESENT, "false", {}, True),
        ("BoolIfExists", PRESENT, "false", {PRESENT: "true"}, False),
        ("BoolIfExists", PRESENT.lower(), "False", {PRESENT: "true"}, False),
        ("Null", PRESENT, "true", {}, True),
        ("Null", PRESENT, "true", {PRESENT: "false"}, False),
        ("Null", PRESENT, "false", {PRESENT: "false"}, True),
        ("NumericGreaterThan", AGE, "900", {AGE: "901"}, True),
        ("NumericGreaterThan", AGE, "900", {AGE: "900"}, False),
        ("NumericGreaterThan", AGE, "900", {}, False),
        ("NumericGreaterThanIfExists", AGE, "900", {}, True),
        ("NumericGreaterThanIfExists", AGE, "900", {AGE: "1000"}, True),
        ("NumericGreaterThanIfExists", AGE, "900", {AGE: "100"}, False),
        ("NumericLessThan", AGE, 900, {AGE: "100"}, True),
        ("NumericLessThanEquals", AGE, 900, {AGE: "900"}, True),
        ("NumericGreaterThanEquals", AGE, 900, {AGE: "900"}, True),
        ("NumericEquals", AGE, 900, {AGE: "900"}, True),
        ("StringEquals", "aws:username", ["eve", "ada"], {"aws:username": "ada"}, True),
        ("StringEquals", "aws:username", "ada", {}, False),
        ("StringNotEquals", "aws:username", ["eve", "ada"], {"aws:username": "ada"}, False),
        ("StringNotEquals", "aws:username", "ada", {}, True),
        ("StringLike", "aws:username", "a*", {"aws:username": "ada"}, True),
        ("ArnLike", "aws:PrincipalArn", OWN, {"aws:PrincipalArn": ADA}, False),
        ("ArnEquals", "aws:PrincipalArn", "*/ada", {"aws:PrincipalArn": ADA}, True),
    ],
)
def test_conditions(
    operator: str, key: str, value: Any, context: dict[str, str], *, holds: bool
) -> None:
    """A key that the request lacks fails a condition, but for IfExists, Null and Not."""
    policy = document(allow("*", Condition={operator: {key: value}}))
    decision = decide([policy], Request("iam:GetUser", "*", context))
    assert decision == ("allowed" if holds else "not-mentioned")


@pytest.mark.parametrize(
    "statement",
    [
        {**DENY_ALL, "Effect": "Perhaps"},
        {**DENY_ALL, "Actions": "*"},
        {**DENY_ALL, "NotAction": "*"},
        {**DENY_ALL, "Sid": "with space"},
        {"Effect": "Deny", "Action": "*"},
        {"Effect": "Deny", "Action": "GetUser", "Resource": "*"},
        {"Effect": "Deny", "Action": "*", "Resource": "user/ada"},
        {**DENY_ALL, "Condition": {"BoolIfPresent": {PRESENT: "false"}}},
        {**DENY_ALL, "Condition": {"NumericNotThan": {AGE: "1"}}},
    ],
)
def test_what_aws_would_not_store(statement: dict[str, Any]) -> None:
    """A typo in a policy is an error, not a statement without effect."""
    with pytest.raises(MalformedPolicyError):
        document(statement)


def test_documents_that_aws_would_not_store() -> None:
    """The version, the names of statements, and the size."""
    with pytest.raises(MalformedPolicyError):
        check_document({"Version": "2008-10-17", "Statement": [DENY_ALL]})
    with pytest.raises(MalformedPolicyError, match="unique"):
        document({**DENY_ALL, "Sid": "A"}, {**DENY_ALL, "Sid": "A"})
    with pytest.raises(MalformedPolicyError, match="quota"):
        document(allow([f"iam:{'A' * 60}{number}" for number in range(100)]))


def test_a_policy_that_does_not_mention_an_action() -> None:
    """AWS names the caller, the action and the user, and says that nothing allows it."""
    with under("ada", allow("iam:ListMFADevices", OWN)) as aws:
        iam = client(aws, "iam", keys_of(aws, "ada"))
        assert len(iam.list_mfa_devices(UserName="ada")["MFADevices"]) == 1
        assert refusal(iam.get_user) == Refusal(
            403,
            "AccessDenied",
            f"User: {ADA} is not authorized to perform: iam:GetUser on resource: user ada "
            "because no identity-based policy allows the iam:GetUser action",
        )
        buckets = refusal(client(aws, "s3", session(aws)).list_buckets)
        assert buckets.message.endswith(
            "because no identity-based policy allows the s3:ListAllMyBuckets action"
        )


def test_long_lived_keys_carry_no_key_about_mfa() -> None:
    """So Bool denies them nothing, and BoolIfExists does; a session with MFA passes both."""
    for operator, denied in (("Bool", False), ("BoolIfExists", True)):
        deny = {**DENY_ALL, "Condition": {operator: {PRESENT: "false"}}}
        with under("ada", allow("*"), deny) as aws:
            s3 = client(aws, "s3", keys_of(aws, "ada"))
            if denied:
                assert refusal(s3.list_buckets).message.endswith(
                    "with an explicit deny in an identity-based policy"
                )
            else:
                assert s3.list_buckets()["Buckets"]


def test_a_session_grows_too_old() -> None:
    """aws:MultiFactorAuthAge counts from the code."""
    deny = {**DENY_ALL, "Condition": {"NumericGreaterThanIfExists": {AGE: "600"}}}
    with under("ada", allow("*"), {**deny, "Action": "s3:*"}) as aws:
        s3 = client(aws, "s3", session(aws))
        assert s3.list_buckets()["Buckets"]
        aws.advance(590)
        assert s3.list_buckets()["Buckets"]
        aws.advance(20)
        assert refusal(s3.list_buckets).code == "AccessDenied"


def test_get_session_token_needs_no_permission() -> None:
    """But a policy can deny it; GetCallerIdentity can't be denied at all."""
    with under("ada", allow("s3:*")) as aws:
        assert session(aws).token
    with under("ada", allow("s3:*"), DENY_ALL) as aws:
        sts = client(aws, "sts", keys_of(aws, "ada"))
        assert refusal(sts.get_session_token).code == "AccessDenied"
        assert sts.get_caller_identity()["Arn"] == ADA


def test_assume_role_needs_one_side() -> None:
    """A role that trusts the account needs the user's policy too, one that names the user not."""
    state = default_state()
    state.user("ada").policies = [document(allow("s3:*"))]
    state.role("long").trusts = [ADA]
    with EmbeddedAws(state) as aws:
        sts = client(aws, "sts", keys_of(aws, "ada"))
        assume = {"RoleSessionName": "work"}
        assert sts.assume_role(RoleArn=role_arn("long"), **assume)["Credentials"]
        assert refusal(sts.assume_role, RoleArn=role_arn("reader"), **assume).code == "AccessDenied"


def test_a_user_that_does_not_exist_is_told_only_to_who_may_ask() -> None:
    """A denial comes first."""
    with under("ada", allow("iam:GetUser", "arn:aws:iam::*:user/x*")) as aws:
        iam = client(aws, "iam", keys_of(aws, "ada"))
        assert refusal(iam.get_user, UserName="nobody").code == "AccessDenied"
        missing = Refusal(404, "NoSuchEntity", "The user with name xavier cannot be found.")
        assert refusal(iam.get_user, UserName="xavier") == missing
