"""Prompts on the console of Windows; written from its documentation, never tested there."""

from __future__ import annotations

import shutil
import sys
import time
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import CancelledError
from awscli_mfa_plugin.system.terminal import PROMPT_SECONDS, countdown, fitted, no_answer

if TYPE_CHECKING:
    from typing import TextIO

_ESCAPE_SEQUENCES = 0x0004
"""ENABLE_VIRTUAL_TERMINAL_PROCESSING of a console's mode."""


class Console:
    """The console of this process (Microsoft C runtime library, console and port I/O)."""

    def __init__(self, prompt_seconds: float = PROMPT_SECONDS) -> None:
        """Keep after how many seconds a prompt gives up."""
        self._prompt_seconds = prompt_seconds

    def unavailable_reason(self) -> str:
        """Return why there can be no prompt here, or ""."""
        return "" if sys.stderr and sys.stderr.isatty() else "there is no console to ask on"

    def tell(self, text: str) -> None:
        """Show text that belongs to a prompt."""
        sys.stderr.write(text)
        sys.stderr.flush()

    def ask(self, question: str, *, hidden: bool = False) -> str:
        """Return the line that was typed; raise CancelledError or CannotAskError."""
        import msvcrt

        question = fitted(question, _columns())
        self.tell(question)
        last_line = question.rpartition("\n")[2]
        typed: list[str] = []
        deadline = time.monotonic() + self._prompt_seconds
        while time.monotonic() < deadline:
            if not msvcrt.kbhit():  # type: ignore[attr-defined,unused-ignore]
                time.sleep(0.05)
                continue
            key = msvcrt.getwch()  # type: ignore[attr-defined,unused-ignore]
            if key in "\r\n":
                self.tell("\n")
                return "".join(typed).strip()
            if key in "\x03\x04\x1a":
                raise CancelledError("Cancelled. Nothing was changed.", by_interrupt=key == "\x03")
            if key == "\b":
                typed = typed[:-1]
            elif key.isprintable():
                typed.append(key)
            self.tell("" if hidden else f"\r{last_line}{''.join(typed)} \b")
        raise no_answer(self._prompt_seconds)

    def wait(self, seconds: int, reason: str) -> None:
        """Let ``seconds`` pass, with a countdown after ``reason``; Ctrl-C cancels."""
        try:
            for text in countdown(seconds, reason, _columns):
                self.tell(text)
                time.sleep(1)
            self.tell("\n")
        except KeyboardInterrupt:
            raise CancelledError("Cancelled. Nothing was changed.") from None


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
    return shutil.get_terminal_size().columns
