"""The sessions of other tools, by the layouts that they write."""

from __future__ import annotations

import time
from datetime import datetime, timezone

import pytest

from awscli_mfa_plugin.session.other_tools import OtherSession, other_session
from awscli_mfa_plugin.session.records import Profile
from tests.fakes import LONG_LIVED, NOW, session_section

TEMPORARY = {
    "aws_access_key_id": "ASIA",
    "aws_secret_access_key": "secret",
    "aws_session_token": "token",
}
NAIVE = "2026-11-24 09:00:00"
RFC3339 = "2026-11-24T09:00:00+00:00"

LAYOUTS: dict[str, tuple[str, dict[str, str], str, datetime | None]] = {
    "aws-mfa": (
        "work",
        {"expiration": NAIVE, "aws_security_token": "token", "assumed_role": "False"},
        "aws-mfa",
        NOW,
    ),
    "aws-mfa, the token's old name alone": (
        "work",
        {"aws_session_token": "", "expiration": NAIVE, "aws_security_token": "token"},
        "aws-mfa",
        NOW,
    ),
    "aws-mfa by its role": ("work", {"expiration": NAIVE, "assumed_role": "x"}, "aws-mfa", NOW),
    "awsmfa": ("default", {"awsmfa_expiration": "2026-11-24T09:00:00"}, "awsmfa", NOW),
    "awscli-mfa.sh": ("a-mfasession", {"aws_session_expiry": RFC3339}, "awscli-mfa.sh", NOW),
    "awscli-bastion": (
        "bastion-sts",
        {"aws_session_expiration": "2026-11-24 09:00:00+00:00"},
        "awscli-bastion",
        NOW,
    ),
    "aws-vault": (
        "work",
        {"aws_credential_expiration": "2026-11-24T09:00:00Z"},
        "aws-vault",
        NOW,
    ),
    "saml2aws": (
        "saml",
        {"x_security_token_expires": "2026-11-24T10:00:00+01:00"},
        "saml2aws",
        NOW,
    ),
    "aws configure mfa-login": ("session-GAHT12345678", {}, "aws configure mfa-login", None),
    "nobody known, with an end": ("work", {"expiration": RFC3339}, "another tool", NOW),
    "nobody known, without one": ("work", {}, "another tool", None),
    "another manager": ("work", {"manager": "x", "expiration": RFC3339}, "x", NOW),
    "another manager, naive time": ("work", {"manager": "x", "expiration": NAIVE}, "x", NOW),
    "another manager, no end": ("work", {"manager": "x"}, "x", None),
    "an end that is no time": ("work", {"awsmfa_expiration": "soon"}, "awsmfa", None),
}


@pytest.mark.parametrize(
    ("name", "options", "tool", "expiration"), LAYOUTS.values(), ids=LAYOUTS.keys()
)
def test_a_peers_session_is_recognised_with_its_end(
    name: str, options: dict[str, str], tool: str, expiration: datetime | None
) -> None:
    """By the keys that each tool writes, in the form that it writes."""
    profile = Profile(name, {}, TEMPORARY | options)
    assert other_session(profile) == OtherSession(tool, expiration)


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone can't be set here")
@pytest.mark.parametrize(("zone", "hour"), [("EST5", 14), ("CET-1", 8), ("UTC0", 9)])
def test_awsumes_end_is_local_time(zone: str, hour: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """It writes naive local time (awsume #160)."""
    profile = Profile("work", {}, TEMPORARY | {"manager": "awsume", "expiration": NAIVE})
    try:
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        session = other_session(profile)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert session == OtherSession("awsume", datetime(2026, 11, 24, hour, tzinfo=timezone.utc))


@pytest.mark.parametrize(
    "section", [{}, LONG_LIVED, session_section(), LONG_LIVED | {"expiration": RFC3339}]
)
def test_no_session_and_our_own_are_nobody_elses(section: dict[str, str]) -> None:
    """Only temporary keys that we didn't write are another tool's."""
    assert other_session(Profile("session-x", {}, section)) is None


def test_a_hostile_manager_is_shown_escaped_and_short() -> None:
    """The name comes from a file."""
    session = other_session(Profile("a", {}, TEMPORARY | {"manager": "\x1b[2J" + "x" * 99}))
    assert session is not None
    assert session.tool.startswith("\\x1b[2Jx")
    assert len(session.tool) == 40
