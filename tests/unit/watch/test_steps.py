"""The next step for a watched session, and whether the user was prompted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from awscli_mfa_plugin.errors import CancelledError, CannotAskError, UnshownError
from awscli_mfa_plugin.session.records import Session
from awscli_mfa_plugin.session.sessions import EXPIRED, EXPIRING
from awscli_mfa_plugin.watch.steps import (
    LONGEST_PAUSE,
    PromptedTerminal,
    Step,
    WatchState,
    expiring_from,
    next_step,
    state_of,
)
from tests.fakes import NOW, FakeTerminal

HOURS_12, HOUR = 43_200, 3_600
SESSION = Session("ASIA1", "secret-1", "token-1", NOW + timedelta(hours=12), NOW)
SHORT = Session("ASIA1", "secret-1", "token-1", NOW + timedelta(seconds=900), NOW)
END = SESSION.expiration


@pytest.mark.parametrize(
    ("session", "before", "seconds"),
    [
        (SESSION, None, HOURS_12 - 900),
        (SHORT, None, 675),
        (SESSION, HOUR, HOURS_12 - HOUR),
        (SHORT, 60, 840),
        # A new session is never expiring.
        (SHORT, HOUR, 450),
    ],
)
def test_when_a_session_starts_to_expire_soon(
    session: Session, before: int | None, seconds: int
) -> None:
    """The expiry window, or the requested seconds, up to half of the lifetime."""
    assert expiring_from(session, before) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("left", "state", "is_silent", "expected"),
    [
        (HOURS_12, None, False, Step(until=END - timedelta(seconds=899))),
        (900, None, False, Step(until=END - timedelta(seconds=899))),
        (899, None, False, Step(EXPIRING)),
        (0, None, False, Step(EXPIRED)),
        (-7 * 86_400, None, False, Step(EXPIRED)),
        (-7 * 86_400 - 1, None, False, Step()),
        (899, WatchState(NOW, EXPIRING, prompted=True, notified=True), False, Step(EXPIRING)),
        (600, WatchState(END, EXPIRING, notified=True), False, Step(until=END)),
        (600, WatchState(END, EXPIRING, notified=True), True, Step(EXPIRING)),
        (600, WatchState(END, EXPIRING, notified=True, gave_up=True), True, Step(until=END)),
        (0, WatchState(END, EXPIRING, prompted=True, notified=True), False, Step(EXPIRED)),
        (-60, WatchState(END, EXPIRED, prompted=True, notified=True), False, Step()),
        # After the clock was set back the session is valid again, but was notified already.
        (600, WatchState(END, EXPIRED, prompted=True, notified=True), False, Step(until=END)),
    ],
)
def test_next_step(left: int, state: WatchState | None, *, is_silent: bool, expected: Step) -> None:
    """By the seconds left and what was done so far."""
    now = END - timedelta(seconds=left)
    assert next_step(SESSION, state, now, before=None, is_silent=is_silent) == expected


def test_a_pause_ends_when_the_session_expires() -> None:
    """After a failure shortly before, it tries again right then."""
    now = END - timedelta(seconds=30)
    state = state_of(SESSION, None, now).tried_again(now)
    assert next_step(SESSION, state, now, before=None, is_silent=True) == Step(until=END)
    after = state_of(SESSION, None, END).tried_again(END)
    step = next_step(SESSION, after, END, before=None, is_silent=True)
    assert step == Step(until=END + timedelta(minutes=1))


def test_setting_the_clock_back_does_not_prolong_a_pause() -> None:
    """A next try that is hours ahead was written by another clock."""
    now = END - timedelta(seconds=600)
    state = WatchState(END, EXPIRING, tries=1, next_try=now + LONGEST_PAUSE + timedelta(seconds=1))
    assert next_step(SESSION, state, now, before=None, is_silent=True) == Step(EXPIRING)


def test_pauses_double_up_to_five_minutes() -> None:
    """1, 2, 4, 5, 5 minutes."""
    state, pauses = WatchState(END, EXPIRING), []
    for _ in range(5):
        state = state.tried_again(NOW)
        assert state.next_try
        pauses.append((state.next_try - NOW).total_seconds() / 60)
    assert pauses == [1, 2, 4, 5, 5]


def test_a_question_that_was_never_shown_does_not_count() -> None:
    """Once there is a display again, the user is prompted."""
    terminal = PromptedTerminal(FakeTerminal(UnshownError("No display."), "123456"))
    with pytest.raises(UnshownError):
        terminal.ask("Code: ")
    assert not terminal.was_prompted
    assert terminal.ask("Code: ") == "123456"
    assert terminal.was_prompted


@pytest.mark.parametrize("answer", [CancelledError("No."), CannotAskError("Nobody answered.")])
def test_a_question_without_an_answer_counts(answer: Exception) -> None:
    """It is asked once per session."""
    terminal = PromptedTerminal(FakeTerminal(answer))
    with pytest.raises(type(answer)):
        terminal.ask("Code: ")
    assert terminal.was_prompted


def test_a_dialog_that_answers_by_itself_is_asked_four_times() -> None:
    """Three codes and a typo."""
    inner = FakeTerminal(*["junk"] * 10)
    terminal = PromptedTerminal(inner)
    for _ in range(4):
        assert terminal.ask("Code: ") == "junk"
    with pytest.raises(CannotAskError, match="No MFA code was entered"):
        terminal.ask("Code: ")
    assert len(inner.questions) == 4
