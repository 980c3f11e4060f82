"""Whether a person was asked."""

from __future__ import annotations

import pytest

from awscli_mfa_plugin.errors import CancelledError, CannotAskError, UnshownError
from awscli_mfa_plugin.watch.steps import PromptedTerminal
from tests.fakes import FakeTerminal


def test_a_question_that_could_not_be_put_was_not_asked() -> None:
    """Once there is a display again, the person is asked."""
    terminal = PromptedTerminal(FakeTerminal(UnshownError("No display."), "123456"))
    with pytest.raises(UnshownError):
        terminal.ask("Code: ")
    assert not terminal.was_asked
    assert terminal.ask("Code: ") == "123456"
    assert terminal.was_asked


@pytest.mark.parametrize("answer", [CancelledError("No."), CannotAskError("Nobody answered.")])
def test_a_question_without_an_answer_was_asked(answer: Exception) -> None:
    """Once a session is enough."""
    terminal = PromptedTerminal(FakeTerminal(answer))
    with pytest.raises(type(answer)):
        terminal.ask("Code: ")
    assert terminal.was_asked


def test_a_dialog_that_answers_by_itself_is_not_asked_for_ever() -> None:
    """Four questions are enough for a person."""
    inner = FakeTerminal(*["junk"] * 10)
    terminal = PromptedTerminal(inner)
    for _ in range(4):
        assert terminal.ask("Code: ") == "junk"
    with pytest.raises(CannotAskError, match="No token code was typed"):
        terminal.ask("Code: ")
    assert len(inner.questions) == 4
