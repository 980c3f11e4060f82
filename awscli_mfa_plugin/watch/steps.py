"""Decides what a watched session needs next, and what a question or a notification says."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import CannotAskError, MfaError, UnshownError
from awscli_mfa_plugin.session.expiry import LONGEST, expiry_window
from awscli_mfa_plugin.session.sessions import EXPIRED, EXPIRING
from awscli_mfa_plugin.text import length_of_time, moment, sanitize

if TYPE_CHECKING:
    from awscli_mfa_plugin.session.ports import Terminal
    from awscli_mfa_plugin.session.records import Session

ABANDONED = timedelta(days=7)
"""How long after it expired a session is ignored: longer than a weekend with a holiday."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(minutes=5)
"""Between two tries, while the network or the desktop is away; doubled each time."""

PATIENT_TRIES = 3
"""Silent renewals that may fail for a temporary reason before a person is notified."""


@dataclass(frozen=True)
class WatchState:
    """What the watch did about one session, identified by its expiration.

    ``prompted``: a question was shown; this happens once per session. The rest is for one
    ``stage`` (expiring or expired): ``notified``; ``gave_up``: silent renewal won't be tried
    again; ``tries``: failures so far; ``next_try``: when to try again.
    """

    expiration: datetime
    stage: str = ""
    prompted: bool = False
    notified: bool = False
    gave_up: bool = False
    tries: int = 0
    next_try: datetime | None = None

    def tried_again(self, now: datetime) -> WatchState:
        """Return this with one more failure, and the time of the next try."""
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self.tries, 10))
        return replace(self, tries=self.tries + 1, next_try=now + pause)

    def is_finished(self, *, is_silent: bool) -> bool:
        """Return whether nothing is left to do at this stage."""
        return self.notified and (self.gave_up or not is_silent)

    def is_worth_notifying(self, *, is_silent: bool) -> bool:
        """Return whether a person has to know that the session wasn't renewed.

        While the session is valid, a network that is away for a minute isn't worth it.
        """
        if self.notified:
            return False
        has_waited = self.stage == EXPIRED or self.tries >= PATIENT_TRIES
        return self.gave_up or not is_silent or has_waited


@dataclass(frozen=True)
class Step:
    """Act now because of ``stage``, or come back at ``until`` (None: never)."""

    stage: str = ""
    until: datetime | None = None


def expiring_from(session: Session, before: int | None) -> datetime:
    """Return when a session starts to expire soon: ``before`` seconds before it expires.

    The default is the expiry window. At most half of the lifetime counts, so a new session never
    expires soon.
    """
    if before is None:
        return session.expiration - expiry_window(session.lifetime)
    return session.expiration - min(timedelta(seconds=min(before, LONGEST)), session.lifetime / 2)


def state_of(session: Session, state: WatchState | None, now: datetime) -> WatchState:
    """Return what was done about this session at its current stage."""
    stage = EXPIRED if session.expiration <= now else EXPIRING
    if state is None or state.expiration != session.expiration:
        return WatchState(session.expiration, stage)
    if state.stage in {stage, EXPIRED}:  # a clock that was set back is no news
        return state
    return WatchState(session.expiration, stage, prompted=state.prompted)


def next_step(
    session: Session,
    state: WatchState | None,
    now: datetime,
    *,
    before: int | None,
    is_silent: bool,
) -> Step:
    """Return what to do about a session at ``now``.

    ``state`` is what was done so far; ``is_silent`` means that no person is needed to renew.
    """
    expiring = expiring_from(session, before)
    if now <= expiring:
        return Step(until=expiring + timedelta(seconds=1))
    if now - session.expiration > ABANDONED:
        return Step()
    state = state_of(session, state, now)
    end = session.expiration if session.expiration > now else None
    if state.is_finished(is_silent=is_silent):
        return Step(until=end)
    # Not if the clock was set back since: that would be a long wait.
    if state.next_try and now < state.next_try <= now + LONGEST_PAUSE:
        return Step(until=min(state.next_try, end or state.next_try))
    return Step(stage=state.stage)


_MOST_QUESTIONS = 4
"""Three codes that AWS may reject, and one typo."""


class PromptedTerminal:
    """A terminal that remembers whether it showed a question."""

    def __init__(self, terminal: Terminal) -> None:
        self.unavailable_reason = terminal.unavailable_reason
        self.tell = terminal.tell
        self.was_prompted = False
        self._ask = terminal.ask
        self._left = _MOST_QUESTIONS

    def ask(self, question: str, *, hidden: bool = False) -> str:
        """Ask and remember it; raise what the terminal raises.

        Raises CannotAskError after a few questions: a dialog may answer without a person.
        """
        if self._left == 0:
            raise CannotAskError("No MFA code was entered.", "Log in on a terminal.")
        self._left -= 1
        try:
            answer = self._ask(question, hidden=hidden)
        except MfaError as error:
            self.was_prompted |= not isinstance(error, UnshownError)
            raise
        self.was_prompted = True
        return answer


@dataclass(frozen=True)
class Notice:
    """A notification: a title and a text, each on one line and safe to show.

    ``profile`` and ``expiration`` (aware UTC) are the raw values, for a program.
    """

    profile: str
    expiration: datetime
    stage: str
    title: str
    text: str


def notice_of(profile: str, session: Session, stage: str, now: datetime, why: str = "") -> Notice:
    """Return the notification for a session; ``why`` it wasn't renewed."""
    name, when = sanitize(profile, 80), moment(session.expiration, now)
    left = length_of_time(session.remaining(now))
    title = f"AWS session {name} {'has expired' if stage == EXPIRED else 'expires soon'}"
    end = f"It expired at {when}." if stage == EXPIRED else f"It expires in {left} ({when})."
    parts = [end, *([f"Renewal failed: {why}"] if why else [])]
    parts.append(f"Renew it: aws mfa login --profile {shlex.quote(name)}")
    return Notice(profile, session.expiration, stage, title, " ".join(parts))


def reason_for(profile: str, session: Session, stage: str, now: datetime) -> str:
    """Return the line above the question for a code."""
    name = sanitize(profile)
    if stage == EXPIRED:
        return f"The MFA session of profile {name} expired at {moment(session.expiration, now)}."
    left = length_of_time(session.remaining(now))
    return f"The MFA session of profile {name} expires in {left}."
