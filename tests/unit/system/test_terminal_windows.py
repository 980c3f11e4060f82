"""The prompt on Windows, with a keyboard and a screen of our own."""

from __future__ import annotations

import io

import pytest

from awscli_mfa_plugin.errors import CancelledError, CannotAskError
from awscli_mfa_plugin.system.terminal_windows import Console


class Keys:
    """Keys that were typed; each special key is a string of two. At the end nobody types."""

    def __init__(self, *keys: str) -> None:
        """Keep them."""
        self._keys = list[str]("".join(keys))
        self._pause_before = {len("".join(keys[:at])) for at, key in enumerate(keys) if key == "à"}
        self._read = 0
        self._paused = False

    def kbhit(self) -> bool:
        """Return whether there is a key; a letter that looks special is followed by a pause."""
        if self._read - 1 in self._pause_before and not self._paused:
            self._paused = True
            return False
        self._paused = False
        return self._read < len(self._keys)

    def getwch(self) -> str:
        """Return the next key."""
        self._read += 1
        return self._keys[self._read - 1]


def asked(*keys: str, hidden: bool = False) -> tuple[str, str]:
    """Return the answer to a question, and what was shown."""
    screen = io.StringIO()
    answer: str = Console(5, Keys(*keys), screen).ask("MFA code: ", hidden=hidden)
    return answer, screen.getvalue()


LEFT, UP, DELETE, F1 = "\xe0K", "\xe0H", "\xe0S", "\0;"


def test_what_is_typed_is_shown_and_returned() -> None:
    """With blanks at its ends removed."""
    assert asked("1", "2", " ", "\r") == ("12", "MFA code: 12 \n")


def test_arrow_and_function_keys_type_nothing() -> None:
    """Each is two characters, of which the second is a letter."""
    assert asked("1", LEFT, UP, DELETE, F1, "2", "\r") == ("12", "MFA code: 12\n")


def test_a_letter_that_starts_like_an_arrow_key_is_typed() -> None:
    """Nothing follows it at once."""
    assert asked("à", "b", "\r")[0] == "àb"


def test_backspace_takes_back_one_character_and_no_more_than_there_are() -> None:
    """The question stays."""
    assert asked("1", "9", "\b", "\b", "\b", "2", "\r") == ("2", "MFA code: 19\b \b\b \b2\n")


def test_the_question_is_written_once() -> None:
    """Also if it is wider than the window: nothing is written again at a key."""
    screen = io.StringIO()
    question = f"MFA code for {'x' * 200}: "
    Console(5, Keys(*"123456", "\r"), screen).ask(question)
    assert screen.getvalue() == f"{question.rstrip()}\n123456\n"


def test_a_hidden_answer_shows_nothing() -> None:
    """Not even how long it is."""
    assert asked("1", "2", "\b", "3", "\r", hidden=True) == ("13", "MFA code: \n")


@pytest.mark.parametrize(
    ("key", "by_interrupt"), [("\x03", True), ("\x04", False), ("\x1a", False)]
)
def test_ctrl_c_ctrl_d_and_ctrl_z_cancel(key: str, *, by_interrupt: bool) -> None:
    """The next line of the shell starts on a line of its own."""
    screen = io.StringIO()
    with pytest.raises(CancelledError) as caught:
        Console(5, Keys("1", key), screen).ask("MFA code: ")
    assert caught.value.by_interrupt == by_interrupt
    assert screen.getvalue() == "MFA code: 1\n"


def test_a_signal_cancels_too() -> None:
    """Python may see Ctrl-C before the prompt does."""

    class Interrupted(Keys):
        def kbhit(self) -> bool:
            raise KeyboardInterrupt

    with pytest.raises(CancelledError) as caught:
        Console(5, Interrupted(), io.StringIO()).ask("MFA code: ")
    assert caught.value.by_interrupt


def test_nobody_answers() -> None:
    """It gives up, on a line of its own."""
    screen = io.StringIO()
    with pytest.raises(CannotAskError):
        Console(0.1, Keys(), screen).ask("MFA code: ")
    assert screen.getvalue() == "MFA code: \n"
