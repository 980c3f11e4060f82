"""A real pseudo-terminal with a process in its foreground, and the screen that a user sees."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

import pexpect
import pyte

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_ESCAPE_SEQUENCE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]+[0-~]|[@-Z\\-_])"
)
CTRL_C = "\x03"
CTRL_D = "\x04"
CTRL_Z = "\x1a"


def without_escapes(text: str) -> str:
    """Return text without a terminal's escape sequences."""
    return _ESCAPE_SEQUENCE.sub("", text)


class Terminal:
    """A process on its own terminal; ``timeout`` (seconds) limits every wait."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        rows: int = 24,
        columns: int = 80,
        timeout: float = 60,
    ) -> None:
        """Start ``argv`` as the leader of a session whose controlling terminal this is."""
        self.timeout = timeout
        self.output = b""
        self._seen = 0
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._child: pexpect.spawn[bytes] = pexpect.spawn(
            argv[0],
            list(argv[1:]),
            env=dict(env),
            cwd=str(cwd),
            dimensions=(rows, columns),
            timeout=timeout,
        )

    def kill(self, number: int) -> None:
        """Send the process a signal."""
        self._child.kill(number)

    @property
    def pid(self) -> int:
        """The process's id."""
        return int(self._child.pid or 0)

    @property
    def text(self) -> str:
        """All that was written so far, without escape sequences, lines ending in a newline."""
        return without_escapes(self.output.decode("utf-8", "replace")).replace("\r\n", "\n")

    @property
    def display(self) -> str:
        """The screen as a user sees it now, without blanks at the ends of lines."""
        return "\n".join(line.rstrip() for line in self._screen.display).rstrip()

    def cells(self) -> list[list[tuple[str, str, str]]]:
        """Return each row's cells: the character, its color and its background.

        A color is "default" or six hexadecimal digits, as those of the 256 are.
        """
        buffer, size = self._screen.buffer, (self._screen.lines, self._screen.columns)
        return [
            [
                (cell.data, cell.fg, cell.bg)
                for cell in (buffer[row][column] for column in range(size[1]))
            ]
            for row in range(size[0])
        ]

    def expect(self, text: str) -> str:
        """Wait until ``text`` is written, after what the last ``expect`` found; return up to it.

        Raises AssertionError with what was written if the process ends or time runs out first.
        """
        deadline = time.monotonic() + self.timeout
        while (found := self.text.find(text, self._seen)) < 0:
            if not self._read() or time.monotonic() > deadline:
                raise AssertionError(f"{text!r} wasn't shown, but:\n{self.text[self._seen :]}")
        before = self.text[self._seen : found]
        self._seen = found + len(text)
        return before

    def send(self, text: str) -> None:
        """Type ``text``, and nothing after it: a key or a part of a line."""
        self._child.send(text)

    def send_line(self, text: str) -> None:
        """Type ``text`` and press Return."""
        self._child.send(text + "\r")

    def resize(self, columns: int) -> None:
        """Make the terminal so many columns wide."""
        self._child.setwinsize(self._screen.lines, columns)
        self._screen.resize(columns=columns)

    @property
    def echoes(self) -> bool:
        """Whether the terminal shows what is typed."""
        return bool(self._child.getecho())

    def wait(self) -> int:
        """Read to the end; return the exit code, or minus the signal's number.

        Raises AssertionError if the process goes on for longer than the time-out.
        """
        deadline = time.monotonic() + self.timeout
        while self._read():
            if time.monotonic() > deadline:
                raise AssertionError(f"still running, after:\n{self.text}")
        self._child.wait()
        if self._child.signalstatus is not None:
            return -self._child.signalstatus
        return self._child.exitstatus or 0

    def close(self) -> None:
        """Hang up; kill the process if it goes on."""
        child: Any = self._child  # its types leave ptyproc out
        if child.terminated:
            child.ptyproc.delayafterclose = 0  # the time that it has to end
        child.close(force=True)

    def _read(self) -> bool:
        """Read what is written within a short time; return False at the end."""
        try:
            piece = self._child.read_nonblocking(65536, timeout=0.2)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.output += piece
        self._stream.feed(piece)
        return True
