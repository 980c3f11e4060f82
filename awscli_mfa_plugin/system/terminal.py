"""Prompts on the controlling terminal, also when stdin, stdout and stderr are redirected.

The kernel edits the line (echo, backspace, Ctrl-U). Ctrl-C and Ctrl-Z end the line and are read
as characters, so that a prompt works in every thread, and isn't stopped while it holds a lock
(termios(3): ISIG, VEOL, VEOL2).
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
"""Seconds after which a prompt gives up."""

_DEVICE = "/dev/tty"
_CTRL_C, _CTRL_D, _CTRL_Z = b"\x03", b"", b"\x1a"
_LONGEST_LINE = 1024
_CODE_WIDTH = 7  # six digits, and one too many
_CANCELLED = "Cancelled. Nothing was changed."
_TRY_AGAIN = "Run the command again when you have the code."


def this_terminal(prompt_seconds: float = PROMPT_SECONDS) -> CountingTerminal:
    """Return the terminal of this process: on Windows the console."""
    if sys.platform == "win32":
        from awscli_mfa_plugin.system.terminal_windows import Console

        return Console(prompt_seconds)
    return ControllingTerminal(prompt_seconds)


class ControllingTerminal:
    """The controlling terminal of this process."""

    def __init__(self, prompt_seconds: float = PROMPT_SECONDS) -> None:
        """Keep after how many seconds a prompt gives up; nothing is opened yet."""
        self._prompt_seconds = prompt_seconds

    def unavailable_reason(self) -> str:
        """Return why there can be no prompt here, or ""."""
        try:
            with opened() as terminal:
                if os.tcgetpgrp(terminal) != os.getpgrp():
                    return "this process runs in the background"
        except OSError:
            return "there is no terminal to ask on"
        return ""

    def tell(self, text: str) -> None:
        """Show text that belongs to a prompt."""
        with contextlib.suppress(OSError), opened() as terminal:
            write(terminal, text)

    def ask(self, question: str, *, hidden: bool = False) -> str:
        """Return the line that was typed, without surrounding blanks.

        Raises CancelledError on Ctrl-C and Ctrl-D, CannotAskError after ``prompt_seconds`` or
        if the terminal is closed.
        """
        try:
            with opened() as terminal, line_mode(terminal, hidden=hidden):
                write(terminal, fitted(question, _columns(terminal)))
                line = self._read_line(terminal)
                if hidden or not line.endswith(b"\n"):
                    write(terminal, "\n")
        except OSError as error:
            raise CannotAskError(
                f"The terminal was closed ({error.strerror}).", "Try again in another terminal."
            ) from None
        return answer(line)

    def _read_line(self, terminal: int) -> bytes:
        deadline = time.monotonic() + self._prompt_seconds
        while True:
            left = deadline - time.monotonic()
            # Python sees a signal that came just before select() only after it: within a second.
            if select.select([terminal], [], [], min(max(left, 0), 1))[0]:
                return os.read(terminal, _LONGEST_LINE)
            if left <= 0:
                write(terminal, "\n")
                raise no_answer(self._prompt_seconds)

    def wait(self, seconds: int, reason: str) -> None:
        """Let ``seconds`` pass, with a countdown after ``reason``; Ctrl-C cancels."""
        try:
            with opened() as terminal:
                for text in countdown(seconds, reason, lambda: _columns(terminal)):
                    write(terminal, text)
                    time.sleep(1)
                write(terminal, "\n")
        except KeyboardInterrupt:
            self.tell("\n")
            raise CancelledError(_CANCELLED, by_interrupt=True) from None
        except OSError:
            time.sleep(seconds)  # the terminal was closed


def no_answer(seconds: float) -> CannotAskError:
    """Return the error of a prompt that gave up."""
    return CannotAskError(f"No answer within {seconds:g} seconds.", _TRY_AGAIN)


def fitted(question: str, columns: int) -> str:
    """Return the question, with a line break at its end if a code doesn't fit behind it."""
    last = question.rpartition("\n")[2]
    return question if len(last) + _CODE_WIDTH < columns else f"{question.rstrip()}\n"


def countdown(seconds: int, reason: str, columns: Callable[[], int]) -> Iterator[str]:
    """Yield what to write each second: one line that replaces itself.

    A reason that doesn't fit is written once, on the line above.
    """
    for left in range(seconds, 0, -1):
        line = f"\r{reason} {left:2d} s " if reason else f"\r{left:2d} s "
        if reason and len(line) > columns():
            line, reason = f"\r{reason}\n{left:2d} s ", ""
        yield line


def _columns(terminal: int) -> int:
    return os.get_terminal_size(terminal).columns or 80  # 0 if the size is unknown


def answer(line: bytes) -> str:
    """Return what was typed; raise CancelledError or CannotAskError for Ctrl-C, Ctrl-D, Ctrl-Z."""
    if line == _CTRL_D or line.endswith(_CTRL_C):
        raise CancelledError(_CANCELLED, by_interrupt=line != _CTRL_D)
    if line.endswith(_CTRL_Z):
        raise CannotAskError(
            "Ctrl-Z at the prompt: this command can't wait in the background.", _TRY_AGAIN
        )
    return line.decode(encoding(), "replace").strip()


@contextlib.contextmanager
def opened() -> Iterator[int]:
    """Yield a descriptor of the controlling terminal; raise OSError where there is none."""
    terminal = os.open(_DEVICE, os.O_RDWR | os.O_NOCTTY)
    try:
        yield terminal
    finally:
        os.close(terminal)


@contextlib.contextmanager
def line_mode(terminal: int, *, hidden: bool) -> Iterator[None]:
    """Let the kernel edit the line, and Ctrl-C and Ctrl-Z end it like Enter."""
    import termios

    try:
        before = termios.tcgetattr(terminal)
        mode = termios.tcgetattr(terminal)
    except termios.error as error:  # not an OSError
        raise OSError(*error.args) from None
    mode[3] = (mode[3] | termios.ICANON | termios.ECHO) & ~termios.ISIG
    if hidden:
        mode[3] &= ~termios.ECHO
    mode[6][termios.VEOL], mode[6][termios.VEOL2] = _CTRL_C, _CTRL_Z
    termios.tcsetattr(terminal, termios.TCSADRAIN, mode)
    try:
        yield
    finally:
        with contextlib.suppress(termios.error):  # the terminal may be closed
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def write(terminal: int, text: str) -> None:
    """Write all of a text."""
    left = text.encode(encoding(), "replace")
    while left:
        left = left[os.write(terminal, left) :]


def encoding() -> str:
    """Return the encoding of what the terminal shows."""
    return locale.getpreferredencoding(do_setlocale=False) or "utf-8"
