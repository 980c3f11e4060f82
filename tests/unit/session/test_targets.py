"""Which profile may get a session."""

from __future__ import annotations

import pytest

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.session.records import Profile
from awscli_mfa_plugin.session.source import DEFAULT_SESSION_PROFILE, check_session_profile
from tests.fakes import LONG_LIVED, NOW, SERIAL, session_section

TEMPORARY = {**LONG_LIVED, "aws_access_key_id": "ASIAADA", "aws_session_token": "token"}
FITTING = {
    "a new profile": Profile("work"),
    "a profile without keys": Profile("work", {"region": "eu-west-1"}, {"x": "y"}),
    "a managed one": Profile("work", {"mfa_source_profile": "default", "mfa_serial": SERIAL}),
    "a peers' layout": Profile("work", {"source_profile": "default", "mfa_serial": SERIAL}),
    "keys in the credentials file": Profile("work", {}, LONG_LIVED),
    "keys in the config file": Profile("work", LONG_LIVED),
    "keys beside a session of ours": Profile("work", LONG_LIVED, session_section()),
    "keys, managed": Profile("work", {"mfa_session": "on"}, LONG_LIVED),
    "keys in default": Profile("default", {}, LONG_LIVED),
    "a session of ours": Profile("work", {}, session_section()),
    "a session of ours that is over": Profile("work", {}, session_section(age=50_000)),
    "another tool's that is over": Profile(
        "work", {}, TEMPORARY | {"expiration": "2026-11-24 08:59:59", "assumed_role": "False"}
    ),
}


@pytest.mark.parametrize("profile", FITTING.values(), ids=FITTING.keys())
def test_a_profile_without_credentials_of_another_kind_may_get_a_session(profile: Profile) -> None:
    """Also one with long-lived keys, or whose session is ours, or another tool's and over."""
    check_session_profile(profile, NOW)


def test_a_session_goes_to_a_profile_called_mfa_unless_named() -> None:
    """The design's name."""
    assert DEFAULT_SESSION_PROFILE == "mfa"


REFUSED: dict[str, tuple[Profile, str, str]] = {
    "switched off": (
        Profile("work", {"mfa_session": "off"}),
        "Profile work has mfa_session = off",
        "Remove that line",
    ),
    "switched off, with keys": (
        Profile("work", {"mfa_session": "off"}, LONG_LIVED),
        "Profile work has mfa_session = off",
        "--profile mfa",
    ),
    "the name to take in its place": (
        Profile("mfa", {"role_arn": "x"}),
        "Profile mfa gets its credentials by role_arn",
        "--profile mfa-session",
    ),
    "a role beside keys": (
        Profile("work", {"role_arn": "x"}, LONG_LIVED),
        "gets its credentials by role_arn",
        "--profile mfa",
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


HOSTILE = {
    "a role": ({"role_arn": "x"}, {}),
    "switched off": ({"mfa_session": "off"}, {}),
    "another tool's session": ({}, TEMPORARY),
}


@pytest.mark.parametrize(("config", "credentials"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_profile_name_is_shown_escaped(
    config: dict[str, str], credentials: dict[str, str]
) -> None:
    """In every error about it."""
    with pytest.raises(ConfigurationError) as caught:
        check_session_profile(Profile("a\x1b[2J", config, credentials), NOW)
    assert "\x1b" not in str(caught.value)
    assert "a\\x1b[2J" in caught.value.what
