"""Logs in: one token code of an MFA device becomes a session in a profile."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import BusyError, ConfigurationError, UsageError
from awscli_mfa_plugin.session.devices import Device, checked_serial, region_of, resolve_device
from awscli_mfa_plugin.session.exchange import exchange
from awscli_mfa_plugin.session.expiry import resolve_duration
from awscli_mfa_plugin.session.records import SESSION_OPTION, SOURCE_OPTION, Profile, Session
from awscli_mfa_plugin.session.sections import check_profile_name, session_lines
from awscli_mfa_plugin.session.source import (
    Source,
    check_session_profile,
    inherited,
    known_region,
    resolve_source,
)
from awscli_mfa_plugin.session.token_codes import CodeSettings, TokenCodeSources, terminal_for
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from awscli_mfa_plugin.session.ports import Ports

WAIT_WITH_NOBODY_TO_ASK = 30
"""Seconds to wait for another process that is logging in, where none can take over."""

WAIT_WHILE_IT_LIVES = 3
"""The same inside another command, while the session that is due still lives."""

WAIT_AT_A_TERMINAL = 150
"""The same where a person sits: longer than a prompt lives."""


@dataclass(frozen=True)
class LoginRequest:
    """What the command line asks for; None where it says nothing.

    ``reason`` is a line to show before a code is asked for inside another command;
    ``longest_wait`` is how many seconds to wait at most for another process that is logging in.
    """

    session_profile: str
    source_profile: str | None = None
    mfa_serial: str | None = None
    token_code: str | None = field(default=None, repr=False)
    duration_seconds: int | None = None
    min_remaining: int | None = None
    region: str | None = None
    force: bool = False
    dry_run: bool = False
    reason: str = ""
    longest_wait: int | None = None


@dataclass(frozen=True)
class LoginPlan:
    """All that was resolved before a code is asked for; ``settings`` are to be kept."""

    session_profile: str
    source: Source
    device: Device
    duration_seconds: int
    region: str
    settings: Mapping[str, str]
    codes: CodeSettings
    keeps_own_keys: bool


@dataclass(frozen=True)
class LoginResult:
    """What a login came to.

    ``outcome`` is ``renewed``, ``kept``, ``planned``, or ``due`` where another process holds the
    turn and the session that is there serves on.
    """

    session_profile: str
    source_profile: str
    mfa_serial: str
    outcome: str
    expiration: datetime | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    duration_seconds: int = 0
    keeps_own_keys: bool = False


def login(request: LoginRequest, ports: Ports) -> LoginResult:
    """Return the session that the profile has now, made if it was due.

    A session that isn't due is kept and no code is asked for. Raises UsageError,
    ConfigurationError, ServiceError, UnreachableError, CancelledError; the files are then as
    they were.
    """
    _check_request(request)
    profile = _checked_target(request, ports)
    _check_min_remaining(request, resolve_duration(request.duration_seconds, profile))
    kept = _kept(request, profile, ports, made_meanwhile=False)
    if kept:
        return kept
    before = ports.files.session_of(profile)
    ports = _with_prompt_settings(request, profile, ports)
    if request.dry_run:
        return _planned(_plan(request, profile, ports))
    wait = _patience(request, before, ports)
    lock = f"session {ports.files.credentials_path} {request.session_profile}"
    try:
        with ports.locks.hold(lock, wait, lambda holder: _say_waiting(holder, ports)):
            return _login_in_turn(request, before, ports)
    except BusyError as busy:
        return _living_session_or(busy, request, ports)


def _patience(request: LoginRequest, before: Session | None, ports: Ports) -> float:
    """Return for how many seconds to wait for another process that is logging in.

    Inside another command a session that lives serves on at once, as good as: that process may
    be asking a person who isn't there.
    """
    wait = WAIT_WITH_NOBODY_TO_ASK if ports.terminal.unavailable_reason() else WAIT_AT_A_TERMINAL
    if request.reason and before is not None and before.remaining(ports.clock.now()):
        wait = WAIT_WHILE_IT_LIVES
    return wait if request.longest_wait is None else min(wait, request.longest_wait)


def _check_request(request: LoginRequest) -> None:
    """Refuse what can be told wrong before any file is read."""
    check_profile_name(request.session_profile)
    if request.mfa_serial:
        checked_serial(request.mfa_serial)
    if request.min_remaining is not None and request.min_remaining < 0:
        raise UsageError("--min-remaining takes seconds, 0 or more.")
    if request.duration_seconds is not None:
        resolve_duration(request.duration_seconds, Profile(""))


def _check_min_remaining(request: LoginRequest, duration_seconds: int) -> None:
    if (request.min_remaining or 0) > duration_seconds:
        raise UsageError(
            f"--min-remaining {request.min_remaining} is more than a new session would last "
            f"({duration_seconds} s).",
            "Ask for less, or for a longer session by --duration-seconds.",
        )


def _checked_target(request: LoginRequest, ports: Ports) -> Profile:
    profile = ports.files.profile(request.session_profile)
    check_session_profile(profile, ports.clock.now())
    return profile


def _kept(
    request: LoginRequest, profile: Profile, ports: Ports, *, made_meanwhile: bool
) -> LoginResult | None:
    """Return the result if the profile's session serves: not due, nor a new one forced."""
    session = ports.files.session_of(profile)
    if session is None or session.is_expiring(ports.clock.now(), request.min_remaining):
        return None
    if request.force and not made_meanwhile:
        return None
    return _as_kept(profile, session, "kept")


def _as_kept(profile: Profile, session: Session, outcome: str) -> LoginResult:
    return LoginResult(
        session_profile=profile.name,
        source_profile=profile.config.get(SOURCE_OPTION) or _own_name(profile),
        mfa_serial=profile.get("mfa_serial"),
        outcome=outcome,
        expiration=session.expiration,
    )


def _with_prompt_settings(request: LoginRequest, profile: Profile, ports: Ports) -> Ports:
    setting = inherited("mfa_prompt", profile, ports, request.source_profile)
    return replace(ports, terminal=terminal_for(setting, ports.environment, ports.terminal))


def _login_in_turn(request: LoginRequest, before: Session | None, ports: Ports) -> LoginResult:
    """Log in while nobody else does: what another process made meanwhile serves."""
    profile = _checked_target(request, ports)
    is_new = ports.files.session_of(profile) != before
    kept = _kept(request, profile, ports, made_meanwhile=is_new)
    if kept:
        return kept
    plan = _plan(request, profile, ports)
    ports.files.check_writable(profile, config=bool(plan.settings))
    codes = TokenCodeSources(plan.codes, plan.device.mfa_serial, plan.session_profile, ports)
    session = exchange(
        plan.source.keys, plan.device.mfa_serial, plan.duration_seconds, plan.region, codes, ports
    )
    _check_keys_are_the_same(plan, ports)
    ports.files.write_session(plan.session_profile, session)
    _say_what_was_removed(profile, ports)
    if plan.settings:
        ports.files.write_settings(plan.session_profile, plan.settings)
    return replace(_planned(plan), outcome="renewed", expiration=session.expiration)


def _check_keys_are_the_same(plan: LoginPlan, ports: Ports) -> None:
    """Refuse to keep a session beside long-lived keys that it wasn't made from.

    They may have come while a code was asked for.
    """
    profile = ports.files.profile(plan.session_profile)
    if profile.has_own_keys and profile.long_lived_key_id != plan.source.keys.access_key_id:
        raise ConfigurationError(
            f"Profile {sanitize(profile.name)} got other long-lived keys meanwhile; they stay.",
            "The session was thrown away. Log in again with the next code.",
        )


def _say_what_was_removed(before: Profile, ports: Ports) -> None:
    lines = session_lines(before.credentials) if before.has_own_keys else ()
    if lines:
        ports.notes(
            f"Removed what an old session left beside the keys of profile {sanitize(before.name)}: "
            f"{', '.join(lines)}. The access key stays."
        )


def _plan(request: LoginRequest, profile: Profile, ports: Ports) -> LoginPlan:
    source = resolve_source(request.source_profile, profile, ports)
    if profile.has_own_keys and source.profile != profile.name:
        raise _anothers_session(profile, source)
    region = known_region(request.region, profile, source, ports)
    device = resolve_device(request.mfa_serial, profile, source, region, ports)
    codes = CodeSettings(
        reason=request.reason,
        option=request.token_code,
        process=inherited("mfa_process", profile, ports, request.source_profile),
        hidden=inherited("mfa_prompt", profile, ports, request.source_profile).lower() == "hidden",
    )
    return LoginPlan(
        session_profile=profile.name,
        source=source,
        device=device,
        duration_seconds=resolve_duration(request.duration_seconds, profile),
        region=region or region_of(device.mfa_serial),
        settings=_settings_to_keep(profile, source, device, region),
        codes=codes,
        keeps_own_keys=profile.has_own_keys,
    )


def _anothers_session(profile: Profile, source: Source) -> ConfigurationError:
    name, words = sanitize(profile.name), shlex.quote(sanitize(profile.name))
    left = session_lines(profile.credentials)
    beside = f", next to lines of an old session ({', '.join(left)})" if left else ""
    return ConfigurationError(
        f"Profile {name} holds long-lived keys of its own{beside}. It can't hold a session of "
        f"{source.shown}, and nothing was changed.",
        f"To log in with its own keys: aws mfa login --profile {words} --source-profile {words}",
    )


def _settings_to_keep(
    profile: Profile, source: Source, device: Device, region: str
) -> dict[str, str]:
    """Return what this login found out and the profile doesn't say yet."""
    settings = {}
    if source.profile and source.profile != profile.name:
        settings[SOURCE_OPTION] = source.profile
    elif source.profile and profile.config.get(SOURCE_OPTION):
        settings[SOURCE_OPTION] = profile.name  # the keys are its own by now
    elif not profile.is_managed:
        settings[SESSION_OPTION] = "on"
    if device.is_new:
        settings["mfa_serial"] = device.mfa_serial
    if region and not profile.get("region"):
        settings["region"] = region
    return {
        option: value for option, value in settings.items() if profile.config.get(option) != value
    }


def _planned(plan: LoginPlan) -> LoginResult:
    return LoginResult(
        session_profile=plan.session_profile,
        source_profile=plan.source.profile,
        mfa_serial=plan.device.mfa_serial,
        outcome="planned",
        settings=plan.settings,
        duration_seconds=plan.duration_seconds,
        keeps_own_keys=plan.keeps_own_keys,
    )


def _own_name(profile: Profile) -> str:
    return profile.name if profile.has_own_keys else ""


def _say_waiting(holder: str, ports: Ports) -> None:
    ports.notes(f"Waiting for {sanitize(holder)}, which is logging in.")


def _living_session_or(busy: BusyError, request: LoginRequest, ports: Ports) -> LoginResult:
    """Return the session that still lives, though it is due, or raise ``busy``."""
    profile = ports.files.profile(request.session_profile)
    session = ports.files.session_of(profile)
    if session is None or request.force:
        raise busy
    if session.remaining(ports.clock.now()) < max(request.min_remaining or 0, 1):
        raise busy
    ports.notes(f"{busy.what} The session that is there serves on.")
    return _as_kept(profile, session, "due")
