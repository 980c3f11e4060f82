"""Profiles with their own long-lived keys: the keys stay, the session is in the cache."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from awscli_mfa_plugin.errors import (
    BusyError,
    CancelledError,
    ConfigurationError,
    UnwritableFileError,
)
from awscli_mfa_plugin.session.devices import devices_of_user
from awscli_mfa_plugin.session.login import LoginResult, login
from awscli_mfa_plugin.session.plan import LoginRequest
from awscli_mfa_plugin.session.records import MfaDevice, Profile, Session
from awscli_mfa_plugin.session.sessions import (
    EXPIRED,
    EXPIRING,
    NONE,
    VALID,
    LogoutResult,
    SessionStatus,
    logout,
    mfa_profile_names,
    session_statuses,
    status_of,
)
from awscli_mfa_plugin.session.source import Source, resolve_source, source_name
from tests.fakes import (
    LONG_LIVED,
    NOW,
    SERIAL,
    FakeFiles,
    FakeIam,
    Fakes,
    FakeTerminal,
    FakeTokenProcess,
    SessionTokenCall,
)

OWN = {"aws_access_key_id": "AKIAOWN", "aws_secret_access_key": "secret-own"}
MANAGED = {"mfa_session": "on", "mfa_serial": SERIAL, "region": "eu-west-1"}
IN_ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "secret-env"}
NEW = Session("ASIA1", "secret-1", "token-1", NOW + timedelta(hours=12), NOW)


def cached(age: int = 0, lifetime: int = 43_200) -> Session:
    """Return a session that is ``age`` seconds old."""
    issued = NOW - timedelta(seconds=age)
    return Session("ASIAOLD", "old", "old", issued + timedelta(seconds=lifetime), issued)


def own_fakes(
    config: dict[str, str] | None = None,
    session: Session | None = None,
    name: str = "work",
    *codes: str,
) -> Fakes:
    """Return fakes with keys of their own in ``name`` and in ``default``."""
    files = FakeFiles({name: config or {}}, {"default": LONG_LIVED, name: OWN})
    if session:
        files.cached[name] = session
    return Fakes(files=files, terminal=FakeTerminal(*(codes or ("123456",))))


def request(name: str = "work", **options: Any) -> LoginRequest:
    """Return the request of a command line."""
    return LoginRequest(name, **options)


@pytest.mark.parametrize("place", ["credentials", "config"])
@pytest.mark.parametrize("name", ["work", "default", "mfa"])
def test_the_keys_stay_and_the_session_goes_to_the_cache(name: str, place: str) -> None:
    """With keys in either file, also in ``default``; no source is saved."""
    files = FakeFiles(**{place: {name: OWN}})
    fakes = Fakes(files=files, terminal=FakeTerminal("123456"))
    result = login(request(name), fakes.ports())
    found = {"mfa_session": "on", "mfa_serial": SERIAL}
    assert result == LoginResult(
        name, name, SERIAL, "renewed", NOW + timedelta(hours=12), found, 43_200, keeps_own_keys=True
    )
    assert files.cached == {name: NEW}
    assert files.credentials == ({name: OWN} if place == "credentials" else {})
    assert files.config == {name: found | (OWN if place == "config" else {})}
    assert fakes.sts.calls == [SessionTokenCall("AKIAOWN", SERIAL, "123456", 43_200, "us-east-1")]


KEPT_SETTINGS: dict[str, tuple[dict[str, str], dict[str, Any], dict[str, str]]] = {
    "nothing yet": ({}, {}, {"mfa_session": "on", "mfa_serial": SERIAL}),
    "the peers' serial": ({"mfa_serial": SERIAL}, {}, {"mfa_session": "on"}),
    "managed already": (MANAGED, {}, {}),
    "another device": (MANAGED, {"mfa_serial": "GAHT12345678"}, {"mfa_serial": "GAHT12345678"}),
    "its own name as source": (MANAGED, {"source_profile": "work"}, {}),
    "marked with its own name": ({"mfa_source_profile": "work", "mfa_serial": SERIAL}, {}, {}),
    "the first region": (
        {"mfa_session": "on", "mfa_serial": SERIAL},
        {"region": "eu-south-1"},
        {"region": "eu-south-1"},
    ),
}


@pytest.mark.parametrize(
    ("config", "options", "settings"), KEPT_SETTINGS.values(), ids=KEPT_SETTINGS.keys()
)
def test_a_login_saves_mfa_session_and_no_source_profile(
    config: dict[str, str], options: dict[str, Any], settings: dict[str, str]
) -> None:
    """A profile isn't saved as its own source; only a source that was named."""
    fakes = own_fakes(config)
    result = login(request(**options), fakes.ports())
    assert result.settings == settings
    assert fakes.files.config["work"] == config | settings
    assert (fakes.files.checked, fakes.files.credentials["work"]) == ([bool(settings)], OWN)
    assert list(fakes.files.cached) == ["work"]


KEPT: dict[str, tuple[Session, dict[str, Any], bool]] = {
    "just made": (cached(1), {}, True),
    "a second before the window": (cached(43_200 - 901), {}, True),
    "inside the window": (cached(43_200 - 899), {}, False),
    "over": (cached(43_200), {}, False),
    "forced": (cached(1), {"force": True}, False),
    "enough for the job": (cached(3600), {"min_remaining": 39_600}, True),
    "a second too little": (cached(3601), {"min_remaining": 39_600}, False),
}


@pytest.mark.parametrize(("session", "options", "is_kept"), KEPT.values(), ids=KEPT.keys())
def test_a_valid_cached_session_is_kept(
    session: Session, options: dict[str, Any], is_kept: object
) -> None:
    """Like one in the credentials file."""
    fakes = own_fakes(MANAGED, session)
    result = login(request(**options), fakes.ports())
    assert (result.outcome == "kept") is is_kept
    assert (result.source_profile, result.mfa_serial) == ("work", SERIAL)
    assert fakes.files.cached == {"work": session if is_kept else NEW}
    assert len(fakes.sts.calls) == len(fakes.terminal.questions) == (not is_kept)
    assert fakes.files.writes == ([] if is_kept else [("session", "work")])


def test_the_old_session_of_the_cache_stays_if_a_login_is_cancelled() -> None:
    """And so do keys and settings."""
    fakes = own_fakes({}, cached(43_100))
    fakes.terminal = FakeTerminal(CancelledError("Cancelled."))
    with pytest.raises(CancelledError):
        login(request(), fakes.ports())
    assert fakes.files.cached == {"work": cached(43_100)}
    assert fakes.files.writes == []
    assert fakes.files.config == {"work": {}}


def test_an_unwritable_cache_is_an_error_before_a_code_is_used() -> None:
    """The check comes before the prompt here too."""
    fakes = own_fakes()
    fakes.files.refusal = UnwritableFileError("the file", "is a bind mount", "")
    with pytest.raises(UnwritableFileError):
        login(request(), fakes.ports())
    assert (fakes.terminal.questions, fakes.sts.calls, fakes.files.cached) == ([], [], {})


def test_a_dry_run_says_that_the_keys_would_stay() -> None:
    """Without a prompt, a code or a write."""
    fakes = own_fakes()
    result = login(request(dry_run=True), fakes.ports())
    assert (result.outcome, result.keeps_own_keys) == ("planned", True)
    assert result.settings == {"mfa_session": "on", "mfa_serial": SERIAL}
    assert (fakes.terminal.questions, fakes.sts.calls, fakes.files.writes) == ([], [], [])


def test_a_session_profile_without_keys_isnt_said_to_keep_any() -> None:
    """Its session is in the credentials file."""
    fakes = Fakes(files=FakeFiles({}, {"default": OWN}), terminal=FakeTerminal("123456"))
    assert not login(request("mfa"), fakes.ports()).keeps_own_keys
    assert fakes.files.cached == {}


@pytest.mark.parametrize("force", [False, True])
def test_a_session_that_another_process_cached_meanwhile_is_used(force: object) -> None:
    """The cache is read again under the lock."""
    fakes = own_fakes(MANAGED, cached(43_100))

    def log_in(_: str) -> None:
        fakes.files.cached["work"] = cached(0)

    fakes.locks.meanwhile = log_in
    result = login(request(force=bool(force)), fakes.ports())
    assert (result.outcome, result.expiration) == ("kept", cached(0).expiration)
    assert (fakes.terminal.questions, fakes.sts.calls) == ([], [])


def test_a_locked_profile_with_a_valid_cached_session_keeps_it() -> None:
    """Though it is expiring."""
    fakes = own_fakes(MANAGED, cached(43_100))
    fakes.locks.busy["session "] = "process 7"
    result = login(request(), fakes.ports())
    assert (result.outcome, result.source_profile) == ("expiring", "work")
    assert result.expiration == NOW + timedelta(seconds=100)
    assert fakes.files.writes == []


def test_a_locked_profile_with_an_expired_cached_session_is_an_error() -> None:
    """Without a prompt."""
    fakes = own_fakes(MANAGED, cached(43_200))
    fakes.locks.busy["session "] = "process 7"
    with pytest.raises(BusyError):
        login(request(), fakes.ports())
    assert fakes.terminal.questions == []


def test_its_own_settings_say_how_to_prompt() -> None:
    """It is its own source: nothing is inherited from ``default``."""
    fakes = own_fakes(MANAGED | {"mfa_process": "own"})
    fakes.files.config["default"] = {"mfa_process": "of default", "mfa_prompt": "never"}
    fakes.token_process = FakeTokenProcess("654321")
    login(request(), fakes.ports())
    assert fakes.token_process.commands == ["own"]


SOURCES: dict[str, tuple[str, str | None, dict[str, str], dict[str, str], str, str]] = {
    "its own keys": ("work", None, {}, {}, "work", "AKIAOWN"),
    "its own name": ("work", "work", {}, {}, "work", "AKIAOWN"),
    "its own name, kept": ("work", None, {"mfa_source_profile": "work"}, {}, "work", "AKIAOWN"),
    "before the environment's": ("work", None, {}, IN_ENVIRONMENT, "work", "AKIAOWN"),
    "default's own": ("default", None, {}, IN_ENVIRONMENT, "default", "AKIAADA"),
    "another by the option": ("work", "default", {}, {}, "default", "AKIAADA"),
    "another by the mark": (
        "work",
        None,
        {"mfa_source_profile": "default"},
        {},
        "default",
        "AKIAADA",
    ),
    "its own before the peers' layout": (
        "work",
        None,
        {"source_profile": "default"},
        {},
        "work",
        "AKIAOWN",
    ),
}


@pytest.mark.parametrize(
    ("name", "named", "config", "environment", "source", "key"),
    SOURCES.values(),
    ids=SOURCES.keys(),
)
def test_a_profile_with_keys_is_its_own_source_unless_another_is_named(
    name: str,
    named: str | None,
    config: dict[str, str],
    environment: dict[str, str],
    source: str,
    key: str,
) -> None:
    """By the option, ``mfa_source_profile`` or ``source_profile``."""
    fakes = own_fakes(config)
    fakes.environment = environment
    profile = Profile(name, config, fakes.files.credentials[name])
    assert source_name(named, profile, environment) == source
    found = resolve_source(named, profile, fakes.ports())
    assert (found.profile, found.keys.access_key_id) == (source, key)
    assert fakes.notes == []


def test_temporary_keys_in_the_environment_are_ignored() -> None:
    """With a note."""
    fakes = own_fakes()
    fakes.environment = IN_ENVIRONMENT | {"AWS_SESSION_TOKEN": "token-env"}
    source = resolve_source(None, fakes.files.profile("work"), fakes.ports())
    assert source == Source("work", fakes.chain.keys_of("work"))
    assert len(fakes.notes) == 1
    assert "Ignoring AWS_ACCESS_KEY_ID" in fakes.notes[0]


DEVICES = (MfaDevice(SERIAL, "virtual"), MfaDevice("GAHT12345678", "hardware"))


def test_the_devices_of_its_own_user_are_listed() -> None:
    """With its own device marked, and in its own region."""
    fakes = own_fakes(MANAGED)
    fakes.iam = FakeIam(DEVICES)
    assert devices_of_user("work", None, None, fakes.ports()) == (SERIAL, DEVICES)
    assert fakes.iam.calls == [("AKIAOWN", None, "eu-west-1")]


def test_a_chosen_device_is_saved_in_its_own_section() -> None:
    """As in any session profile."""
    fakes = own_fakes({}, None, "work", "2", "123456")
    fakes.iam = FakeIam(DEVICES)
    result = login(request(), fakes.ports())
    assert result.mfa_serial == "GAHT12345678"
    assert fakes.files.config["work"] == {"mfa_session": "on", "mfa_serial": "GAHT12345678"}


STATES: dict[str, tuple[Session | None, str, int]] = {
    "none": (None, NONE, 0),
    "valid": (cached(), VALID, 43_200),
    "expiring": (cached(43_100), EXPIRING, 100),
    "short, outside its window": (cached(674, 900), VALID, 226),
    "over": (cached(43_200), EXPIRED, 0),
}


@pytest.mark.parametrize("place", ["credentials", "config"])
@pytest.mark.parametrize(("session", "state", "remaining"), STATES.values(), ids=STATES.keys())
def test_its_cached_session_has_a_state(
    session: Session | None, state: str, remaining: int, place: str
) -> None:
    """``place`` is where the keys are: botocore's merged view holds them in the config."""
    config = MANAGED | (OWN if place == "config" else {})
    profile = Profile("work", config, OWN if place == "credentials" else {})
    status = status_of(profile, lambda _: session, NOW)
    assert status == SessionStatus(
        "work",
        "work",
        SERIAL,
        state,
        session.expiration if session else None,
        remaining,
        int(session.lifetime.total_seconds()) if session else 0,
    )


def test_only_managed_profiles_with_keys_are_shown() -> None:
    """The cache isn't read for others."""
    looked: list[str] = []

    def session_of(profile: Profile) -> Session | None:
        looked.append(profile.name)
        return cached()

    profiles = [
        Profile("default", {}, LONG_LIVED),
        Profile("serial", {"mfa_serial": SERIAL}, OWN),
        Profile("off", MANAGED | {"mfa_session": "off"}, OWN),
        Profile("work", MANAGED, OWN),
        Profile("marked", {"mfa_source_profile": "default"}, OWN),
    ]
    statuses = session_statuses(profiles, session_of, NOW)
    assert [(status.profile, status.source_profile) for status in statuses] == [
        ("work", "work"),
        ("marked", "default"),
    ]
    assert looked == ["work", "marked"]


def test_a_logout_removes_the_cached_session_and_keeps_keys_and_settings() -> None:
    """So the next command prompts for a code again."""
    fakes = own_fakes(MANAGED, cached(3600))
    assert logout(["work"], fakes.ports()) == (
        LogoutResult("work", had_session=True, expiration=cached(3600).expiration),
    )
    assert fakes.files.cached == {}
    assert (fakes.files.config["work"], fakes.files.credentials["work"]) == (MANAGED, OWN)
    assert login(request(), fakes.ports()).outcome == "renewed"


def test_forget_removes_mfa_session_and_never_the_keys() -> None:
    """Also in the config file."""
    files = FakeFiles({"work": MANAGED | OWN})
    files.cached["work"] = cached()
    (result,) = logout(["work"], Fakes(files=files).ports(), forget=True)
    assert (result.had_session, result.had_mark) == (True, True)
    assert files.config == {"work": {"mfa_serial": SERIAL, "region": "eu-west-1"} | OWN}
    assert files.cached == {}


def test_without_a_cached_session_a_logout_changes_nothing() -> None:
    """The keys are no session."""
    fakes = own_fakes(MANAGED)
    assert logout(["work"], fakes.ports()) == (LogoutResult("work", had_session=False),)
    assert fakes.files.writes == []


def test_all_profiles_means_managed_ones_with_keys_too() -> None:
    """And not those that merely have keys."""
    fakes = own_fakes(MANAGED)
    assert mfa_profile_names(fakes.ports()) == ("work",)


def test_profiles_with_similar_names_have_their_own_sessions() -> None:
    """Logging one out leaves the other's cached session."""
    fakes = own_fakes(MANAGED, cached())
    fakes.files.cached["work-2"] = replace(cached(), access_key_id="ASIAOTHER")
    logout(["work"], fakes.ports())
    assert list(fakes.files.cached) == ["work-2"]


@pytest.mark.parametrize("by_option", [True, False])
def test_a_profile_with_keys_gets_no_session_of_another_users_keys(by_option: object) -> None:
    """``aws … --profile work`` would run as somebody else."""
    mark = {} if by_option else {"mfa_source_profile": "default"}
    files = FakeFiles({"work": MANAGED | mark}, {"work": OWN, "default": LONG_LIVED})
    fakes = Fakes(files=files, terminal=FakeTerminal("123456"))
    request = LoginRequest("work", source_profile="default" if by_option else None)
    with pytest.raises(ConfigurationError, match="has its own long-lived keys"):
        login(request, fakes.ports())
    assert (fakes.sts.calls, fakes.terminal.questions) == ([], [])
