"""Decides what a watched session needs next, whether someone was asked, and what they are told."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import CannotAskError, MfaError, UnshownError
from awscli_mfa_plugin.session.expiry import expiry_window
from awscli_mfa_plugin.text import length_of_time, moment, sanitize

if TYPE_CHECKING:
    from awscli_mfa_plugin.session.ports import Terminal
    from awscli_mfa_plugin.session.records import Session


DUE, OVER = "due", "over"
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
class Told:
    """What was done about one session, which its expiration identifies.

    ``asked``: a question was shown, which happens once a session. The rest is of one ``stage``:
    ``is_told``: a notice was shown; ``is_refused``: a silent renewal is out of the question;
    ``tries``: how often something was tried in vain, to be tried again at ``next_try``.
    """

    expiration: datetime
    stage: str = ""
    asked: bool = False
    is_told: bool = False
    is_refused: bool = False
    tries: int = 0
    next_try: datetime | None = None

    def tried_again(self, now: datetime) -> Told:
        """Return this with one try more, and the time of the next."""
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self.tries, 10))
        return replace(self, tries=self.tries + 1, next_try=now + pause)


@dataclass(frozen=True)
class Step:
    """What to do about a session: act at ``stage``, or look again at ``until`` (None: no more)."""

    stage: str = ""
    until: datetime | None = None


LONGEST = 129_600
"""Seconds that no session outlasts (STS API reference, GetSessionToken)."""


def due_from(session: Session, before: int | None) -> datetime:
    """Return the moment from which a session is due, ``before`` seconds before its end.

    By default that is the expiry window. One just made never is: no more than half of the
    lifetime that was granted counts.
    """
    if before is None:
        return session.expiration - expiry_window(session.lifetime)
    return session.expiration - min(timedelta(seconds=min(before, LONGEST)), session.lifetime / 2)


def told_of(session: Session, told: Told | None, now: datetime) -> Told:
    """Return what was done about this session at its present stage."""
    stage = OVER if session.expiration <= now else DUE
    if told is None or told.expiration != session.expiration:
        return Told(session.expiration, stage)
    if told.stage in {stage, OVER}:  # a clock that was set back makes nothing new to tell
        return told
    return Told(session.expiration, stage, asked=told.asked)


def next_step(
    session: Session, told: Told | None, now: datetime, *, before: int | None, is_silent: bool
) -> Step:
    """Return what a session calls for at ``now``.

    ``told`` is what was done about the profile's sessions so far; ``is_silent`` says that no
    person is needed to renew.
    """
    due = due_from(session, before)
    if now <= due:
        return Step(until=due + timedelta(seconds=1))
    if now - session.expiration > ABANDONED:
        return Step()
    told = told_of(session, told, now)
    end = session.expiration if session.expiration > now else None
    if is_finished(told, is_silent=is_silent):
        return Step(until=end)
    # A clock that was set back by more than a pause must not make it wait for that long.
    if told.next_try and now < told.next_try <= now + LONGEST_PAUSE:
        return Step(until=min(told.next_try, end or told.next_try))
    return Step(stage=told.stage)


def is_finished(told: Told, *, is_silent: bool) -> bool:
    """Tell whether nothing is left to do about a session at its present stage."""
    return told.is_told and (told.is_refused or not is_silent)


def is_worth_telling(told: Told, *, is_silent: bool) -> bool:
    """Tell whether somebody has to know that a session wasn't renewed.

    A network that is away for a minute isn't worth it, as long as the session lives.
    """
    if told.is_told:
        return False
    return told.is_refused or not is_silent or told.stage == OVER or told.tries >= PATIENT_TRIES


_MOST_QUESTIONS = 4
"""Three codes that AWS may refuse, and one slip of the fingers."""


class PromptedTerminal:
    """A terminal that remembers whether a question was put on it."""

    def __init__(self, terminal: Terminal) -> None:
        """Keep the terminal; nothing was asked yet."""
        self._terminal = terminal
        self.was_asked = False
        self._left = _MOST_QUESTIONS

    def unavailable_reason(self) -> str:
        """Return why nobody can be asked there, or ""."""
        return self._terminal.unavailable_reason()

    def tell(self, text: str) -> None:
        """Show text that belongs to a question."""
        self._terminal.tell(text)

    def ask(self, question: str, *, hidden: bool = False) -> str:
        """Ask, and remember it; raise what the terminal raises.

        Raises CannotAskError after a few questions: a dialog that answers without a person would
        be asked again and again.
        """
        if self._left == 0:
            raise CannotAskError("No token code was typed.", "Log in on a terminal.")
        self._left -= 1
        try:
            answer = self._terminal.ask(question, hidden=hidden)
        except UnshownError:
            raise
        except MfaError:
            self.was_asked = True
            raise
        self.was_asked = True
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
    title = f"AWS session of {name} is {'over' if stage == OVER else 'due'}"
    told = f"It ended at {when}." if stage == OVER else f"It ends at {when} ({left} left)."
    parts = [told, *([f"It couldn't be renewed: {why}"] if why else [])]
    parts.append(f"For a new one: aws mfa login --profile {shlex.quote(name)}")
    return Notice(profile, session.expiration, stage, title, " ".join(parts))


def reason_for(profile: str, session: Session, stage: str, now: datetime) -> str:
    """Return the line that stands above the question for a code."""
    name = sanitize(profile)
    if stage == OVER:
        return f"The session of profile {name} is over since {moment(session.expiration, now)}."
    left = length_of_time(session.remaining(now))
    return f"The session of profile {name} is due: {left} left."
