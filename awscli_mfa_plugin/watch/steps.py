"""Decides what a watched session needs next, whether someone was asked, and what they are told."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import CannotAskError, MfaError, UnshownError
from awscli_mfa_plugin.session.expiry import LONGEST, expiry_window
from awscli_mfa_plugin.text import length_of_time, moment, sanitize

if TYPE_CHECKING:
    from awscli_mfa_plugin.session.ports import Terminal
    from awscli_mfa_plugin.session.records import Session


EXPIRING, EXPIRED = "due", "over"
"""The two stages of a session that need a person: it lives and is due, it has ended."""

ABANDONED = timedelta(days=7)
"""How long after its end a session is taken for one that nobody needs any more.

Longer than a weekend with a holiday: who opens a machine again is asked. Shorter than it takes
to forget a profile: who starts to watch isn't asked for all that ever was.
"""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(minutes=5)
"""Between two tries, where a network or a desktop may come back; doubled each time."""

PATIENT_TRIES = 3
"""Failures of a silent renewal for a passing reason before somebody is told of them."""


@dataclass(frozen=True)
class WatchState:
    """What was done about one session, which its expiration identifies.

    ``prompted``: a question was shown, which happens once a session. The rest is of one ``stage``:
    ``notified``: a notice was shown; ``gave_up``: a silent renewal is out of the question;
    ``tries``: how often something was tried in vain, to be tried again at ``next_try``.
    """

    expiration: datetime
    stage: str = ""
    prompted: bool = False
    notified: bool = False
    gave_up: bool = False
    tries: int = 0
    next_try: datetime | None = None

    def tried_again(self, now: datetime) -> WatchState:
        """Return this with one try more, and the time of the next."""
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self.tries, 10))
        return replace(self, tries=self.tries + 1, next_try=now + pause)

    def is_finished(self, *, is_silent: bool) -> bool:
        """Tell whether nothing is left to do about the session at its present stage."""
        return self.notified and (self.gave_up or not is_silent)

    def is_worth_notifying(self, *, is_silent: bool) -> bool:
        """Tell whether somebody has to know that the session wasn't renewed.

        A network that is away for a minute isn't worth it, as long as the session lives.
        """
        if self.notified:
            return False
        has_waited = self.stage == EXPIRED or self.tries >= PATIENT_TRIES
        return self.gave_up or not is_silent or has_waited


@dataclass(frozen=True)
class Step:
    """What to do about a session: act at ``stage``, or look again at ``until`` (None: no more)."""

    stage: str = ""
    until: datetime | None = None


def expiring_from(session: Session, before: int | None) -> datetime:
    """Return the moment from which a session is due, ``before`` seconds before its end.

    By default that is the expiry window. One just made never is: no more than half of the
    lifetime that was granted counts.
    """
    if before is None:
        return session.expiration - expiry_window(session.lifetime)
    return session.expiration - min(timedelta(seconds=min(before, LONGEST)), session.lifetime / 2)


def state_of(session: Session, state: WatchState | None, now: datetime) -> WatchState:
    """Return what was done about this session at its present stage."""
    stage = EXPIRED if session.expiration <= now else EXPIRING
    if state is None or state.expiration != session.expiration:
        return WatchState(session.expiration, stage)
    if state.stage in {stage, EXPIRED}:  # a clock that was set back makes nothing new to tell
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
    """Return what a session calls for at ``now``.

    ``state`` is what was done about the profile's sessions so far; ``is_silent`` says that no
    person is needed to renew.
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
    # A clock that was set back by more than a pause must not make it wait for that long.
    if state.next_try and now < state.next_try <= now + LONGEST_PAUSE:
        return Step(until=min(state.next_try, end or state.next_try))
    return Step(stage=state.stage)


_MOST_QUESTIONS = 4
"""Three codes that AWS may refuse, and one slip of the fingers."""


class PromptedTerminal:
    """A terminal that remembers whether a question was put on it."""

    def __init__(self, terminal: Terminal) -> None:
        """Keep the terminal; nothing was asked yet."""
        self.unavailable_reason = terminal.unavailable_reason
        self.tell = terminal.tell
        self.was_prompted = False
        self._ask = terminal.ask
        self._left = _MOST_QUESTIONS

    def ask(self, question: str, *, hidden: bool = False) -> str:
        """Ask, and remember it; raise what the terminal raises.

        Raises CannotAskError after a few questions: a dialog that answers without a person would
        be asked again and again.
        """
        if self._left == 0:
            raise CannotAskError("No token code was typed.", "Log in on a terminal.")
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
    """What is told of one session: a title and a text, each on one line and safe to show.

    ``profile`` and ``expiration`` (aware UTC) are the true values, for a program.
    """

    profile: str
    expiration: datetime
    stage: str
    title: str
    text: str


def notice_of(profile: str, session: Session, stage: str, now: datetime, why: str = "") -> Notice:
    """Return the notice that a profile's session is due or over; ``why`` it wasn't renewed."""
    name, when = sanitize(profile, 80), moment(session.expiration, now)
    left = length_of_time(session.remaining(now))
    title = f"AWS session of {name} is {'over' if stage == EXPIRED else 'due'}"
    end = f"It ended at {when}." if stage == EXPIRED else f"It ends at {when} ({left} left)."
    parts = [end, *([f"It couldn't be renewed: {why}"] if why else [])]
    parts.append(f"For a new one: aws mfa login --profile {shlex.quote(name)}")
    return Notice(profile, session.expiration, stage, title, " ".join(parts))


def reason_for(profile: str, session: Session, stage: str, now: datetime) -> str:
    """Return the line that stands above the question for a code."""
    name = sanitize(profile)
    if stage == EXPIRED:
        return f"The session of profile {name} is over since {moment(session.expiration, now)}."
    left = length_of_time(session.remaining(now))
    return f"The session of profile {name} is due: {left} left."
