"""Which profile may get a session, and where its keys come from."""

from __future__ import annotations

import pytest

from awscli_mfa_plugin.errors import ConfigurationError, UsageError
from awscli_mfa_plugin.session.records import Keys, Profile
from awscli_mfa_plugin.session.source import (
    DEFAULT_SESSION_PROFILE,
    Source,
    check_session_profile,
    environment_keys,
    known_region,
    resolve_source,
)
from tests.fakes import LONG_LIVED, NOW, SERIAL, FakeFiles, Fakes, session_section

IN_ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "secret-env"}
TEMPORARY_THERE = {**IN_ENVIRONMENT, "AWS_SESSION_TOKEN": "token-env"}


def files(**config: dict[str, str]) -> FakeFiles:
    """Return files with keys in three profiles, and config sections besides."""
    keys = {name: LONG_LIVED | {"aws_access_key_id": f"AKIA{name}"} for name in ("default", "a")}
    return FakeFiles(config, keys | {"b": LONG_LIVED, "temporary": session_section()})


KEY_OF = {"": "AKIAENV", "default": "AKIAdefault", "a": "AKIAa", "b": "AKIAADA"}
ORDER: dict[str, tuple[str | None, dict[str, str], dict[str, str], str]] = {
    "the option first": ("a", {"mfa_source_profile": "b"}, IN_ENVIRONMENT, "a"),
    "then mfa_source_profile": (
        None,
        {"mfa_source_profile": "b", "source_profile": "a"},
        IN_ENVIRONMENT,
        "b",
    ),
    "then source_profile": (None, {"source_profile": "a"}, IN_ENVIRONMENT, "a"),
    "then the environment": (None, {}, IN_ENVIRONMENT, ""),
    "then default": (None, {}, {}, "default"),
    "half a pair is none": (None, {}, {"AWS_ACCESS_KEY_ID": "AKIAENV"}, "default"),
    "temporary ones aren't taken": (None, {}, TEMPORARY_THERE, "default"),
    "the option before temporary ones": ("a", {}, TEMPORARY_THERE, "a"),
}


@pytest.mark.parametrize(
    ("named", "config", "environment", "profile"), ORDER.values(), ids=ORDER.keys()
)
def test_the_order_of_the_sources_of_keys(
    named: str | None, config: dict[str, str], environment: dict[str, str], profile: str
) -> None:
    """Option, profile, environment, default."""
    fakes = Fakes(files=files(), environment=environment)
    source = resolve_source(named, Profile("mfa", config), fakes.ports())
    assert source.profile == profile
    assert source.keys.session_token == ""
    assert source.keys.access_key_id == KEY_OF[profile]


def test_a_note_says_which_of_two_keys_are_used() -> None:
    """With keys in the environment and in default."""
    fakes = Fakes(files=files(), environment=IN_ENVIRONMENT)
    assert resolve_source(None, Profile("mfa"), fakes.ports()).shown == "the environment"
    assert len(fakes.notes) == 1
    assert "environment, not those of profile default" in fakes.notes[0]
    assert "--source-profile default" in fakes.notes[0]


def test_without_other_keys_there_is_no_note() -> None:
    """No default, or one that can't be a source."""
    for nowhere in (FakeFiles(), FakeFiles(credentials={"default": session_section()})):
        fakes = Fakes(files=nowhere, environment=IN_ENVIRONMENT)
        assert resolve_source(None, Profile("mfa"), fakes.ports()).profile == ""
        assert fakes.notes == []


def test_a_login_to_default_has_no_note() -> None:
    """If it gets the session, there is no choice."""
    fakes = Fakes(files=files(), environment=IN_ENVIRONMENT)
    assert resolve_source(None, Profile("default"), fakes.ports()).profile == ""
    assert fakes.notes == []


@pytest.mark.parametrize("token", ["AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"])
def test_temporary_keys_in_the_environment_are_ignored_with_a_note(token: str) -> None:
    """They are another tool's, and AWS gives no session for them."""
    fakes = Fakes(files=files(), environment={**IN_ENVIRONMENT, token: "token-env"})
    source = resolve_source(None, Profile("mfa"), fakes.ports())
    assert (source.profile, source.shown) == ("default", "profile default")
    assert len(fakes.notes) == 1
    assert "Ignoring AWS_ACCESS_KEY_ID" in fakes.notes[0]
    assert "token-env" not in fakes.notes[0]


UNFIT: dict[str, tuple[str, dict[str, str], str]] = {
    "missing": ("missing", {}, "Source profile missing doesn't exist"),
    "a session": ("temporary", {}, "Source profile temporary has temporary keys"),
    "a role": ("x", {"role_arn": "x"}, "Source profile x gets temporary keys from role_arn"),
    "SSO": ("x", {"sso_session": "x"}, "Source profile x gets temporary keys from sso_session"),
    "a login": ("x", {"login_session": "x"}, "gets temporary keys from login_session"),
    "no keys": ("x", {"region": "x"}, "Source profile x has no long-lived keys"),
    "itself": ("mfa", {}, "Profile mfa has no long-lived keys to make its own session from"),
}


@pytest.mark.parametrize(("named", "config", "what"), UNFIT.values(), ids=UNFIT.keys())
def test_a_named_source_without_long_lived_keys_is_an_error_with_the_reason(
    named: str, config: dict[str, str], what: str
) -> None:
    """Nothing else is used instead, and the remedy names what could be."""
    fakes = Fakes(files=files(**{named: config} if config else {}), environment=IN_ENVIRONMENT)
    with pytest.raises(ConfigurationError) as caught:
        resolve_source(named, Profile("mfa"), fakes.ports())
    assert what in caught.value.what
    assert "--source-profile" in caught.value.remedy


def test_the_remedy_names_usable_profiles() -> None:
    """Never the session profile itself, nor one with temporary keys."""
    fakes = Fakes(files=files(mfa={"region": "x"}, role={"role_arn": "x"}))
    with pytest.raises(ConfigurationError) as caught:
        resolve_source("temporary", Profile("b"), fakes.ports())
    assert caught.value.remedy == "Name the source with --source-profile: default, a."


def test_the_remedy_names_five_profiles_at_most() -> None:
    """A hundred names wouldn't help."""
    fakes = Fakes(files=FakeFiles(credentials=dict.fromkeys("abcdefg", LONG_LIVED)))
    with pytest.raises(ConfigurationError) as caught:
        resolve_source("missing", Profile("mfa"), fakes.ports())
    assert caught.value.remedy == "Name the source with --source-profile: a, b, c, d, e."


def test_without_any_keys_the_remedy_says_how_to_store_some() -> None:
    """On a new machine."""
    with pytest.raises(ConfigurationError) as caught:
        resolve_source(None, Profile("mfa"), Fakes().ports())
    assert "Source profile default doesn't exist" in caught.value.what
    assert "aws configure" in caught.value.remedy


def test_keys_of_a_credential_process_are_used() -> None:
    """As all long-lived keys that botocore can resolve."""
    fakes = Fakes(files=FakeFiles({"p": {"credential_process": "x"}}))
    fakes.chain.resolved["p"] = Keys("AKIAP", "secret-p", profile="p")
    source = resolve_source("p", Profile("mfa"), fakes.ports())
    assert source == Source("p", Keys("AKIAP", "secret-p", profile="p"))


def test_temporary_keys_of_a_process_are_refused() -> None:
    """It is only known after it has run."""
    fakes = Fakes(files=FakeFiles({"p": {"credential_process": "x"}}))
    fakes.chain.resolved["p"] = Keys("ASIAP", "secret-p", "token-p", "p")
    with pytest.raises(ConfigurationError, match="Source profile p provides temporary keys"):
        resolve_source("p", Profile("mfa"), fakes.ports())


def test_keys_in_the_config_file_are_used() -> None:
    """And not only in the credentials file."""
    fakes = Fakes(files=FakeFiles({"c": LONG_LIVED}))
    assert resolve_source("c", Profile("mfa"), fakes.ports()).keys.access_key_id == "AKIAADA"


KEYS: dict[str, tuple[dict[str, str], Keys | None]] = {
    "none": ({}, None),
    "an id alone": ({"AWS_ACCESS_KEY_ID": "A"}, None),
    "a secret alone": ({"AWS_SECRET_ACCESS_KEY": "s"}, None),
    "empty": ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, None),
    "long-lived": (IN_ENVIRONMENT, Keys("AKIAENV", "secret-env")),
    "with an empty token": (
        {**IN_ENVIRONMENT, "AWS_SESSION_TOKEN": ""},
        Keys("AKIAENV", "secret-env"),
    ),
    "temporary": (TEMPORARY_THERE, Keys("AKIAENV", "secret-env", "token-env")),
}


@pytest.mark.parametrize(("environment", "keys"), KEYS.values(), ids=KEYS.keys())
def test_both_variables_are_needed_for_keys_in_the_environment(
    environment: dict[str, str], keys: Keys | None
) -> None:
    """A token makes them temporary."""
    assert environment_keys(environment) == keys


BOTH = {"AWS_REGION": "r-env", "AWS_DEFAULT_REGION": "r-default"}
REGIONS: dict[str, tuple[str | None, str, str, dict[str, str], str]] = {
    "the option first": ("r-option", "r-session", "r-source", BOTH, "r-option"),
    "then the session profile's": (None, "r-session", "r-source", BOTH, "r-session"),
    "then the source's": (None, "", "r-source", BOTH, "r-source"),
    "then the environment's": (None, "", "", BOTH, "r-env"),
    "then its older name": (None, "", "", {"AWS_DEFAULT_REGION": "r-default"}, "r-default"),
    "else none": (None, "", "", {}, ""),
}


@pytest.mark.parametrize(
    ("named", "of_session", "of_source", "environment", "region"),
    REGIONS.values(),
    ids=REGIONS.keys(),
)
def test_the_order_of_the_sources_of_a_region(
    named: str | None, of_session: str, of_source: str, environment: dict[str, str], region: str
) -> None:
    """Option, session profile, source profile, environment."""
    fakes = Fakes(files=FakeFiles({"a": {"region": of_source}}), environment=environment)
    session_profile = Profile("mfa", {"region": of_session})
    source = Source("a", Keys("AKIA", "secret"))
    assert known_region(named, session_profile, source, fakes.ports()) == region


def test_keys_in_the_environment_have_no_profiles_region() -> None:
    """Not even default's."""
    fakes = Fakes(files=FakeFiles({"default": {"region": "r"}, "": {"region": "x"}}))
    assert known_region(None, Profile("mfa"), Source("", Keys("A", "s")), fakes.ports()) == ""


@pytest.mark.parametrize("region", ["bo gus", "-eu", "eu-", "12", "eu.west", "ä", "x" * 64])
def test_an_invalid_region_is_an_error_before_any_call(region: str) -> None:
    """By the option it is wrong usage, elsewhere wrong configuration."""
    source, ports = Source("", Keys("A", "s")), Fakes().ports()
    with pytest.raises(UsageError, match="isn't a region"):
        known_region(region, Profile("mfa"), source, ports)
    with pytest.raises(ConfigurationError, match="isn't a region"):
        known_region(None, Profile("mfa", {"region": region}), source, ports)


def test_a_source_shows_no_secret_and_no_control_characters() -> None:
    """In messages and in a traceback."""
    source = Source("a\x1b", Keys("AKIA", "secret-a", "token-a", "a"))
    assert source.shown == "profile a\\x1b"
    assert "secret-a" not in repr(source)
    assert "token-a" not in repr(source)


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
def test_profiles_that_may_get_a_session(profile: Profile) -> None:
    """Also with long-lived keys, with our session, or with another tool's expired one."""
    check_session_profile(profile, NOW)


def test_the_default_name_of_the_session_profile_is_mfa() -> None:
    """Unless another one is named."""
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
        "Profile mfa gets its credentials from role_arn",
        "--profile mfa-session",
    ),
    "a role beside keys": (
        Profile("work", {"role_arn": "x"}, LONG_LIVED),
        "gets its credentials from role_arn",
        "--profile mfa",
    ),
    "a live session of another tool": (
        Profile("work", {}, TEMPORARY | {"manager": "x", "expiration": "2026-11-24T09:00:01Z"}),
        "Profile work has a session from x",
        "--profile mfa",
    ),
    "a session without a known end": (
        Profile("work", {}, TEMPORARY),
        "Profile work has a session from another tool",
        "--profile mfa",
    ),
    **{
        option: (
            Profile("work", {option: "x"}),
            f"gets its credentials from {option}",
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
def test_profiles_that_may_not_get_a_session(profile: Profile, what: str, remedy: str) -> None:
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
