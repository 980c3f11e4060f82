"""Runs a watch until a signal ends it, or once for a scheduler, and sleeps in between."""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.errors import BusyError, CancelledError
from awscli_mfa_plugin.system.machine import Waiting, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from awscli_mfa_plugin.files.locks import Locks
    from awscli_mfa_plugin.session.ports import Clock, CountingTerminal, Notes, Ports

GLANCE_SECONDS = 2.0
"""The longest nap.

Between two naps the clock is compared with the moment, and the files' times with what they
were: nothing is opened. No single timer would do: one of the wall clock doesn't see files, and
no watch on files sees those in a home on a network. It costs less than 10 ms of CPU time a
minute (tests.bench.watch).
"""


class EndedBySignal(KeyboardInterrupt):
    """SIGTERM, SIGHUP or SIGINT asked this process to end."""

    def __init__(self, number: int) -> None:
        """Keep the signal's number."""
        super().__init__(number)
        self.number = number

    @property
    def name(self) -> str:
        """The signal's name."""
        return signal.Signals(self.number).name

    @property
    def exit_code(self) -> int:
        """0 for who manages services, 130 for Ctrl-C."""
        return 130 if self.number == signal.SIGINT else 0


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Raise EndedBySignal, once, wherever the main thread is; whatever is open gets closed.

    A signal that the process was started without (nohup) stays without effect.
    """
    before: dict[int, Any] = {}

    def end(number: int, _frame: object) -> None:
        for other in before:
            signal.signal(other, signal.SIG_IGN)
        raise EndedBySignal(number)

    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            before[number] = signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Sleep:
    """Sleeps as long as nothing happens that a watch has to look at."""

    def __init__(self, clock: Clock, paths: Sequence[str], glance: float = GLANCE_SECONDS) -> None:
        """Keep the files whose change ends the sleep; start from what they are now."""
        self._clock = clock
        self._paths = tuple(paths)
        self._glance = glance
        self._known = self._file_times()

    def __call__(self, until: datetime | None) -> None:
        """Sleep until ``until`` (aware; None: for good) or a change of a file or of the clock.

        A change since the end of the last sleep counts.
        """
        offset = self._offset()
        while self._file_times() == self._known and abs(self._offset() - offset) < self._glance:
            left = self._glance
            if until is not None:
                left = min(left, (until - self._clock.now()).total_seconds())
            if left <= 0:
                break
            time.sleep(left)
        self._known = self._file_times()

    def _offset(self) -> float:
        """Return how far the wall clock is from the one that stops in a suspend."""
        return self._clock.now().timestamp() - time.monotonic()

    def _file_times(self) -> list[Any]:
        return [_file_time(path) for path in self._paths]


def _file_time(path: str) -> Any:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


class Log:
    """Says one line an event, with its local time, on stderr."""

    def __init__(self, clock: Clock) -> None:
        """Keep the clock."""
        self._clock = clock

    def __call__(self, text: str) -> None:
        """Say it."""
        time = self._clock.now().isoformat(sep=" ", timespec="seconds")
        say(f"{time} {' '.join(text.splitlines())}")


def only_watch(locks: Locks) -> AbstractContextManager[None]:
    """Hold what makes this the only watch of the user; raise BusyError with the other's name."""

    def refuse(holder: str) -> None:
        raise BusyError(
            f"{holder} watches already, and one watch is enough for a user.",
            "End it first if this one is to take over.",
        )

    return locks.hold("watch", 0, refuse)


def other_watch(locks: Locks) -> str:
    """Return which process watches now, or ""."""
    holders: list[str] = []
    try:
        with locks.hold("watch", 0, holders.append):
            return ""
    except BusyError:
        return holders[0]


def keep_watching(
    inspect: Callable[[], datetime | None],
    paths: Sequence[str],
    clock: Clock,
    locks: Locks,
    log: Notes,
) -> int:
    """Inspect the sessions again and again until a signal ends it; return the exit code.

    ``inspect`` returns when to do so next; a change of the files at ``paths`` comes before that.
    Raises BusyError if another process watches already.
    """
    # A command that lives a second collects no garbage; this one lives for days.
    gc.enable()
    ended: EndedBySignal | None = None
    try:
        with ended_by_signals(), only_watch(locks):
            sleep = Sleep(clock, paths)
            log("watching.")
            while True:
                sleep(inspect())
    except EndedBySignal as signal:
        ended = signal
    except CancelledError as cancelled:
        # A signal during a countdown comes as the Ctrl-C that it stands for there.
        if not isinstance(cancelled.__context__, EndedBySignal):
            raise
        ended = cancelled.__context__
    log(f"ended by {ended.name}.")
    return ended.exit_code


def inspect_once(inspect: Callable[[], datetime | None], locks: Locks) -> int:
    """Inspect the sessions once, unless another process is at it; return the exit code."""
    try:
        with ended_by_signals(), only_watch(locks):
            inspect()
    except EndedBySignal as ended:
        return ended.exit_code
    except BusyError as busy:
        # A scheduler's job would say so every few minutes; a person wants to know.
        if sys.stderr and sys.stderr.isatty():
            say(busy.what)
    return 0


def watching_ports(ports: Ports, terminal: CountingTerminal, log: Notes) -> Ports:
    """Return ports that ask by a dialog where there is a desktop, and say all in the log."""
    from awscli_mfa_plugin.watch.dialogs import DesktopOrTerminal, DialogTerminal

    either = DesktopOrTerminal(DialogTerminal(ports.environment, log), terminal)
    return replace(
        ports,
        notes=log,
        terminal=either,
        wait=Waiting(either),
        # A code in the environment of what runs for days is over when it is needed.
        environment_code=str,
    )
