"""How long a role session lasts, by whose keys it is assumed."""

from __future__ import annotations

import pytest

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.session.credentials import CredentialsRequest
from awscli_mfa_plugin.session.records import Profile
from awscli_mfa_plugin.session.role_sessions import (
    capped,
    check_long_lived,
    check_min_remaining,
    is_session,
)
from tests.fakes import LONG_LIVED

TEMPORARY = {"aws_access_key_id": "ASIAX", "aws_session_token": "t"}
MANAGED = {"mfa_source_profile": "default"}


@pytest.mark.parametrize(
    ("setting", "sent"),
    [
        ("900", "900"),
        ("3600", "3600"),
        ("3601", "3600"),
        ("43201", "3600"),
        (" 7_200 ", "3600"),
        ("600", "600"),
        ("-1", "-1"),
        ("1h", "1h"),
        ("", ""),
    ],
)
def test_more_than_an_hour_is_an_hour(setting: str, sent: str) -> None:
    """What the CLI reads as a number is capped as one; anything else is left to the CLI."""
    assert capped(setting) == sent


SOURCES = [
    (Profile("mfa", MANAGED), True),
    (Profile("mfa", MANAGED, TEMPORARY), True),
    (Profile("other", TEMPORARY), True),
    (Profile("r", {"role_arn": "x"}), True),
    (Profile("default", {}, LONG_LIVED), False),
    (Profile("default", {"mfa_session": "on"}, LONG_LIVED), False),
    (Profile("process", {"credential_process": "x"}), False),
]


@pytest.mark.parametrize(("source", "expected"), SOURCES)
def test_whether_the_keys_of_a_source_are_a_sessions(source: Profile, *, expected: bool) -> None:
    """A profile that keeps its long-lived keys gives those to the CLI's own role."""
    assert is_session(source) == expected


@pytest.mark.parametrize("duration", ["3601", "43200"])
def test_a_long_role_on_a_session_is_refused_with_the_remedy(duration: str) -> None:
    """Both profiles, the setting, the cause and what to write are named."""
    role = Profile("admin", {"role_arn": "x", "duration_seconds": duration})
    with pytest.raises(ConfigurationError) as refused:
        check_long_lived(role, Profile("mfa", MANAGED))
    for part in ("admin", f"duration_seconds = {duration}", "mfa", "role chaining"):
        assert part in refused.value.what
    assert "source_profile" in refused.value.remedy


@pytest.mark.parametrize(
    ("duration", "source"),
    [
        ({}, Profile("mfa", MANAGED)),
        ({"duration_seconds": "3600"}, Profile("mfa", MANAGED)),
        ({"duration_seconds": "x"}, Profile("mfa", MANAGED)),
        ({"duration_seconds": "7200"}, Profile("default", {}, LONG_LIVED)),
    ],
)
def test_a_role_that_can_have_what_it_asks_for(duration: dict[str, str], source: Profile) -> None:
    """An hour on a session, and more on long-lived keys."""
    check_long_lived(Profile("admin", {"role_arn": "x", **duration}), source)


@pytest.mark.parametrize("seconds", [None, 0, 3599])
def test_less_than_an_hour_can_be_left(seconds: int | None) -> None:
    """A new role session has that much left."""
    check_min_remaining(CredentialsRequest("admin", min_remaining=seconds))


@pytest.mark.parametrize("seconds", [3600, 7200])
def test_an_hour_or_more_can_not_be_left(seconds: int) -> None:
    """A moment after AWS gave the hour it is less; the profile and the bound are named."""
    with pytest.raises(ConfigurationError, match="profile admin can't have") as refused:
        check_min_remaining(CredentialsRequest("admin", min_remaining=seconds))
    assert "less than 3600 seconds" in refused.value.remedy
