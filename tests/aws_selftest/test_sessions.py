"""Sessions: durations, what they may call, when they expire; roles and their conditions."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.aws_selftest.clients import (
    Keys,
    Refusal,
    client,
    keys_in,
    keys_of,
    refusal,
    role_arn,
    session,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.aws import EmbeddedAws

START = "1 validation error detected: Value "
LIMITS = [
    (
        {"DurationSeconds": 600},
        (
            "'600' at 'durationSeconds' failed to satisfy constraint: "
            "Member must have value greater than or equal to 900"
        ),
    ),
    (
        {"DurationSeconds": 129601},
        (
            "'129601' at 'durationSeconds' failed to satisfy constraint: "
            "Member must have value less than or equal to 129600"
        ),
    ),
    (
        {"SerialNumber": "arn:aws:iam::123456789012:mfa/ada", "TokenCode": "abcdef"},
        (
            "'abcdef' at 'tokenCode' failed to satisfy constraint: "
            r"Member must satisfy regular expression pattern: [\d]*"
        ),
    ),
    (
        {"SerialNumber": "arn:aws:iam::123456789012:mfa/ada", "TokenCode": "1234567"},
        (
            "'1234567' at 'tokenCode' failed to satisfy constraint: "
            "Member must have length less than or equal to 6"
        ),
    ),
]


def sts(aws: EmbeddedAws, keys: Keys | str = "ada") -> Any:
    """Return an STS client for these keys, or for a user's own."""
    return client(aws, "sts", keys_of(aws, keys) if isinstance(keys, str) else keys)


def assume(aws: EmbeddedAws, keys: Keys | str, role: str, **given: Any) -> Any:
    """Assume a role of the seed."""
    return sts(aws, keys).assume_role(RoleArn=role_arn(role), RoleSessionName="work", **given)


def refused_role(aws: EmbeddedAws, keys: Keys | str, role: str, **given: Any) -> Refusal:
    """Return how the role is refused."""
    return refusal(lambda: assume(aws, keys, role, **given))


@pytest.mark.parametrize(("given", "message"), LIMITS)
def test_parameter_out_of_its_limits(aws: EmbeddedAws, given: dict[str, Any], message: str) -> None:
    """The service checks what the client's own model lets through."""
    caught = refusal(sts(aws).get_session_token, **given)
    assert caught == Refusal(400, "ValidationError", START + message)


@pytest.mark.parametrize(
    ("user", "asked", "granted"),
    [
        ("ada", {}, 43200),
        ("ada", {"DurationSeconds": 900}, 900),
        ("root", {}, 3600),
        ("root", {"DurationSeconds": 129600}, 3600),
        ("ada", {"DurationSeconds": 129600}, 129600),
    ],
)
def test_granted_duration(aws: EmbeddedAws, user: str, asked: dict[str, int], granted: int) -> None:
    """Twelve hours unless asked otherwise; root gets an hour whatever it asks for."""
    answer = sts(aws, user).get_session_token(**asked)
    left = answer["Credentials"]["Expiration"] - aws.now()
    assert timedelta(seconds=granted - 5) < left <= timedelta(seconds=granted)


def test_get_session_token_is_refused_to_temporary_keys(aws: EmbeddedAws) -> None:
    """Neither a user's session nor a role's can get another session."""
    role = keys_in(assume(aws, "ada", "reader"))
    for keys in (session(aws), role):
        caught = refusal(sts(aws, keys).get_session_token)
        message = "Cannot call GetSessionToken with session credentials"
        assert caught == Refusal(403, "AccessDenied", message)


def test_iam_needs_a_session_made_with_mfa(aws: EmbeddedAws) -> None:
    """Without MFA the token is 'invalid'; with it IAM answers."""
    caught = refusal(client(aws, "iam", session(aws, mfa=False)).get_user)
    message = "The security token included in the request is invalid"
    assert caught == Refusal(403, "InvalidClientTokenId", message)
    assert client(aws, "iam", session(aws)).get_user()["User"]["UserName"] == "ada"


def test_list_buckets_needs_mfa(aws: EmbeddedAws) -> None:
    """Long-lived keys and a session without MFA are denied, a session with MFA is not."""
    for keys in (keys_of(aws, "ada"), session(aws, mfa=False)):
        caught = refusal(client(aws, "s3", keys).list_buckets)
        assert (caught.status, caught.code) == (403, "AccessDenied")
        assert caught.message.endswith("with an explicit deny in an identity-based policy")
    assert client(aws, "s3", session(aws)).list_buckets()["Buckets"]


def test_expired_session(aws: EmbeddedAws) -> None:
    """STS and S3 have their own forms of ExpiredToken."""
    keys = session(aws, DurationSeconds=900)
    sts(aws, keys).get_caller_identity()
    aws.expire_sessions()
    caught = refusal(sts(aws, keys).get_caller_identity)
    message = "The security token included in the request is expired"
    assert caught == Refusal(403, "ExpiredToken", message)
    caught = refusal(client(aws, "s3", keys).list_buckets)
    assert caught == Refusal(400, "ExpiredToken", "The provided token has expired.")


def test_role_needs_mfa(aws: EmbeddedAws) -> None:
    """The trust policy's condition holds for plain keys, and a session with MFA meets it."""
    caught = refused_role(aws, "ada", "admin")
    message = (
        "User: arn:aws:iam::123456789012:user/ada is not authorized to perform: "
        "sts:AssumeRole on resource: arn:aws:iam::123456789012:role/admin"
    )
    assert caught == Refusal(403, "AccessDenied", message)
    answer = assume(aws, session(aws), "admin", DurationSeconds=3600)
    assert answer["AssumedRoleUser"]["Arn"].endswith(":assumed-role/admin/work")


def test_mfa_is_too_old_for_a_role(aws: EmbeddedAws) -> None:
    """aws:MultiFactorAuthAge counts from the moment of the code."""
    keys = session(aws)
    aws.advance(600)
    assume(aws, keys, "fresh")
    aws.advance(290)
    assert refused_role_after(aws, keys, 20).code == "AccessDenied"


def refused_role_after(aws: EmbeddedAws, keys: Keys, seconds: int) -> Refusal:
    """Return how 'fresh' is refused so many seconds later, the client's clock far behind."""
    for given in aws.state.sessions.values():
        caller = given.caller
        if caller.mfa_time and caller.access_key_id == keys.id:
            object.__setattr__(caller, "mfa_time", caller.mfa_time - timedelta(seconds=seconds))
    return refused_role(aws, keys, "fresh")


@pytest.mark.parametrize("given", [{}, {"ExternalId": "partner-43"}])
def test_role_needs_its_external_id(aws: EmbeddedAws, given: dict[str, str]) -> None:
    """A missing or another identifier is a plain denial."""
    assert refused_role(aws, "ada", "partner", **given).code == "AccessDenied"
    assume(aws, "ada", "partner", ExternalId="partner-42")


def test_role_duration_over_its_maximum(aws: EmbeddedAws) -> None:
    """The role's own maximum counts."""
    caught = refused_role(aws, "ada", "reader", DurationSeconds=3601)
    message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    assert caught == Refusal(400, "ValidationError", message)


@pytest.mark.parametrize(
    ("kind", "role"), [("role", "chained"), ("session", "admin"), ("plain session", "long")]
)
def test_role_chaining_lasts_an_hour(aws: EmbeddedAws, kind: str, role: str) -> None:
    """With a role's keys or a session's, more than an hour is refused whatever the role allows."""
    kinds: dict[str, Callable[[], Keys]] = {
        "role": lambda: keys_in(assume(aws, "ada", "reader")),
        "session": lambda: session(aws),
        "plain session": lambda: session(aws, mfa=False),
    }
    keys = kinds[kind]()
    assume(aws, keys, role, DurationSeconds=3600)
    for seconds in (3601, 43200):
        assert refused_role(aws, keys, role, DurationSeconds=seconds) == Refusal(
            400,
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed "
            "by role chaining.",
        )


def test_long_role_session_with_long_lived_keys(aws: EmbeddedAws) -> None:
    """With a user's own keys, and a code where the role wants one, the role's maximum counts."""
    serial = aws.user("ada").mfa_serial
    code = {"SerialNumber": serial, "TokenCode": aws.fresh_code(serial)}
    for role, given in (("long", {}), ("admin", code)):
        answer = assume(aws, "ada", role, DurationSeconds=43200, **given)
        left = answer["Credentials"]["Expiration"] - aws.now()
        assert timedelta(hours=11) < left <= timedelta(hours=12)


@pytest.mark.parametrize(
    ("seconds", "bound"),
    [(899, "greater than or equal to 900"), (43201, "less than or equal to 43200")],
)
@pytest.mark.parametrize("kind", ["long-lived", "session"])
def test_role_duration_out_of_bounds(aws: EmbeddedAws, kind: str, seconds: int, bound: str) -> None:
    """AssumeRole takes 900 to 43200 seconds, whose keys they are and whatever the role allows."""
    keys = keys_of(aws, "ada") if kind == "long-lived" else session(aws)
    assert refused_role(aws, keys, "long", DurationSeconds=seconds) == Refusal(
        400,
        "ValidationError",
        f"{START}'{seconds}' at 'durationSeconds' failed to satisfy constraint: "
        f"Member must have value {bound}",
    )


def test_get_federation_token_is_refused_to_temporary_keys(aws: EmbeddedAws) -> None:
    """Neither a session nor a role may call it."""
    for keys in (session(aws), keys_in(assume(aws, "ada", "reader"))):
        caught = refusal(sts(aws, keys).get_federation_token, Name="ada")
        message = "Cannot call GetFederationToken with session credentials"
        assert caught == Refusal(403, "AccessDenied", message)


def test_global_tokens_are_refused_in_opt_in_regions(aws: EmbeddedAws) -> None:
    """A token of sts.amazonaws.com works in us-east-1, but not in an opt-in region."""
    keys = keys_of(aws, "ada")
    globally = client(aws, "sts", keys, region="aws-global", by_proxy=True)
    regionally = client(aws, "sts", keys, by_proxy=True)
    for source, works in ((globally, False), (regionally, True)):
        given = keys_in(source.get_session_token())
        far = client(aws, "sts", given, region="af-south-1", by_proxy=True)
        client(aws, "sts", given, by_proxy=True).get_caller_identity()
        if works:
            far.get_caller_identity()
        else:
            assert refusal(far.get_caller_identity).code == "InvalidClientTokenId"
    assert "sts.amazonaws.com" in {call.host for call in aws.calls}
