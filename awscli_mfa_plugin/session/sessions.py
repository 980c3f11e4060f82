"""All profiles: the states of their sessions, logging out, and which one a name means."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import CancelledError, ConfigurationError
from awscli_mfa_plugin.session import OUR_NAME
from awscli_mfa_plugin.session.expiry import LONGEST_WINDOW, expiry_window, seconds_left
from awscli_mfa_plugin.session.records import SESSION_OPTION, SOURCE_OPTION, Profile, Session
from awscli_mfa_plugin.session.sections import config_profile, other_session, session_lines
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from awscli_mfa_plugin.session.ports import Ports

VALID, EXPIRING, EXPIRED, NONE, UNKNOWN = "valid", "expiring", "expired", "none", "unknown"


@dataclass(frozen=True)
class SessionStatus:
    """The state of one profile's session; ``tool`` is "" for ours, else who wrote it.

    ``expiration`` is aware UTC and None where there is none or it isn't known;
    ``remaining`` and ``lifetime`` are seconds.
    """

    profile: str
    source_profile: str
    mfa_serial: str
    state: str
    expiration: datetime | None = None
    remaining: int = 0
    lifetime: int = 0
    tool: str = ""


def session_statuses(
    profiles: Iterable[Profile], session_of: Callable[[Profile], Session | None], now: datetime
) -> tuple[SessionStatus, ...]:
    """Return the states of the managed profiles and of other tools' sessions, in order.

    Profiles that are neither are left out. ``session_of`` finds the session of a managed one.
    """
    states = (status_of(profile, session_of, now) for profile in profiles)
    return tuple(status for status in states if status is not None)


def status_of(
    profile: Profile, session_of: Callable[[Profile], Session | None], now: datetime
) -> SessionStatus | None:
    """Return the state of one profile's session, or None if it isn't managed and holds none."""
    other = other_session(profile)
    if not (other or profile.is_ours or profile.is_managed):
        return None
    session = None if other else session_of(profile)
    lifetime = session.lifetime if session else None
    found = other or session
    expiration = found.expiration if found else None
    if expiration is None:
        state = UNKNOWN if other or profile.is_ours else NONE
    elif not seconds_left(expiration, now):
        state = EXPIRED
    else:
        window = expiry_window(lifetime) if lifetime else LONGEST_WINDOW
        state = EXPIRING if expiration - now < window else VALID
    return SessionStatus(
        profile=profile.name,
        source_profile=profile.get(SOURCE_OPTION) or (profile.name if profile.has_own_keys else ""),
        mfa_serial=profile.get("mfa_serial"),
        state=state,
        expiration=expiration,
        remaining=seconds_left(expiration, now) if expiration else 0,
        lifetime=int(lifetime.total_seconds()) if lifetime else 0,
        tool=other.tool if other else "",
    )


def have_more_left(statuses: Iterable[SessionStatus], min_remaining: int) -> bool:
    """Return whether at least one session is shown, and all managed ones have more seconds left."""
    statuses = tuple(statuses)
    has_session = any(status.state != NONE for status in statuses)
    managed = (status for status in statuses if not status.tool)
    return has_session and all(status.remaining > min_remaining for status in managed)


@dataclass(frozen=True)
class LogoutResult:
    """What was removed from a profile; ``expiration`` is until when AWS accepts the session.

    ``kept_key`` says that a key which we didn't write had taken the session's place.
    """

    profile: str
    had_session: bool
    expiration: datetime | None = None
    had_mark: bool = False
    kept_key: bool = False


def logout(names: Iterable[str], ports: Ports, *, forget: bool = False) -> tuple[LogoutResult, ...]:
    """Remove the session of each profile, and with ``forget`` the mark that makes it managed.

    Raises ConfigurationError for a profile that doesn't exist or whose session is another
    tool's, before anything is changed.
    """
    profiles = [_checked(ports.files.profile(name), ports) for name in names]
    return tuple(_logged_out(profile, ports, forget=forget) for profile in profiles)


def _checked(profile: Profile, ports: Ports) -> Profile:
    if not profile.exists:
        known = mfa_profile_names(ports)
        raise missing_profile(profile.name, known, "List them:  aws mfa status")
    other = other_session(profile)
    if other:
        raise ConfigurationError(
            f"The session in profile {sanitize(profile.name)} was written by {other.tool}. "
            "Nothing was changed.",
            "Remove it with that tool."
            if profile.get("manager") != OUR_NAME
            else "These keys aren't from aws mfa login. Edit ~/.aws/credentials: remove them, or "
            "only the lines expiration, issued, issued_key and manager.",
        )
    return profile


def _logged_out(profile: Profile, ports: Ports, *, forget: bool) -> LogoutResult:
    session = ports.files.session_of(profile)
    had_session = ports.files.remove_session(profile.name)
    had_mark = forget and ports.files.remove_settings(profile.name, (SOURCE_OPTION, SESSION_OPTION))
    return LogoutResult(
        profile=profile.name,
        had_session=had_session,
        expiration=session.expiration if session and had_session else None,
        had_mark=had_mark,
        kept_key=had_session and profile.has_own_keys and bool(session_lines(profile.credentials)),
    )


def profiles_of(
    config: Mapping[str, Mapping[str, str]], credentials: Mapping[str, Mapping[str, str]]
) -> dict[str, Profile]:
    """Return all profiles in the sections of both files by name, those of the config file first."""
    named = ((config_profile(section), options) for section, options in config.items())
    own = {name: options for name, options in named if name is not None}
    return {
        name: Profile(name, own.get(name, {}), credentials.get(name, {}))
        for name in dict.fromkeys((*own, *credentials))
    }


def mfa_profile_names(ports: Ports) -> tuple[str, ...]:
    """Return the names of the profiles that are managed or hold a session of ours."""
    profiles = (ports.files.profile(name) for name in ports.files.profile_names())
    return tuple(
        profile.name
        for profile in profiles
        if profile.is_ours or (profile.is_managed and not other_session(profile))
    )


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that differs from ``name`` by about one mistake, or "".

    That is a character wrong, missing or too many, or two swapped.
    """
    from difflib import get_close_matches

    # Of two names of n characters with one wrong, 1 - 1/n is alike: difflib's ratio.
    alike = max(0.6, 1 - 1.2 / len(name)) if name else 1
    return next(iter(get_close_matches(name, [*known], n=1, cutoff=alike)), "")


def missing_profile(name: str, known: Iterable[str], remedy: str = "") -> ConfigurationError:
    """Return the error for a profile that doesn't exist; ``known`` are the MFA profiles.

    ``remedy`` is what to do if no name is near, by default to log in.
    """
    near, shown = sanitize(nearest(name, known)), sanitize(name)
    log_in = f"Log in to create it:  aws mfa login --profile {shlex.quote(shown)}"
    return ConfigurationError(
        f"There is no profile '{shown}'.", f"Did you mean '{near}'?" if near else remedy or log_in
    )


def meant_profile(name: str, ports: Ports) -> str:
    """Return the profile that the person at the terminal means by ``name``, a new one.

    Only a name near that of an MFA profile is asked about, and only where somebody can answer.
    Raises CancelledError if the question isn't answered.
    """
    near = nearest(name, mfa_profile_names(ports))
    if not near or ports.terminal.unavailable_reason():
        return name
    from awscli_mfa_plugin.session.token_codes import YES

    typed, known = sanitize(name), sanitize(near)
    ports.terminal.tell(f"There is no profile '{typed}' yet.\n")
    for _ in range(3):
        answer = ports.terminal.ask(f"Did you mean '{known}'? [Y/n] (n creates '{typed}') ")
        if answer == near or answer.lower() in {"", *YES}:
            return near
        if answer == name or answer.lower() in {"n", "no"}:
            return name
    raise CancelledError("Nothing was changed.")
