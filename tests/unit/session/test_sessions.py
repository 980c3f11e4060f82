"""The options of a session in a credentials section."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awscli_mfa_plugin.session.records import Profile, Session
from awscli_mfa_plugin.session.sessions import (
    SESSION_OPTIONS,
    STALE_OPTIONS,
    lives,
    options_without_session,
    session_of,
    session_options,
)
from tests.fakes import LONG_LIVED, NOW, session_section

SESSION = Session("ASIA1", "secret-1", "token-1", NOW + timedelta(hours=12), NOW)


def test_a_session_is_written_with_its_times_and_our_name() -> None:
    """RFC 3339 with offset, which shell prompts read."""
    assert session_options(SESSION) == {
        "aws_access_key_id": "ASIA1",
        "aws_secret_access_key": "secret-1",
        "aws_session_token": "token-1",
        "expiration": "2026-11-24T21:00:00+00:00",
        "issued": "2026-11-24T09:00:00+00:00",
        "issued_key": "2026-11-24T09:00:00+00:00 b1b36d22b7ab353e3f784f0affd40055",
        "manager": "awscli-mfa-plugin",
    }


def test_what_is_written_is_what_logout_takes_out() -> None:
    """Nothing of a session stays behind, and what is stale isn't part of it."""
    assert set(session_options(SESSION)) == set(SESSION_OPTIONS)
    assert set(STALE_OPTIONS).isdisjoint(SESSION_OPTIONS)
    assert options_without_session({**session_options(SESSION), "region": "eu-west-1"}) == {
        "region": "eu-west-1"
    }


@given(st.integers(1, 129_600), st.booleans(), st.integers(0, 10**9))
def test_a_session_is_read_as_it_was_written(
    lifetime: int,
    has_issued: bool,  # noqa: FBT001 - hypothesis draws it
    later: int,
) -> None:
    """Both times, to the second, whether or not the start is known."""
    issued = NOW + timedelta(seconds=later)
    session = Session(
        "A", "s", "t", issued + timedelta(seconds=lifetime), issued if has_issued else None
    )
    assert session_of(Profile("a", {}, session_options(session))) == session


NONE_OF_OURS = {
    "nothing": {},
    "long-lived keys": LONG_LIVED,
    "another manager's": session_section(manager="awsume"),
    "no end": session_section(expiration=""),
    "an end that is no time": session_section(expiration="soon"),
}


@pytest.mark.parametrize("section", NONE_OF_OURS.values(), ids=NONE_OF_OURS.keys())
def test_what_isnt_a_session_of_ours_is_none(section: dict[str, str]) -> None:
    """Neither another's nor one whose end can't be told."""
    assert session_of(Profile("a", {}, section)) is None


def test_a_session_may_live_until_its_known_end() -> None:
    """One without a known end may still be good."""
    assert lives(None, NOW)
    assert lives(NOW + timedelta(seconds=1), NOW)
    assert not lives(NOW, NOW)
    assert not lives(NOW - timedelta(seconds=1), NOW)
