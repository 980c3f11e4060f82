"""Profiles and roles: what prevents a session, makes it useless, or belongs to another tool."""

from __future__ import annotations

import pytest

from awscli_mfa_plugin.doctor.findings import (
    ERROR,
    NOTE,
    OK,
    WARNING,
    Finding,
    Observations,
    ObservedRead,
)
from awscli_mfa_plugin.doctor.profiles import check_profiles
from tests.fakes import LONG_LIVED, SERIAL, Sections

TOKEN = {"aws_session_token": "token-secret"}
MANAGED = {"mfa_source_profile": "default", "mfa_serial": SERIAL}
ROLE = {"role_arn": "arn:aws:iam::123456789012:role/r", "source_profile": "mfa"}
OFF = {"mfa_session": "off"}
TEMPORARY = {"aws_access_key_id": "ASIAX", "aws_secret_access_key": "x-secret", **TOKEN}


def machine(config: Sections, credentials: Sections | None = None) -> Observations:
    """Return a machine with these sections in the files."""
    return Observations(
        ObservedRead("config", exists=True, sections=config),
        ObservedRead("credentials", exists=True, sections=credentials or {"default": LONG_LIVED}),
        ObservedRead("alias"),
    )


def checked(
    config: Sections, credentials: Sections | None = None, only: str | None = None
) -> list[Finding]:
    """Return the findings on these sections."""
    found = list(check_profiles(machine(config, credentials), only))
    assert "secret" not in "".join(finding.what + finding.remedy for finding in found)
    return found


def test_profiles_come_from_both_files() -> None:
    """Sections of the config file that are no profiles are left out."""
    profiles = machine(
        {"plugins": {"a": "b"}, "profile mfa": MANAGED}, {"default": LONG_LIVED}
    ).profiles()
    assert list(profiles) == ["mfa", "default"]
    assert profiles["mfa"].config == MANAGED


def test_profiles_without_problems_are_summed_up() -> None:
    """With the names of managed ones."""
    assert checked({"profile mfa": MANAGED}) == [
        Finding("profiles", OK, "2 checked, MFA profiles: mfa.")
    ]
    assert checked({}) == [Finding("profiles", OK, "1 checked, no MFA profile yet.")]


FAULTS: dict[str, tuple[Sections, Sections | None, str, str, str]] = {
    "a long-lived key with a token": (
        {},
        {"default": LONG_LIVED | TOKEN},
        "mixed-keys",
        ERROR,
        "has a long-lived key and a session token in the credentials file",
    ),
    "a temporary key without a token": (
        {"default": {"aws_access_key_id": "ASIAX", "aws_secret_access_key": "x"}},
        {"other": {}},
        "mixed-keys",
        ERROR,
        "a temporary key without session token in the config file",
    ),
    "keys in both files": (
        {"default": LONG_LIVED},
        None,
        "mixed-keys",
        WARNING,
        "keys in both files",
    ),
    "a source without a role": (
        {"profile mfa": {"source_profile": "default"}},
        None,
        "source-profile",
        WARNING,
        "SDKs for Go",
    ),
    "a switch that is neither": (
        {"profile mfa": {"mfa_session": "yes\x1b"}},
        None,
        "mfa-session",
        WARNING,
        "has mfa_session = yes\\x1b.",
    ),
    "marked, and another way": (
        {"profile mfa": MANAGED | {"credential_process": "x"}},
        None,
        "managed-profile",
        WARNING,
        "gets its credentials from credential_process",
    ),
    "switched on, and another way": (
        {"profile mfa": {"mfa_session": "on", "sso_session": "x"}},
        None,
        "managed-profile",
        WARNING,
        "gets its credentials from sso_session",
    ),
    "no source": (
        {"profile mfa": {"mfa_session": "on"}},
        None,
        "source",
        WARNING,
        "no keys and no mfa_source_profile",
    ),
    "a source that is gone": (
        {"profile mfa": {"mfa_source_profile": "nobody"}},
        None,
        "source",
        ERROR,
        "Source profile nobody of mfa doesn't exist.",
    ),
    "a source that is temporary": (
        {"profile mfa": {"mfa_source_profile": "other"}},
        {"other": TEMPORARY},
        "source",
        ERROR,
        "has temporary keys",
    ),
    "its own source": (
        {"profile mfa": {"mfa_source_profile": "mfa"}},
        None,
        "source",
        ERROR,
        "has no long-lived keys to make its own session from",
    ),
    "a bad duration": (
        {"profile mfa": MANAGED | {"duration_seconds": "60"}},
        None,
        "duration",
        ERROR,
        "out of range",
    ),
    "a user's ARN": (
        {"profile mfa": MANAGED | {"mfa_serial": "arn:aws:iam::123456789012:user/ada"}},
        None,
        "mfa-serial",
        ERROR,
        "a user's ARN",
    ),
    "a FIDO device": (
        {"profile mfa": MANAGED | {"mfa_serial": "arn:aws:iam::123456789012:u2f/user/ada/x"}},
        None,
        "mfa-serial",
        ERROR,
        "is a FIDO device",
    ),
    "aws-mfa's keys": (
        {},
        {"x-long-term": LONG_LIVED},
        "other-tools",
        NOTE,
        "belongs to aws-mfa",
    ),
    "awscli-mfa.sh's device": (
        {"profile x": {"mfa_arn": SERIAL}},
        None,
        "other-tools",
        NOTE,
        "belongs to awscli-mfa.sh",
    ),
    "awsume's session": (
        {},
        {"x": TEMPORARY | {"manager": "awsume"}},
        "other-tools",
        NOTE,
        "belongs to awsume",
    ),
    "a role that asks for more than an hour": (
        {"profile mfa": MANAGED, "profile r": ROLE | {"duration_seconds": "7200"}},
        None,
        "role-duration",
        NOTE,
        "More than an hour is set for r,",
    ),
    "a role on a role that asks for more than an hour": (
        {
            "profile mfa": MANAGED,
            "profile r": ROLE | {"duration_seconds": "43201"},
            "profile s": ROLE | {"source_profile": "r", "duration_seconds": "3601"},
        },
        None,
        "role-duration",
        NOTE,
        "More than an hour is set for r, s,",
    ),
    "a role whose duration is no number": (
        {"profile mfa": MANAGED, "profile r": ROLE | {"duration_seconds": "1h\x1b"}},
        None,
        "role-duration",
        WARNING,
        "duration_seconds = 1h\\x1b, which isn't a whole number",
    ),
    "a role that is too short": (
        {"profile mfa": MANAGED, "profile r": ROLE | {"duration_seconds": "899"}},
        None,
        "role-duration",
        ERROR,
        "AWS accepts 900 to 43200.",
    ),
    "a long role has mfa_session = off on a session": (
        {"profile mfa": MANAGED, "profile r": ROLE | OFF | {"duration_seconds": "7200"}},
        None,
        "role-duration",
        ERROR,
        "duration_seconds = 7200, but its source_profile mfa has session keys",
    ),
    "a long role has mfa_session = off on a role": (
        {
            "profile r": ROLE | OFF | {"duration_seconds": "7200", "source_profile": "s"},
            "profile s": ROLE | {"source_profile": "default"},
        },
        None,
        "role-duration",
        ERROR,
        "its source_profile s has session keys",
    ),
    "a role has mfa_session = off that is too long for anybody": (
        {"profile r": ROLE | OFF | {"duration_seconds": "43201", "source_profile": "default"}},
        None,
        "role-duration",
        ERROR,
        "AWS accepts 900 to 43200.",
    ),
    "a role has mfa_session = off on a session": (
        {"profile mfa": MANAGED, "profile r": ROLE | OFF},
        None,
        "role-source",
        NOTE,
        "source_profile mfa has an MFA session. The CLI uses it without",
    ),
    "the CLI's history": (
        {"default": {"cli_history": "enabled"}},
        None,
        "cli-history",
        NOTE,
        "keeps its own out of that",
    ),
}


@pytest.mark.parametrize(
    ("config", "credentials", "name", "state", "seen"), FAULTS.values(), ids=FAULTS.keys()
)
def test_each_problem_of_a_profile_is_reported(
    config: Sections, credentials: Sections | None, name: str, state: str, seen: str
) -> None:
    """Which profile, what is wrong, what to do."""
    [found] = [finding for finding in checked(config, credentials) if finding.name == name]
    assert found.state == state
    assert seen in found.what
    assert found.remedy
    names = [finding.name for finding in checked(config, credentials)]
    assert ("profiles" in names) == (state == NOTE)


SOUND: dict[str, tuple[Sections, Sections]] = {
    "a role on a source": (
        {"profile r": {"role_arn": "r", "source_profile": "default", "mfa_session": "on"}},
        {"default": LONG_LIVED},
    ),
    "a role of an hour": (
        {"profile mfa": MANAGED, "profile r": ROLE | {"duration_seconds": "3600"}},
        {"default": LONG_LIVED},
    ),
    "a long role on an unmanaged profile": (
        {"profile r": ROLE | {"source_profile": "default", "duration_seconds": "7200"}},
        {"default": LONG_LIVED},
    ),
    "a long role has mfa_session = off": (
        {
            "default": {"mfa_session": "on"},
            "profile r": ROLE | OFF | {"source_profile": "default", "duration_seconds": "43200"},
        },
        {"default": LONG_LIVED},
    ),
    "a role that leads back to": (
        {"profile r": ROLE | {"source_profile": "r", "duration_seconds": "7200"}},
        {"default": LONG_LIVED},
    ),
    "a role has mfa_session = off on another role": (
        {
            "profile r": ROLE | OFF | {"source_profile": "s"},
            "profile s": ROLE | {"source_profile": "default"},
        },
        {"default": LONG_LIVED},
    ),
    "its own keys, marked": (
        {"default": {"mfa_source_profile": "default"}},
        {"default": LONG_LIVED},
    ),
    "its own keys, switched on": ({"default": {"mfa_session": "on"}}, {"default": LONG_LIVED}),
    "switched off": ({"profile mfa": MANAGED | {"mfa_session": "off"}}, {"default": LONG_LIVED}),
    "another's session": ({}, {"x": TEMPORARY | {"manager": "awscli-mfa-plugin"}}),
    "another way, unmarked": ({"profile x": {"sso_session": "x"}}, {"default": LONG_LIVED}),
}


@pytest.mark.parametrize(("config", "credentials"), SOUND.values(), ids=SOUND.keys())
def test_correct_profiles_have_no_finding(config: Sections, credentials: Sections) -> None:
    """There are no false alarms."""
    assert [finding.name for finding in checked(config, credentials)] == ["profiles"]


def test_a_named_profile_is_checked_with_its_source() -> None:
    """Others aren't checked."""
    config = {
        "profile mfa": MANAGED,
        "profile other": {"mfa_session": "yes"},
        "profile lone": {"region": "eu-west-1"},
    }
    credentials = {"default": LONG_LIVED | TOKEN}
    assert {finding.name for finding in checked(config, credentials, "mfa")} == {"mixed-keys"}
    assert [finding.name for finding in checked(config, credentials, "other")] == ["mfa-session"]
    assert checked(config, credentials, "lone")[0].what == "1 checked, no MFA profile yet."
    own = {"default": {"mfa_source_profile": "default"}}
    assert checked(own, None, "default")[0].what == "1 checked, MFA profiles: default."


def test_long_lived_keys_of_another_tool_can_be_imported() -> None:
    """Once an MFA profile has them as its source, there is nothing to say."""
    keys = {"x-long-term": LONG_LIVED}
    [note] = [each for each in checked({}, keys) if each.name == "other-tools"]
    assert note.remedy == "Add an MFA profile for it:  aws mfa configure --import"
    config = {"profile x-mfa": {"mfa_source_profile": "x-long-term", "mfa_serial": SERIAL}}
    assert "other-tools" not in {finding.name for finding in checked(config, keys)}


def test_a_missing_profile_is_a_note() -> None:
    """A login creates it."""
    [found] = checked({}, None, "new")
    assert (found.name, found.state) == ("profile", NOTE)
