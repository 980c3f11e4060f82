"""The values of profiles, sessions and devices."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awscli_mfa_plugin.session.records import CallerIdentity, Keys, MfaDevice, Profile, Session
from tests.fakes import LONG_LIVED, NOW, SERIAL, session_section

TEMPORARY = {**LONG_LIVED, "aws_access_key_id": "ASIAADA", "aws_session_token": "secret-token"}


def session_of(lifetime: float, *, issued: bool = True) -> Session:
    """Return a session made now."""
    expiration = NOW + timedelta(seconds=lifetime)
    return Session("ASIA", "secret-key", "secret-token", expiration, NOW if issued else None)


def test_the_credentials_file_overrides_the_config_file() -> None:
    """As in botocore; a missing value is empty."""
    profile = Profile("a", {"region": "config", "output": "json"}, {"region": "credentials"})
    assert profile.get("region") == "credentials"
    assert profile.get("output") == "json"
    assert profile.get("mfa_serial") == ""


def test_a_profile_exists_if_either_file_has_it() -> None:
    """A section in one of them is enough."""
    assert Profile("a", {"region": "x"}).exists
    assert Profile("a", {}, {"x": "y"}).exists
    assert not Profile("a").exists


KEYS: dict[str, tuple[dict[str, str], dict[str, str], bool]] = {
    "none": ({}, {}, False),
    "long-lived in the credentials file": ({}, LONG_LIVED, True),
    "long-lived in the config file": (LONG_LIVED, {}, True),
    "long-lived in one, a session in the other": (LONG_LIVED, session_section(), True),
    "a session": ({}, session_section(), False),
    "a session in the config file": (TEMPORARY, {}, False),
    "a session by the token's old name": ({}, TEMPORARY | {"aws_security_token": "x"}, False),
    "a token without key": ({}, {"aws_session_token": "x"}, False),
}


@pytest.mark.parametrize(("config", "credentials", "are"), KEYS.values(), ids=KEYS.keys())
def test_keys_without_a_token_are_long_lived(
    config: dict[str, str], credentials: dict[str, str], are: object
) -> None:
    """In either file: no session may replace them."""
    assert Profile("a", config, credentials).has_long_lived_keys is are


KEY_IDS: dict[str, tuple[dict[str, str], dict[str, str], str]] = {
    "none": ({}, {}, ""),
    "in the credentials file": ({}, LONG_LIVED, "AKIAADA"),
    "in the config file": (LONG_LIVED, {}, "AKIAADA"),
    "in both, as botocore takes them": (
        LONG_LIVED | {"aws_access_key_id": "AKIACONFIG"},
        LONG_LIVED,
        "AKIAADA",
    ),
    "beside a session": (LONG_LIVED, session_section(), "AKIAADA"),
    "a session alone": ({}, session_section(), ""),
    "a session in the config file": (TEMPORARY, {}, ""),
}


@pytest.mark.parametrize(("config", "credentials", "key_id"), KEY_IDS.values(), ids=KEY_IDS.keys())
def test_the_id_of_the_long_lived_key(
    config: dict[str, str], credentials: dict[str, str], key_id: str
) -> None:
    """Of whichever section has it; never a session's."""
    assert Profile("a", config, credentials).long_lived_key_id == key_id


def test_a_session_is_ours_only_by_its_manager() -> None:
    """Other sessions aren't."""
    assert Profile("a", {}, session_section()).is_ours
    assert not Profile("a", {}, session_section(manager="awsume")).is_ours
    assert not Profile("a", {}, TEMPORARY).is_ours
    assert not Profile("a", {}, {"manager": "awscli-mfa-plugin"}).is_ours
    assert Profile("a", {}, TEMPORARY).has_session_token
    assert Profile("a", {}, TEMPORARY | {"aws_security_token": "x"}).has_session_token
    assert not Profile("a", {}, LONG_LIVED).has_session_token


MANAGED: dict[str, tuple[dict[str, str], bool]] = {
    "nothing": ({}, False),
    "the mark": ({"mfa_source_profile": "default"}, True),
    "the switch": ({"mfa_session": "on"}, True),
    "the switch, any case": ({"mfa_session": "On"}, True),
    "another value": ({"mfa_session": "1"}, False),
    "switched off": ({"mfa_session": "off"}, False),
    "switched off with the mark": ({"mfa_source_profile": "default", "mfa_session": "OFF"}, False),
    "a serial alone, as the peers' users have it": ({"mfa_serial": SERIAL}, False),
}


@pytest.mark.parametrize(("config", "is_managed"), MANAGED.values(), ids=MANAGED.keys())
def test_a_profile_is_managed_by_its_own_settings(
    config: dict[str, str], is_managed: object
) -> None:
    """``mfa_source_profile`` or ``mfa_session = on``; not with ``off``."""
    profile = Profile("a", config)
    assert profile.is_managed is is_managed
    assert profile.is_switched_off is (config.get("mfa_session", "").lower() == "off")


WAYS = [
    "role_arn",
    "sso_session",
    "sso_start_url",
    "sso_account_id",
    "credential_process",
    "web_identity_token_file",
    "credential_source",
    "login_session",
]


@pytest.mark.parametrize("option", WAYS)
def test_a_profile_may_get_credentials_another_way(option: str) -> None:
    """The setting's name is returned, whichever file has it."""
    assert Profile("a", {option: "x"}).other_way == option
    assert Profile("a", {}, {option: "x"}).other_way == option


def test_most_profiles_get_credentials_no_other_way() -> None:
    """Neither an MFA serial nor source_profile alone is one."""
    assert Profile("a", {"mfa_serial": SERIAL, "source_profile": "b"}, LONG_LIVED).other_way == ""


EXPIRING = {
    "just made": (43_200, 0, False),
    "a second before the window": (43_200, 43_200 - 901, False),
    "a second inside the window": (43_200, 43_200 - 899, True),
    "short, just made": (900, 0, False),
    "short, ten minutes old": (900, 600, False),
    "short, a second before the window": (900, 674, False),
    "short, a second inside the window": (900, 676, True),
    "over": (900, 901, True),
}


@pytest.mark.parametrize(("lifetime", "age", "is_expiring"), EXPIRING.values(), ids=EXPIRING.keys())
def test_a_session_is_expiring_inside_its_window(
    lifetime: int, age: int, is_expiring: object
) -> None:
    """15 minutes, or a quarter of its duration."""
    assert session_of(lifetime).is_expiring(NOW + timedelta(seconds=age)) is is_expiring


MIN_REMAINING = {
    "exactly as much": (3600, 3600, False),
    "a second less": (3599, 3600, True),
    "a started second doesn't count": (3599.9, 3600, True),
    "nothing requested, some left": (1, 0, False),
    "nothing requested, nothing left": (0, 0, True),
    "inside the window, but enough": (60, 30, False),
}


@pytest.mark.parametrize(
    ("left", "wanted", "is_expiring"), MIN_REMAINING.values(), ids=MIN_REMAINING.keys()
)
def test_min_remaining_replaces_the_window(left: float, wanted: int, is_expiring: object) -> None:
    """Renew unless at least that much is left."""
    assert session_of(left).is_expiring(NOW, wanted) is is_expiring


@given(st.integers(1, 129_600))
def test_a_new_session_is_never_expiring(lifetime: int) -> None:
    """Whatever its duration."""
    session = session_of(lifetime)
    assert not session.is_expiring(NOW)
    assert session.is_expiring(session.expiration)


def test_an_unknown_lifetime_counts_as_twelve_hours() -> None:
    """If the issue time is missing or impossible."""
    twelve_hours = timedelta(hours=12)
    assert session_of(900, issued=False).lifetime == twelve_hours
    assert session_of(0).lifetime == twelve_hours
    assert session_of(-1).lifetime == twelve_hours
    assert session_of(900).lifetime == timedelta(seconds=900)


def test_remaining_is_whole_seconds() -> None:
    """And never negative."""
    assert session_of(90.5).remaining(NOW) == 90
    assert session_of(90).remaining(NOW + timedelta(seconds=100)) == 0


@pytest.mark.parametrize(
    "value",
    [
        Keys("AKIA", "secret-key", "secret-token", "a"),
        session_of(900),
        Profile("a", TEMPORARY, {"aws_secret_access_key": "secret-key"}),
    ],
    ids=["keys", "session", "profile"],
)
def test_the_repr_of_a_value_holds_no_secret(value: object) -> None:
    """It may get into a log or a traceback."""
    assert "secret-" not in repr(value)


@pytest.mark.parametrize(
    ("kind", "is_usable"), [("virtual", True), ("hardware", True), ("FIDO", False)]
)
def test_all_but_fido_devices_are_usable(kind: str, is_usable: object) -> None:
    """GetSessionToken takes codes, and a FIDO key shows none."""
    assert MfaDevice(SERIAL, kind).is_usable is is_usable


USERS = {
    "a user": ("arn:aws:iam::123456789012:user/ada", "ada"),
    "a user with a path": ("arn:aws:iam::123456789012:user/team/x/ada", "ada"),
    "a user of China": ("arn:aws-cn:iam::123456789012:user/ada", "ada"),
    "a role": ("arn:aws:sts::123456789012:assumed-role/r/ada", ""),
    "root": ("arn:aws:iam::123456789012:root", ""),
    "a federated user": ("arn:aws:sts::123456789012:federated-user/ada", ""),
}


@pytest.mark.parametrize(("arn", "name"), USERS.values(), ids=USERS.keys())
def test_only_an_iam_user_has_a_user_name(arn: str, name: str) -> None:
    """Without its path, as IAM expects it."""
    assert CallerIdentity(arn, "123456789012").user_name == name
