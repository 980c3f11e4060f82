"""Asks the person at the controlling terminal, whatever stdin, stdout and stderr are.

The kernel edits the line (echo, backspace, Ctrl-U); Ctrl-C and Ctrl-Z end it and are read by
hand, so that a prompt behaves alike in every thread and is never stopped while it holds a
lock (termios(3): ISIG, VEOL, VEOL2).
"""

from __future__ import annotations

import contextlib
import locale
import os
import select
import sys
import time
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import CancelledError, CannotAskError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from awscli_mfa_plugin.session.ports import CountingTerminal

PROMPT_SECONDS = 120
"""How long a question stands before nobody is taken to be there."""

_DEVICE = "/dev/tty"
_CTRL_C, _CTRL_D, _CTRL_Z = b"\x03", b"", b"\x1a"
_LONGEST_LINE = 1024
# For six digits, and one that is too many.
_ROOM = 7
_CANCELLED = "Cancelled; nothing was changed."


def this_terminal(prompt_seconds: float = PROMPT_SECONDS) -> CountingTerminal:
    """Return the terminal of this process, on the system that it runs on."""
    if sys.platform == "win32":
        from awscli_mfa_plugin.system.terminal_windows import Console

        return Console(prompt_seconds)
    return ControllingTerminal(prompt_seconds)


class ControllingTerminal:
    """The controlling terminal of this process."""

    def __init__(self, prompt_seconds: float = PROMPT_SECONDS) -> None:
        """Keep how long a question may stand; nothing is opened yet."""
        self._prompt_seconds = prompt_seconds

    def unavailable_reason(self) -> str:
        """Return why nobody can be asked here, or "" if somebody can."""
        try:
            with _opened() as terminal:
                if os.tcgetpgrp(terminal) != os.getpgrp():
                    return "this process runs in the background of its terminal"
        except OSError:
            return "there is no terminal to ask on"
        return ""

    def tell(self, text: str) -> None:
        """Show text that belongs to a question."""
        with contextlib.suppress(OSError), _opened() as terminal:
            _write(terminal, text)

    def ask(self, question: str, *, hidden: bool = False) -> str:
        """Return the line that was typed, without surrounding blanks.

        Raises CancelledError on Ctrl-C and Ctrl-D, CannotAskError when nobody answers in
        time or the terminal goes away.
        """
        try:
            with _opened() as terminal, _line_mode(terminal, hidden=hidden):
                _write(terminal, fitted(question, _columns(terminal)))
                line = self._read_line(terminal)
                if hidden or not line.endswith(b"\n"):
                    _write(terminal, "\n")
        except OSError as error:
            raise CannotAskError(
                f"The terminal went away ({error.strerror}).", "Try again on another one."
            ) from None
        return _answer(line)

    def _read_line(self, terminal: int) -> bytes:
        deadline = time.monotonic() + self._prompt_seconds
        while True:
            left = deadline - time.monotonic()
            ready = select.select([terminal], [], [], max(left, 0))[0]
            if not ready:
                _write(terminal, "\n")
                raise CannotAskError(
                    f"Nobody answered within {self._prompt_seconds:g} s.",
                    "Run the command again when the code is at hand.",
                )
            return os.read(terminal, _LONGEST_LINE)

    def wait(self, seconds: int, reason: str) -> None:
        """Let ``seconds`` pass, counting down behind ``reason``; Ctrl-C cancels."""
        try:
            with _opened() as terminal:
                for text in countdown(seconds, reason, lambda: _columns(terminal)):
                    _write(terminal, text)
                    time.sleep(1)
                _write(terminal, "\n")
        except KeyboardInterrupt:
            raise CancelledError(_CANCELLED, by_interrupt=True) from None
        except OSError:
            time.sleep(seconds)  # the terminal is gone; the wait is still due


def fitted(question: str, columns: int) -> str:
    """Return the question; one that leaves no room for a code gets a new line for the answer."""
    last = question.rpartition("\n")[2]
    return question if len(last) + _ROOM < columns else f"{question.rstrip()}\n"


def countdown(seconds: int, reason: str, columns: Callable[[], int]) -> Iterator[str]:
    """Yield what to show each second, as one line that is drawn again.

    A reason that is too wide for that, or becomes so, is shown once, above the count.
    """
    for left in range(seconds, 0, -1):
        line = f"\r{reason} {left:2d} s " if reason else f"\r{left:2d} s "
        if reason and len(line) > columns():
            line, reason = f"\r{reason}\n{left:2d} s ", ""
        yield line


def _columns(terminal: int) -> int:
    # 0 is a terminal that doesn't know its size.
    return os.get_terminal_size(terminal).columns or 80


def _answer(line: bytes) -> str:
    if line == _CTRL_D or line.endswith(_CTRL_C):
        raise CancelledError(_CANCELLED, by_interrupt=line != _CTRL_D)
    if line.endswith(_CTRL_Z):
        raise CannotAskError(
            "Ctrl-Z at the prompt: a login can't wait in the background.",
            "Run the command again when the code is at hand.",
        )
    return line.decode(_encoding(), "replace").strip()


@contextlib.contextmanager
def _opened() -> Iterator[int]:
    terminal = os.open(_DEVICE, os.O_RDWR | os.O_NOCTTY)
    try:
        yield terminal
    finally:
        os.close(terminal)


@contextlib.contextmanager
def _line_mode(terminal: int, *, hidden: bool) -> Iterator[None]:
    """Let the kernel edit the line, and Ctrl-C and Ctrl-Z end it as Enter does."""
    import termios

    try:
        before = termios.tcgetattr(terminal)
        mode = termios.tcgetattr(terminal)
    except termios.error as error:  # it is no OSError
        raise OSError(*error.args) from None
    mode[3] = (mode[3] | termios.ICANON | termios.ECHO) & ~termios.ISIG
    if hidden:
        mode[3] &= ~termios.ECHO
    mode[6][termios.VEOL], mode[6][termios.VEOL2] = _CTRL_C, _CTRL_Z
    termios.tcsetattr(terminal, termios.TCSADRAIN, mode)
    try:
        yield
    finally:
        with contextlib.suppress(termios.error):  # the terminal may be gone by now
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _write(terminal: int, text: str) -> None:
    left = text.encode(_encoding(), "replace")
    while left:
        left = left[os.write(terminal, left) :]


def _encoding() -> str:
    return locale.getpreferredencoding(do_setlocale=False) or "utf-8"
