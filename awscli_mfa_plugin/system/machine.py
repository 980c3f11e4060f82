"""The clock of this machine, its stdin, and what is said on stderr."""

from __future__ import annotations

import sys
import time
from datetime import datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING

from awscli_mfa_plugin.session.token_codes import ENVIRONMENT_CODE

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from awscli_mfa_plugin.session.ports import CountingTerminal


class _Here(tzinfo):
    """The zone of this machine: its offset now, and for another time the offset of that time.

    So a session that outlives the change to summer time is shown with the end that clocks will
    show, while the present time is counted with as in any zone of one offset.
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


class EnvironmentCode:
    """The token code of the environment, for one use in this process, whoever asks first."""

    def __init__(self, environment: MutableMapping[str, str]) -> None:
        """Take it out of the environment at once: no child of this process may see it."""
        self._code = environment.pop(ENVIRONMENT_CODE, "")

    def __call__(self) -> str:
        """Return the code once, then ""."""
        code, self._code = self._code, ""
        return code


def say(text: str) -> None:
    """Write a line to stderr, in whatever characters it can show."""
    stream = sys.stderr
    encoding = getattr(stream, "encoding", None) or "utf-8"
    try:
        stream.write(f"{text.encode(encoding, 'replace').decode(encoding)}\n")
        stream.flush()
    except (OSError, ValueError):
        return  # stderr is closed: there is nobody to tell


def read_stdin() -> str:
    """Return the first line of stdin, at most 100 characters of it."""
    return sys.stdin.readline(100).strip() if sys.stdin else ""


class Waiting:
    """Lets time pass: with a countdown on the terminal, or silently after one line."""

    def __init__(self, terminal: CountingTerminal) -> None:
        """Keep the terminal that may show a countdown."""
        self._terminal = terminal

    def __call__(self, seconds: int, reason: str) -> None:
        """Let ``seconds`` pass."""
        if not self._terminal.unavailable_reason():
            self._terminal.wait(seconds, reason)
            return
        say(f"{reason} {seconds} s.")
        time.sleep(seconds)
