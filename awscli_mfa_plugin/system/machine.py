"""This process and its machine: clock, streams, and this aws."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from datetime import datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING, TextIO

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.session.token_codes import ENVIRONMENT_CODE
from awscli_mfa_plugin.text import Style, wants_colors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, MutableMapping

    from awscli_mfa_plugin.session.ports import CountingTerminal


class _Here(tzinfo):
    """The local zone: arithmetic with the offset of now, other times shown in their own offset.

    So an expiration after the change to summer time is shown as clocks will show it then.
    """

    def __init__(self, offset: timedelta, name: str) -> None:
        self._now = timezone(offset, name) if name else timezone(offset)

    def utcoffset(self, when: datetime | None) -> timedelta:
        return self._now.utcoffset(when)

    def tzname(self, when: datetime | None) -> str:
        return self._now.tzname(when)

    def dst(self, when: datetime | None) -> None:
        del when

    def fromutc(self, when: datetime) -> datetime:
        return when.replace(tzinfo=timezone.utc).astimezone()


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        """Return the time as an aware datetime in the local zone."""
        now = datetime.now().astimezone()
        return now.replace(tzinfo=_Here(now.utcoffset() or timedelta(0), now.tzname() or ""))


def environment_code(environment: MutableMapping[str, str]) -> Callable[[], str]:
    """Return a function that gives the MFA code of ``AWS_MFA_TOKEN_CODE`` once, then "".

    It is removed from the environment, so that no subprocess gets it.
    """
    codes = [environment.pop(ENVIRONMENT_CODE, "")]
    return lambda: codes.pop() if codes else ""


def print_line(text: str, stream: TextIO | None = None) -> None:
    """Write a line to stdout or ``stream``, with ``?`` for what its encoding can't show."""
    stream = stream or sys.stdout
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write(f"{text.encode(encoding, 'replace').decode(encoding)}\n")
    stream.flush()


def write_exactly(text: str) -> None:
    """Write text to stdout as UTF-8, whatever the locale says; a value must arrive whole."""
    sys.stdout.flush()
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(text)
    else:
        buffer.write(text.encode())
    sys.stdout.flush()


def say(text: str) -> None:
    """Write a line to stderr, if it is open."""
    if sys.stderr:
        with suppress(OSError, ValueError):
            print_line(text, sys.stderr)


def style_of(stream: TextIO | None, color: str | None, environment: Mapping[str, str]) -> Style:
    """Return the colors of stdout or stderr; ``color`` is the CLI's ``--color``, None without."""
    is_terminal = bool(stream and stream.isatty())
    if stream and is_terminal and sys.platform == "win32":
        from awscli_mfa_plugin.system.terminal_windows import takes_escape_sequences

        is_terminal = takes_escape_sequences(stream)
    return Style(is_on=wants_colors(color, environment, is_terminal=is_terminal))


def columns_of(stream: TextIO) -> int:
    """Return how wide a terminal is; 0 if the stream is none, or if that isn't known."""
    try:
        return os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError, AttributeError):
        return 0


def say_error(program: str, error: object, color: str | None = None) -> None:
    """Write an error to stderr, after the name of the program that it ended."""
    style = style_of(sys.stderr, color, os.environ)
    say(f"{style.red(f'{program}:')} {error}")


def give_up_stdout() -> None:
    """Drop what is left in the buffer: Python would fail on it once more at exit."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def read_stdin() -> str:
    """Return the first 100 characters of stdin's first line."""
    return sys.stdin.readline(100).strip() if sys.stdin else ""


def wait_on(terminal: CountingTerminal, seconds: int, reason: str) -> None:
    """Wait with a countdown on the terminal, or else after a line on stderr."""
    if not terminal.unavailable_reason():
        terminal.wait(seconds, reason)
    else:
        say(f"{reason} {seconds} s.")
        time.sleep(seconds)


def path_of_this_aws(program: str, environment: Mapping[str, str]) -> str:
    """Return the path by which another process can start the ``aws`` that runs as ``program``.

    The name on the PATH is preferred, since it survives an update. Raises ConfigurationError if
    ``program`` is no ``aws``.
    """
    import shutil

    search = environment.get("PATH", "")
    on_path = shutil.which("aws", path=search)
    if not os.path.isabs(program):
        program = shutil.which(program, path=search) or os.path.abspath(program)
    if on_path and os.path.realpath(on_path) == os.path.realpath(program):
        return os.path.abspath(on_path)
    name = os.path.basename(program).lower().removesuffix(".exe").removesuffix(".cmd")
    if name == "aws" and os.path.isfile(program):
        return program
    raise ConfigurationError(
        "The path of this aws wasn't found, so a scheduler couldn't start it.",
        "Run it as aws, with its folder on the PATH.",
    )
