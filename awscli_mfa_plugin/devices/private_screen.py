"""Shows a secret on the terminal's alternate screen, and wipes it however it ends.

The alternate screen (xterm's ``?1049``) has no scrollback. Where a terminal has none, the lines
are overwritten in place, never scrolled.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import textwrap
import time
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import CannotAskError, ConfigurationError
from awscli_mfa_plugin.system import terminal as tty
from awscli_mfa_plugin.system.signals import handled
from awscli_mfa_plugin.system.subprocesses import start_watcher

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from awscli_mfa_plugin.devices.picture import Picture

PROMPT_SECONDS = 600
"""Seconds that a question waits here: somebody may install an app first."""

_BLACK_ON_WHITE, _PLAIN = "\x1b[38;5;16;48;5;231m", "\x1b[0m"
"""Of the fixed 256 colors, which no theme changes; a light terminal needs them too."""

_WATCHER = """
read -r _ && exit
printf '%s' "$1"
sleep 1
exec 3<&1
case $(stty -a <&3) in
*'-isig icanon'* | *'icanon -isig'*) stty isig echo eol undef eol2 undef <&3 ;;
esac
"""
"""Wipes the screen if this process dies without a line on the pipe: SIGKILL too.

Then it ends what ``line_mode`` changed, in a terminal where no shell has done that meanwhile.
"""


def check_can_wipe(environment: Mapping[str, str]) -> None:
    """Raise ConfigurationError where a secret, once shown, can't be wiped."""
    if sys.platform == "win32" or environment.get("TERM") == "dumb":
        raise ConfigurationError(
            "This terminal can't wipe a secret after showing it.",
            "Use another terminal, or --seed-command PROGRAM.",
        )


def screen_size() -> tuple[int, int]:
    """Return the terminal's columns and rows; raise CannotAskError where there is none."""
    try:
        with tty.opened() as terminal:
            size = os.get_terminal_size(terminal)
    except OSError:
        raise CannotAskError("There is no terminal to show a QR code on.") from None
    return size.columns or 80, size.lines or 24


def can_draw() -> bool:
    """Return whether the terminal's encoding has the half blocks of a QR code."""
    try:
        "▀▄█".encode(tty.encoding())
    except (UnicodeEncodeError, LookupError):
        return False
    return True


class PrivateTerminal(tty.ControllingTerminal):
    """The terminal while a picture is on it: questions and messages have an area of their own."""

    def __init__(self, picture: Picture, rows: int) -> None:
        """Keep where the area is; the last row stays free, since a line end there would scroll."""
        super().__init__(PROMPT_SECONDS)
        self._picture = picture
        self._rows = rows
        self._row = picture.row

    def ask(self, question: str, *, hidden: bool = False) -> str:
        """Return the line that was typed in the area; raises what the usual terminal raises."""
        self._make_room(1)
        try:
            with tty.opened() as terminal, tty.line_mode(terminal, hidden=hidden):
                tty.write(terminal, self._at(self._row) + question)
                line = self._read_line(terminal)
        except OSError as error:
            raise CannotAskError(f"The terminal was closed ({error.strerror}).") from None
        self._row += 1
        return tty.answer(line)

    def tell(self, text: str) -> None:
        """Show text in the area."""
        lines = textwrap.wrap(" ".join(text.split()), self._picture.width - 1)
        self._make_room(len(lines))
        with contextlib.suppress(OSError), tty.opened() as terminal:
            for line in lines:
                tty.write(terminal, self._at(self._row) + line)
                self._row += 1

    def wait(self, seconds: int, reason: str) -> None:
        """Count down in the area; Ctrl-C cancels, and Ctrl-Z doesn't leave the secret behind."""
        self._make_room(1)
        end = time.monotonic() + seconds
        with contextlib.suppress(OSError), tty.opened() as terminal:
            with tty.line_mode(terminal, hidden=True):
                while (left := end - time.monotonic()) > 0:
                    shown = f"{reason} {int(left) + 1:2d} s "
                    tty.write(terminal, self._at(self._row) + shown)
                    if select.select([terminal], [], [], min(1, left))[0]:
                        tty.answer(os.read(terminal, 1024))
                tty.write(terminal, self._at(self._row))
            return
        time.sleep(max(0, end - time.monotonic()))

    def _make_room(self, lines: int) -> None:
        """Begin at the top of the area again where the rows end."""
        if self._row + lines < self._rows:
            return
        with contextlib.suppress(OSError), tty.opened() as terminal:
            for row in range(self._picture.row, self._rows):
                tty.write(terminal, self._at(row))
        self._row = self._picture.row

    def _at(self, row: int) -> str:
        return f"\x1b[{row + 1};{self._picture.column + 1}H\x1b[K"


@contextlib.contextmanager
def shown(picture: Picture, rows: int) -> Iterator[PrivateTerminal]:
    """Draw a picture, yield the terminal to ask on, and wipe it."""
    clear = "".join(f"\x1b[{row};1H\x1b[2K" for row in range(1, rows + 1))
    # Each row is overwritten before the usual screen comes back.
    wipe = f"{_PLAIN}{clear}\x1b[1;1H\x1b[?1049l"
    # A process that Ctrl-Z stopped would leave the secret on the screen.
    unstopped = handled({"SIGTSTP": signal.SIG_IGN})
    with unstopped, tty.opened() as terminal, _wiped_on_death(terminal, wipe):
        try:
            tty.write(terminal, f"\x1b[?1049h{clear}{_drawing(picture)}")
            yield PrivateTerminal(picture, rows)
        finally:
            with contextlib.suppress(OSError):
                tty.write(terminal, wipe)


def _drawing(picture: Picture) -> str:
    before, after = (_BLACK_ON_WHITE, _PLAIN) if picture.is_code else ("", "")
    return "".join(
        f"\x1b[{row};1H{before}{line}{after}" for row, line in enumerate(picture.lines, 1)
    )


@contextlib.contextmanager
def _wiped_on_death(terminal: int, wipe: str) -> Iterator[None]:
    watcher = start_watcher(_WATCHER, "sh", wipe, stdout=terminal)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            if watcher:
                watcher.communicate(b"\n")
