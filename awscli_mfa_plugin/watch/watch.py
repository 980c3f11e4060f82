"""Watches sessions: each is renewed when it is due, or its person is asked or told, once."""

from __future__ import annotations

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
from awscli_mfa_plugin.session.login import LoginRequest, login
from awscli_mfa_plugin.session.logout import managed_names
from awscli_mfa_plugin.session.source import inherited
from awscli_mfa_plugin.text import moment, sanitize
from awscli_mfa_plugin.watch.steps import (
    PromptedTerminal,
    Told,
    due_from,
    is_finished,
    is_worth_telling,
    next_step,
    notice_of,
    reason_for,
    told_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from awscli_mfa_plugin.session.ports import Ports
    from awscli_mfa_plugin.session.records import Profile, Session
    from awscli_mfa_plugin.watch.ports import Announcer, WatchMemory

TROUBLE_PAUSE = timedelta(minutes=1)
"""How long to leave a file alone that can't be read; a change of it ends the pause."""

_PASSING = (
    UnreachableError,
    ThrottledError,
    BusyError,
    UnparsableFileError,
    UnwritableFileError,
)
"""Why a renewal may fail now and work a little later."""


@dataclass(frozen=True)
class WatchRequest:
    """What to watch: some profiles, or all managed ones; due ``before`` so many seconds."""

    profiles: tuple[str, ...] = ()
    before: int | None = None


class Watch:
    """The sessions that are watched, looked at whenever something may have changed."""

    def __init__(
        self,
        request: WatchRequest,
        ports: Callable[[], Ports],
        memory: WatchMemory,
        announce: Announcer,
    ) -> None:
        """Keep what is needed; ``ports`` makes new ones for each renewal.

        Keys that were read for one renewal may be others at the next.
        """
        self._request = request
        self._make_ports = ports
        self._ports = ports()
        self._memory = memory
        self._announce = announce
        self._seen: dict[str, datetime] = {}
        self._trouble = ""

    def check(self) -> None:
        """Raise ConfigurationError if a profile that is named can't be watched."""
        managed = managed_names(self._ports) if self._request.profiles else ()
        for name in self._request.profiles:
            if name not in managed:
                raise ConfigurationError(
                    f"Profile {sanitize(name)} isn't managed, so there is nothing to watch.",
                    "«aws mfa status» lists the managed profiles; a login makes one.",
                )

    def look(self) -> datetime | None:
        """Do what the sessions call for; return when to look again, None for no set time.

        Raises CancelledError if Ctrl-C was the answer to a question. Nothing else ends it.
        """
        try:
            moments = [self._look_at(name) for name in self._names()]
        except (UnparsableFileError, UnwritableFileError) as error:
            if error.what != self._trouble:
                self._trouble = error.what
                self._ports.notes(error.what)
            return self._now() + TROUBLE_PAUSE
        if self._trouble:
            self._trouble = ""
            self._ports.notes("The files can be read again.")
        return min((moment for moment in moments if moment is not None), default=None)

    def _now(self) -> datetime:
        return self._ports.clock.now()

    def _names(self) -> tuple[str, ...]:
        return self._request.profiles or managed_names(self._ports)

    def _look_at(self, name: str) -> datetime | None:
        profile = self._ports.files.profile(name)
        session = self._ports.files.session_of(profile)
        if session is None:
            return None
        self._say_what_is_new(name, session)
        told = self._memory.recall(name)
        is_silent = bool(inherited("mfa_process", profile, self._ports))
        before = self._request.before
        step = next_step(session, told, self._now(), before=before, is_silent=is_silent)
        if not step.stage:
            return step.until
        told = self._act(profile, session, told_of(session, told, self._now()), is_silent=is_silent)
        # What is there now says when to come back: a new session, or the old one with a pause.
        after = self._ports.files.session_of(self._ports.files.profile(name)) or session
        self._seen[name] = after.expiration
        step = next_step(after, told, self._now(), before=before, is_silent=is_silent)
        if step.stage and after != session:
            # Over as soon as it is made: a clock is off, and asking again won't set it right.
            told = replace(told_of(after, None, self._now()), asked=True, is_refused=True)
        self._memory.keep(name, told)
        return self._now() if step.stage else step.until

    def _say_what_is_new(self, name: str, session: Session) -> None:
        before, self._seen[name] = self._seen.get(name), session.expiration
        if before is not None and before != session.expiration:
            self._say(name, f"there is another session, until {self._moment(session)}")

    def _act(self, profile: Profile, session: Session, told: Told, *, is_silent: bool) -> Told:
        """Renew, or else tell somebody; return what was done."""
        why = ""
        if not (told.is_refused if is_silent else told.asked):
            told, why, is_renewed = self._renewed(profile, session, told)
            if is_renewed:
                return told
        if is_worth_telling(told, is_silent=is_silent):
            told = self._tell(profile, session, told, why)
        if not is_finished(told, is_silent=is_silent):
            told = told.tried_again(self._now())
        return told

    def _renewed(self, profile: Profile, session: Session, told: Told) -> tuple[Told, str, bool]:
        """Try to renew; return what was done, why it failed, and whether it didn't."""
        ports = self._make_ports()
        terminal = PromptedTerminal(ports.terminal)
        try:
            result = login(
                self._login_request(profile, session, told), replace(ports, terminal=terminal)
            )
        except CancelledError as cancelled:
            if cancelled.by_interrupt:
                raise
            self._say(profile.name, "the question was dismissed")
            return replace(told, asked=True, is_refused=True), "", False
        except MfaError as error:
            told = replace(told, asked=terminal.was_asked)
            if isinstance(error, CannotAskError) and not terminal.was_asked:
                return told, "", False
            self._say_once(profile.name, told, f"not renewed: {error.what}")
            return replace(told, is_refused=not isinstance(error, _PASSING)), error.what, False
        if result.outcome == "due":
            return told, "", False
        until = moment(result.expiration or session.expiration, self._now())
        how = "renewed" if result.outcome == "renewed" else "renewed elsewhere"
        self._say(profile.name, f"{how}, until {until}")
        return told, "", True

    def _login_request(self, profile: Profile, session: Session, told: Told) -> LoginRequest:
        now = self._now()
        own_window = self._request.before is not None
        return LoginRequest(
            session_profile=profile.name,
            # More than this session has left: one that another process made meanwhile serves.
            min_remaining=session.remaining(now) + 1 if own_window else None,
            reason=reason_for(profile.name, session, told.stage, now),
        )

    def _tell(self, profile: Profile, session: Session, told: Told, why: str) -> Told:
        notice = notice_of(profile.name, session, told.stage, self._now(), why)
        failure = self._announce(notice)
        if failure:
            self._say_once(profile.name, told, f"{notice.title}; nobody could be told: {failure}")
            return told
        self._say(profile.name, f"told: {notice.title}")
        return replace(told, is_told=True)

    def _moment(self, session: Session) -> str:
        return moment(session.expiration, self._now())

    def _say(self, name: str, what: str) -> None:
        self._ports.notes(f"{sanitize(name)}: {what}.")

    def _say_once(self, name: str, told: Told, what: str) -> None:
        """Say what would come again with every further try."""
        if not told.tries:
            self._say(name, what.rstrip("."))


def overview(request: WatchRequest, ports: Ports) -> tuple[tuple[str, Session, datetime], ...]:
    """Return the sessions that are watched: profile, session, and from when it is due."""
    names = request.profiles or managed_names(ports)
    found = ((name, ports.files.session_of(ports.files.profile(name))) for name in names)
    return tuple(
        (name, session, due_from(session, request.before))
        for name, session in found
        if session is not None
    )
