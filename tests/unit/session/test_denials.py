"""When a denied call may be the session's age, and what is said then."""

from __future__ import annotations

from datetime import timedelta

import pytest

from awscli_mfa_plugin.session.denials import advice_on_denial
from awscli_mfa_plugin.session.records import Session
from tests.fakes import NOW

DENIED = (
    "User: arn:aws:iam::123456789012:user/ada is not authorized to perform: s3:ListAllMyBuckets "
    "with an explicit deny in an identity-based policy"
)
NOT_ALLOWED = "because no identity-based policy allows the s3:ListAllMyBuckets action"


def advice(message: str = DENIED, age: timedelta | None = timedelta(hours=11)) -> str:
    """Return what is said of a denial under a session of this age; None is an unknown age."""
    issued = None if age is None else NOW - age
    session = Session("ASIA1", "s", "t", NOW + timedelta(hours=1), issued)
    return advice_on_denial(message, session, "my profile", NOW)


def test_an_old_session_that_a_policy_denies() -> None:
    """Its age and the command stand on one line; the profile is quoted for a shell."""
    assert advice() == (
        "The MFA session of profile my profile is 11 h old. If a policy limits its age, renew it:"
        "  aws mfa login --profile 'my profile' --force"
    )


@pytest.mark.parametrize(
    ("message", "age"),
    [
        (NOT_ALLOWED, timedelta(hours=11)),
        (DENIED, timedelta(minutes=14)),
        (DENIED, None),
        ("", timedelta(hours=11)),
    ],
)
def test_other_denials_are_left_alone(message: str, age: timedelta | None) -> None:
    """Nothing is allowed, the session is new, or its age isn't known."""
    assert advice(message, age) == ""


def test_a_quarter_of_an_hour_is_old_enough() -> None:
    """No policy of ours limits a session to less."""
    assert "15 min old" in advice(age=timedelta(minutes=15))
