"""Logs in: one MFA code becomes a session in a profile."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import BusyError, ConfigurationError
from awscli_mfa_plugin.session.devices import chosen_device
from awscli_mfa_plugin.session.exchange import exchange, store, take_up
from awscli_mfa_plugin.session.plan import (
    LoginPlan,
    LoginRequest,
    check_duration,
    check_request,
    make_plan,
)
from awscli_mfa_plugin.session.records import SOURCE_OPTION, Profile, Session
from awscli_mfa_plugin.session.sections import session_lines
from awscli_mfa_plugin.session.source import check_session_profile, inherited
from awscli_mfa_plugin.session.token_codes import (
    AnotherDeviceWanted,
    TokenCodeSources,
    terminal_for,
)
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from awscli_mfa_plugin.session.ports import Ports

WAIT_WITH_NOBODY_TO_ASK = 30
"""Seconds to wait for another process that is logging in, where none can take over."""

WAIT_WHILE_VALID = 3
"""The same inside another command, while the session that is expiring is still valid."""

WAIT_AT_A_TERMINAL = 150
"""The same where a person sits: longer than a prompt waits."""


@dataclass(frozen=True)
class LoginResult:
    """What a login came to.

    ``outcome`` is ``renewed``, ``kept``, ``planned``, or ``expiring`` where another process is
    logging in and the old session is still used.
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
    """Return the session that the profile has now, made if it was expiring.

    A session that isn't expiring is kept, without a prompt. Raises UsageError,
    ConfigurationError, ServiceError, UnreachableError, CancelledError; no file was changed then.
    """
    check_request(request)
    profile = _target(request, ports)
    check_duration(request, profile)
    before = ports.files.session_of(profile)
    kept = _kept(request, profile, before, ports)
    if kept:
        return kept
    prompt = inherited("mfa_prompt", profile, ports, request.source_profile)
    ports = replace(ports, terminal=terminal_for(prompt, ports.environment, ports.terminal))
    if not profile.exists:
        from awscli_mfa_plugin.session.sessions import meant_profile  # for a new profile alone

        name = meant_profile(profile.name, ports)
        if name != profile.name:
            return login(replace(request, session_profile=name), ports)
    if request.dry_run:
        return _planned(make_plan(request, profile, ports))
    lock = f"session {ports.files.credentials_path} {request.session_profile}"

    def say_waiting(holder: str) -> None:
        ports.notes(f"Waiting for {sanitize(holder)}, which is logging in.")

    try:
        with ports.locks.hold(lock, _patience(request, before, ports), say_waiting):
            return _login_in_turn(request, before, ports)
    except BusyError as busy:
        return _expiring_session_or(busy, request, ports)


def _target(request: LoginRequest, ports: Ports) -> Profile:
    profile = ports.files.profile(request.session_profile)
    check_session_profile(profile, ports.clock.now())
    return profile


def _patience(request: LoginRequest, before: Session | None, ports: Ports) -> float:
    """Return for how many seconds to wait for another process that is logging in.

    Inside another command a valid session is used nearly at once: that process may be asking a
    person who isn't there.
    """
    wait = WAIT_WITH_NOBODY_TO_ASK if ports.terminal.unavailable_reason() else WAIT_AT_A_TERMINAL
    if request.reason and before is not None and before.remaining(ports.clock.now()):
        wait = WAIT_WHILE_VALID
    return wait if request.longest_wait is None else min(wait, request.longest_wait)


def _kept(
    request: LoginRequest,
    profile: Profile,
    session: Session | None,
    ports: Ports,
    *,
    made_meanwhile: bool = False,
) -> LoginResult | None:
    """Return the result if the profile's session will do: not expiring, nor a new one forced."""
    if session is None or session.is_expiring(ports.clock.now(), request.min_remaining):
        return None
    is_wanted = made_meanwhile or not request.force
    return _as_kept(profile, session, "kept") if is_wanted else None


def _as_kept(profile: Profile, session: Session, outcome: str) -> LoginResult:
    own_name = profile.name if profile.has_own_keys else ""
    return LoginResult(
        session_profile=profile.name,
        source_profile=profile.config.get(SOURCE_OPTION) or own_name,
        mfa_serial=profile.get("mfa_serial"),
        outcome=outcome,
        expiration=session.expiration,
    )


def _login_in_turn(request: LoginRequest, before: Session | None, ports: Ports) -> LoginResult:
    """Log in while nobody else does; a session that another process made meanwhile is used."""
    take_up(request.session_profile, ports)
    profile = _target(request, ports)
    present = ports.files.session_of(profile)
    kept = _kept(request, profile, present, ports, made_meanwhile=present != before)
    if kept:
        return kept
    plan = make_plan(request, profile, ports)
    ports.files.check_writable(profile, config=bool(plan.settings))
    plan, session = _exchanged(plan, ports)
    _check_keys_are_the_same(plan, ports)
    store(profile.name, session, ports, plan.settings)
    removed = session_lines(profile.credentials) if profile.has_own_keys else ()
    if removed:
        ports.notes(
            f"Removed lines of an old session from profile {sanitize(profile.name)}: "
            f"{', '.join(removed)}. The access key was kept."
        )
    if not profile.exists:
        from awscli_mfa_plugin.session.sessions import mfa_profile_names

        if set(mfa_profile_names(ports)) - {profile.name}:  # the first one goes without saying
            ports.notes(f"Created profile {sanitize(profile.name)}.")
    if plan.settings:
        ports.files.write_settings(profile.name, plan.settings)
    return replace(_planned(plan), outcome="renewed", expiration=session.expiration)


def _exchanged(plan: LoginPlan, ports: Ports) -> tuple[LoginPlan, Session]:
    """Return a new session, and the plan with the device that it was made with."""
    while True:
        keys, serial = plan.source.keys, plan.device.mfa_serial
        codes = TokenCodeSources(plan.codes, serial, plan.profile.name, ports)
        try:
            return plan, exchange(keys, serial, plan.duration_seconds, plan.region, codes, ports)
        except AnotherDeviceWanted:
            device = chosen_device(plan.device.choices, ports)
            settings = {**plan.settings, "mfa_serial": device.mfa_serial}
            plan = replace(plan, device=device, settings=settings)


def _check_keys_are_the_same(plan: LoginPlan, ports: Ports) -> None:
    """Refuse to keep a session beside long-lived keys that it wasn't made from.

    They may have been added during the prompt.
    """
    profile = ports.files.profile(plan.profile.name)
    if profile.has_own_keys and profile.long_lived_key_id != plan.source.keys.access_key_id:
        raise ConfigurationError(
            f"Profile {sanitize(profile.name)} got new long-lived keys during the login; "
            "they were kept.",
            "The new session was discarded. Log in again with the next code.",
        )


def _planned(plan: LoginPlan) -> LoginResult:
    return LoginResult(
        session_profile=plan.profile.name,
        source_profile=plan.source.profile,
        mfa_serial=plan.device.mfa_serial,
        outcome="planned",
        settings=plan.settings,
        duration_seconds=plan.duration_seconds,
        keeps_own_keys=plan.profile.has_own_keys,
    )


def _expiring_session_or(busy: BusyError, request: LoginRequest, ports: Ports) -> LoginResult:
    """Return the session that is still valid, though expiring, or raise ``busy``."""
    profile = ports.files.profile(request.session_profile)
    session = ports.files.session_of(profile)
    if session is None or request.force:
        raise busy
    if session.remaining(ports.clock.now()) < max(request.min_remaining or 0, 1):
        raise busy
    ports.notes(f"{busy.what} Using the old session.")
    return _as_kept(profile, session, "expiring")
