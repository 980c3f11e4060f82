"""Watches sessions: renews each before it expires, asks for a code, or notifies, once."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import (
    BusyError,
    CancelledError,
    CannotAskError,
    ConfigurationError,
    MfaError,
    ThrottledError,
    UnparsableFileError,
    UnreachableError,
    UnwritableFileError,
)
from awscli_mfa_plugin.session.login import login
from awscli_mfa_plugin.session.plan import LoginRequest
from awscli_mfa_plugin.session.sessions import EXPIRED, mfa_profile_names
from awscli_mfa_plugin.session.source import inherited
from awscli_mfa_plugin.text import PLAIN, Style, moment, sanitize
from awscli_mfa_plugin.watch import steps

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import Protocol

    from awscli_mfa_plugin.session.ports import Ports
    from awscli_mfa_plugin.session.records import Profile, Session
    from awscli_mfa_plugin.watch.steps import Notice, WatchState

    class WatchStates(Protocol):
        """What a watch did, kept from one process to the next."""

        def load(self, profile: str) -> WatchState | None:
            """Return what was done about the profile's last session, or None."""

        def save(self, profile: str, state: WatchState) -> None:
            """Save what was done about it."""


UNREADABLE_PAUSE = timedelta(minutes=1)
"""How long to wait for an unreadable file; changing it ends the pause."""

_PASSING = (UnreachableError, ThrottledError, BusyError, UnparsableFileError, UnwritableFileError)
"""Why a renewal may fail now and work later."""


@dataclass(frozen=True)
class WatchRequest:
    """The profiles to watch (none: all MFA profiles), and how many seconds before expiry to act."""

    profiles: tuple[str, ...] = ()
    before: int | None = None


class Watch:
    """The watched sessions; ``inspect`` is called whenever something may have changed."""

    def __init__(
        self,
        request: WatchRequest,
        make_ports: Callable[[], Ports],
        states: WatchStates,
        notify: Callable[[Notice], str],
        style: Style = PLAIN,
    ) -> None:
        """Use new ports for each renewal: the keys may have changed since the last one.

        ``notify`` returns why nobody could be notified, or ""; ``style`` has the colors of the log.
        """
        self._request = request
        self._make_ports = make_ports
        self._ports = make_ports()
        self._states = states
        self._notify = notify
        self._style = style
        self._expirations: dict[str, datetime] = {}
        self._file_error = ""

    def check_profiles(self) -> None:
        """Raise ConfigurationError if a named profile can't be watched."""
        managed = mfa_profile_names(self._ports) if self._request.profiles else ()
        for name in self._request.profiles:
            if name not in managed:
                raise ConfigurationError(
                    f"{sanitize(name)} isn't an MFA profile.",
                    f"Log in first:  aws mfa login --profile {shlex.quote(sanitize(name))}",
                )

    def inspect(self) -> datetime | None:
        """Renew, ask or notify where needed; return when to come back, None for no set time.

        Raises CancelledError if a question was answered with Ctrl-C.
        """
        try:
            names = self._request.profiles or mfa_profile_names(self._ports)
            times = [self._inspect_profile(name) for name in names]
        except (UnparsableFileError, UnwritableFileError) as error:
            if error.what != self._file_error:
                self._file_error = error.what
                self._ports.notes(error.what)
            return self._now() + UNREADABLE_PAUSE
        if self._file_error:
            self._file_error = ""
            self._ports.notes("The files are readable again.")
        return min((time for time in times if time is not None), default=None)

    def _now(self) -> datetime:
        return self._ports.clock.now()

    def _inspect_profile(self, name: str) -> datetime | None:
        profile = self._ports.files.profile(name)
        session = self._ports.files.session_of(profile)
        if session is None:
            return None
        known, self._expirations[name] = self._expirations.get(name), session.expiration
        if known not in {None, session.expiration}:
            until = moment(session.expiration, self._now())
            self._say(name, f"has a new session, valid until {until}")
        state = self._states.load(name)
        is_silent = bool(inherited("mfa_process", profile, self._ports))
        before = self._request.before
        step = steps.next_step(session, state, self._now(), before=before, is_silent=is_silent)
        if not step.stage:
            return step.until
        state = self._act(
            profile, session, steps.state_of(session, state, self._now()), is_silent=is_silent
        )
        # The session that is there now says when to come back.
        after = self._ports.files.session_of(self._ports.files.profile(name)) or session
        self._expirations[name] = after.expiration
        step = steps.next_step(after, state, self._now(), before=before, is_silent=is_silent)
        if step.stage and after != session:
            # A new session that expires at once: a clock is off, and asking again won't help.
            state = replace(steps.state_of(after, None, self._now()), prompted=True, gave_up=True)
        self._states.save(name, state)
        return self._now() if step.stage else step.until

    def _act(
        self, profile: Profile, session: Session, state: WatchState, *, is_silent: bool
    ) -> WatchState:
        """Renew or notify; return what was done."""
        why = ""
        if not (state.gave_up if is_silent else state.prompted):
            state, why, is_renewed = self._renew(profile, session, state)
            if is_renewed:
                return state
        if state.is_worth_notifying(is_silent=is_silent):
            notice = steps.notice_of(profile.name, session, state.stage, self._now(), why)
            failure = self._notify(notice)
            state = replace(state, notified=not failure)
            if failure:
                text = f"{notice.title}, but nobody could be notified: {failure}"
                self._say_once(profile.name, state, text)
            else:
                color = self._style.red if state.stage == EXPIRED else self._style.yellow
                self._say(profile.name, f"notified: {color(notice.title)}")
        if not state.is_finished(is_silent=is_silent):
            state = state.tried_again(self._now())
        return state

    def _renew(
        self, profile: Profile, session: Session, state: WatchState
    ) -> tuple[WatchState, str, bool]:
        """Try to renew; return what was done, why it failed, and whether there's a new session."""
        ports, now = self._make_ports(), self._now()
        terminal = steps.PromptedTerminal(ports.terminal)
        # With --before: more than this session has left, so that one made meanwhile will do.
        own_window = self._request.before is not None
        request = LoginRequest(
            session_profile=profile.name,
            min_remaining=session.remaining(now) + 1 if own_window else None,
            reason=steps.reason_for(profile.name, session, state.stage, now),
        )
        try:
            result = login(request, replace(ports, terminal=terminal))
        except CancelledError as cancelled:
            if cancelled.by_interrupt:
                raise
            self._say(profile.name, "the question was closed")
            return replace(state, prompted=True, gave_up=True), "", False
        except MfaError as error:
            state = replace(state, prompted=terminal.was_prompted)
            if isinstance(error, CannotAskError) and not terminal.was_prompted:
                return state, "", False
            self._say_once(profile.name, state, f"{self._style.red('not renewed')}: {error.what}")
            return replace(state, gave_up=not isinstance(error, _PASSING)), error.what, False
        if result.outcome == "expiring":
            return state, "", False
        until = moment(result.expiration or session.expiration, self._now())
        how = "renewed" if result.outcome == "renewed" else "renewed elsewhere"
        self._say(profile.name, f"{self._style.green(how)}, valid until {until}")
        return state, "", True

    def _say(self, name: str, what: str) -> None:
        self._ports.notes(f"{sanitize(name)}: {what}.")

    def _say_once(self, name: str, state: WatchState, what: str) -> None:
        """Say it at the first try only."""
        if not state.tries:
            self._say(name, what.rstrip("."))


def watched_sessions(
    request: WatchRequest, ports: Ports
) -> tuple[tuple[str, Session, datetime], ...]:
    """Return each watched profile, its session, and when that starts to expire soon."""
    names = request.profiles or mfa_profile_names(ports)
    found = ((name, ports.files.session_of(ports.files.profile(name))) for name in names)
    return tuple(
        (name, session, steps.expiring_from(session, request.before))
        for name, session in found
        if session is not None
    )
