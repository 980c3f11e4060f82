"""Tells the state of the sessions in the shared files, without any call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from awscli_mfa_plugin.session.expiry import LONGEST_WINDOW, seconds_left
from awscli_mfa_plugin.session.records import SOURCE_OPTION, Profile, Session
from awscli_mfa_plugin.session.sections import OtherSession, other_session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

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
    if other:
        return _of_other_tool(profile, other, now)
    if not (profile.is_ours or profile.is_managed):
        return None
    return _managed(profile, session_of(profile), now)


def _managed(profile: Profile, session: Session | None, now: datetime) -> SessionStatus:
    if session is None:
        return _status(profile, NONE if not profile.is_ours else UNKNOWN)
    remaining = session.remaining(now)
    state = EXPIRED if not remaining else EXPIRING if session.is_expiring(now) else VALID
    return _status(
        profile, state, session.expiration, remaining, int(session.lifetime.total_seconds())
    )


def _of_other_tool(profile: Profile, other: OtherSession, now: datetime) -> SessionStatus:
    if other.expiration is None:
        return _status(profile, UNKNOWN, tool=other.tool)
    remaining = seconds_left(other.expiration, now)
    is_expiring = remaining < LONGEST_WINDOW.total_seconds()
    state = EXPIRED if not remaining else EXPIRING if is_expiring else VALID
    return _status(profile, state, other.expiration, remaining, tool=other.tool)


def _status(
    profile: Profile,
    state: str,
    expiration: datetime | None = None,
    remaining: int = 0,
    lifetime: int = 0,
    tool: str = "",
) -> SessionStatus:
    return SessionStatus(
        profile=profile.name,
        source_profile=profile.get(SOURCE_OPTION) or (profile.name if profile.has_own_keys else ""),
        mfa_serial=profile.get("mfa_serial"),
        state=state,
        expiration=expiration,
        remaining=remaining,
        lifetime=lifetime,
        tool=tool,
    )


def have_more_left(statuses: Iterable[SessionStatus], min_remaining: int) -> bool:
    """Tell whether at least one session is shown, and all managed ones have more seconds left."""
    statuses = tuple(statuses)
    has_session = any(status.state != NONE for status in statuses)
    managed = (status for status in statuses if not status.tool)
    return has_session and all(status.remaining > min_remaining for status in managed)
