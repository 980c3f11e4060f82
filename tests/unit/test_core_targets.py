"""Which profile may get a session."""

from __future__ import annotations

import pytest

from awscli_mfa_plugin.core.records import Profile
from awscli_mfa_plugin.core.targets import DEFAULT_SESSION_PROFILE, check_session_profile
from awscli_mfa_plugin.errors import ConfigurationError
from tests.fakes import LONG_LIVED, NOW, SERIAL, session_section

TEMPORARY = {**LONG_LIVED, "aws_session_token": "token"}
FITTING = {
    "a new profile": Profile("work"),
    "a profile without keys": Profile("work", {"region": "eu-west-1"}, {"x": "y"}),
    "a managed one": Profile("work", {"mfa_source_profile": "default", "mfa_serial": SERIAL}),
    "a peers' layout": Profile("work", {"source_profile": "default", "mfa_serial": SERIAL}),
    "a session of ours": Profile("work", {}, session_section()),
    "a session of ours that is over": Profile("work", {}, session_section(age=50_000)),
    "another tool's that is over": Profile(
        "work", {}, TEMPORARY | {"expiration": "2026-11-24 08:59:59", "assumed_role": "False"}
    ),
}


@pytest.mark.parametrize("profile", FITTING.values(), ids=FITTING.keys())
def test_a_profile_without_keys_of_its_own_may_get_a_session(profile: Profile) -> None:
    """Also one whose session is ours, or another tool's and over."""
    check_session_profile(profile, NOW)


def test_a_session_goes_to_a_profile_called_mfa_unless_named() -> None:
    """The design's name."""
    assert DEFAULT_SESSION_PROFILE == "mfa"


REFUSED: dict[str, tuple[Profile, str, str]] = {
    "keys in the credentials file": (
        Profile("work", {}, LONG_LIVED),
        "Profile work holds long-lived keys",
        "--profile mfa --source-profile work",
    ),
    "keys in the config file": (
        Profile("work", LONG_LIVED),
        "Profile work holds long-lived keys",
        "--profile mfa --source-profile work",
    ),
    "keys beside a session of ours": (
        Profile("work", LONG_LIVED, session_section()),
        "Profile work holds long-lived keys",
        "--source-profile work",
    ),
    "switched off": (
        Profile("work", {"mfa_session": "off"}),
        "Profile work has mfa_session = off",
        "Remove that line",
    ),
    "a live session of another tool": (
        Profile("work", {}, TEMPORARY | {"manager": "x", "expiration": "2026-11-24T09:00:01Z"}),
        "Profile work holds a session of x",
        "--profile mfa",
    ),
    "a session without a known end": (
        Profile("work", {}, TEMPORARY),
        "Profile work holds a session of another tool",
        "--profile mfa",
    ),
    **{
        option: (
            Profile("work", {option: "x"}),
            f"gets its credentials by {option}",
            "--profile mfa",
        )
        for option in (
            "role_arn",
            "sso_session",
            "sso_start_url",
            "credential_process",
            "web_identity_token_file",
            "credential_source",
            "login_session",
        )
    },
}


@pytest.mark.parametrize(("profile", "what", "remedy"), REFUSED.values(), ids=REFUSED.keys())
def test_a_profile_with_credentials_of_another_kind_is_refused(
    profile: Profile, what: str, remedy: str
) -> None:
    """The error says why, and which profile to name instead."""
    with pytest.raises(ConfigurationError) as caught:
        check_session_profile(profile, NOW)
    assert what in caught.value.what
    assert remedy in caught.value.remedy


def test_a_hostile_profile_name_is_shown_escaped() -> None:
    """In both lines of the error."""
    with pytest.raises(ConfigurationError) as caught:
        check_session_profile(Profile("a\x1b[2J", {}, LONG_LIVED), NOW)
    assert "\x1b" not in str(caught.value)
    assert str(caught.value).count("a\\x1b[2J") == 2
