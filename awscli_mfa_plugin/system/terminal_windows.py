"""Prompts on the console of Windows."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import CancelledError
from awscli_mfa_plugin.system.terminal import PROMPT_SECONDS, countdown, fitted, no_answer

if TYPE_CHECKING:
    from typing import Protocol, TextIO

    class Keyboard(Protocol):
        """The module ``msvcrt`` (Microsoft C runtime library, console and port I/O)."""

        def kbhit(self) -> bool:
            """Return whether a key is waiting."""

        def getwch(self) -> str:
            """Return the next key; a special one is two, of which the first is NUL or U+00E0."""


_ESCAPE_SEQUENCES = 0x0004
"""ENABLE_VIRTUAL_TERMINAL_PROCESSING of a console's mode."""

_ENTER, _BACKSPACE, _CANCEL, _INTERRUPT = "\r\n", "\b", "\x03\x04\x1a", "\x03"
_SPECIAL = "\0\xe0"
_CANCELLED = "Cancelled. Nothing was changed."


class Console:
    """The console of this process."""

    def __init__(
        self,
        prompt_seconds: float = PROMPT_SECONDS,
        keyboard: Keyboard | None = None,
        screen: TextIO | None = None,
    ) -> None:
        """Keep after how many seconds a prompt gives up; by default it is the real console."""
        self._prompt_seconds = prompt_seconds
        self._keyboard = keyboard
        self._screen = screen

    def unavailable_reason(self) -> str:
        """Return why there can be no prompt here, or ""."""
        return "" if sys.stderr and sys.stderr.isatty() else "there is no console to ask on"

    def tell(self, text: str) -> None:
        """Show text that belongs to a prompt."""
        screen = self._screen or sys.stderr
        screen.write(text)
        screen.flush()

    def ask(self, question: str, *, hidden: bool = False) -> str:
        """Return the line that was typed; raise CancelledError or CannotAskError."""
        self.tell(fitted(question, _columns()))
        typed = ""
        deadline = time.monotonic() + self._prompt_seconds
        try:
            while time.monotonic() < deadline:
                key = self._key()
                if key and key in _ENTER:
                    self.tell("\n")
                    return typed.strip()
                if key and key in _CANCEL:
                    raise self._cancelled(by_interrupt=key == _INTERRUPT)
                # Only what changes is written: a line wider than the window can't be rewritten.
                if key == _BACKSPACE and typed:
                    typed = typed[:-1]
                    self.tell("" if hidden else "\b \b")
                elif key.isprintable():
                    typed += key
                    self.tell("" if hidden else key)
        except KeyboardInterrupt:
            raise self._cancelled(by_interrupt=True) from None
        self.tell("\n")
        raise no_answer(self._prompt_seconds)

    def _key(self) -> str:
        """Return the key that was typed, "" if none was, or an arrow or a function key."""
        keyboard = self._keyboard or _keyboard()
        if not keyboard.kbhit():
            time.sleep(0.05)
            return ""
        key = keyboard.getwch()
        # A second one follows at once; otherwise somebody typed the letter U+00E0.
        if key in _SPECIAL and keyboard.kbhit():
            keyboard.getwch()
            return ""
        return key

    def _cancelled(self, *, by_interrupt: bool) -> CancelledError:
        self.tell("\n")
        return CancelledError(_CANCELLED, by_interrupt=by_interrupt)

    def wait(self, seconds: int, reason: str) -> None:
        """Let ``seconds`` pass, with a countdown after ``reason``; Ctrl-C cancels."""
        try:
            for text in countdown(seconds, reason, _columns):
                self.tell(text)
                time.sleep(1)
            self.tell("\n")
        except KeyboardInterrupt:
            raise self._cancelled(by_interrupt=True) from None


def _keyboard() -> Keyboard:
    import msvcrt

    return msvcrt  # type: ignore[return-value,unused-ignore]


def takes_escape_sequences(stream: TextIO) -> bool:
    """Return whether a console colors text by escape sequences (Microsoft, GetConsoleMode)."""
    import ctypes
    import msvcrt

    get_mode = ctypes.windll.kernel32.GetConsoleMode  # type: ignore[attr-defined,unused-ignore]
    mode = ctypes.c_ulong()
    try:
        handle = msvcrt.get_osfhandle(  # type: ignore[attr-defined,unused-ignore]
            stream.fileno()
        )
    except (OSError, ValueError):
        return False
    return bool(get_mode(handle, ctypes.byref(mode)) and mode.value & _ESCAPE_SEQUENCES)


def _columns() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except (OSError, ValueError, AttributeError):
        return 80
