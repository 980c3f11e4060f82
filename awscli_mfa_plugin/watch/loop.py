"""Runs a watch until a signal ends it, or once for a scheduler, and sleeps for hours in between."""

from __future__ import annotations

import gc
import signal
import sys
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import BusyError, CancelledError
from awscli_mfa_plugin.files.shared_file import version_at
from awscli_mfa_plugin.system.machine import say, wait_on
from awscli_mfa_plugin.system.signals import raised
from awscli_mfa_plugin.text import PLAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from awscli_mfa_plugin.files.locks import Locks
    from awscli_mfa_plugin.session.ports import Clock, CountingTerminal, Notes, Ports
    from awscli_mfa_plugin.text import Style


class EndedBySignal(KeyboardInterrupt):
    """SIGTERM, SIGHUP or SIGINT stopped this process."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number

    @property
    def exit_code(self) -> int:
        """130 for Ctrl-C, 0 for what a service manager sends."""
        return 130 if self.number == signal.SIGINT else 0


def ended_by_signals() -> AbstractContextManager[None]:
    """Raise EndedBySignal, once, wherever the main thread is."""
    return raised(EndedBySignal, "SIGTERM", "SIGINT", "SIGHUP")


def say_with_time(clock: Clock, style: Style, text: str) -> None:
    """Write a line about an event to stderr, with the local time."""
    time = clock.now().isoformat(sep=" ", timespec="seconds")
    say(f"{style.dim(time)} {' '.join(text.splitlines())}")


def only_watch(locks: Locks) -> AbstractContextManager[None]:
    """Hold the lock of the user's only watch; raise BusyError if another process has it."""

    def refuse(holder: str) -> None:
        raise BusyError(f"{holder} is already watching.", "To watch here instead, stop it first.")

    return locks.hold("watch", 0, refuse)


def other_watch(locks: Locks) -> str:
    """Return the process that is watching, or ""."""
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
    """Inspect the sessions until a signal; return the exit code.

    ``inspect`` returns when to call it again; a change of a file at ``paths`` does so earlier.
    Raises BusyError if another process is already watching.
    """
    # The CLI runs without garbage collection; this process runs for days.
    gc.enable()
    ended: EndedBySignal | None = None
    try:
        with ended_by_signals(), only_watch(locks):
            sleep = Sleep(clock, paths)
            log("Watching.")
            while True:
                sleep(inspect())
    except EndedBySignal as signal:
        ended = signal
    except CancelledError as cancelled:
        # A countdown turns the signal into Ctrl-C.
        if not isinstance(cancelled.__context__, EndedBySignal):
            raise
        ended = cancelled.__context__
    log("Stopped.")
    return ended.exit_code


def inspect_once(inspect: Callable[[], datetime | None], locks: Locks) -> int:
    """Inspect the sessions once, unless another process is watching; return the exit code."""
    try:
        with ended_by_signals(), only_watch(locks):
            inspect()
    except EndedBySignal as ended:
        return ended.exit_code
    except BusyError as busy:
        # Only for a person: a scheduled job would print this every few minutes.
        if sys.stderr and sys.stderr.isatty():
            say(busy.what)
    return 0


def watching_ports(ports: Ports, terminal: CountingTerminal, log: Notes) -> Ports:
    """Return ports that ask in a dialog if there is a desktop, and write notes to the log."""
    from awscli_mfa_plugin.watch.dialogs import DesktopOrTerminal, DialogTerminal

    either = DesktopOrTerminal(DialogTerminal(ports.environment, log), terminal)
    return replace(
        ports,
        notes=log,
        terminal=either,
        wait=partial(wait_on, either),
        # A code from the environment would be too old by the time it is needed.
        environment_code=str,
        style=PLAIN,  # a dialog shows no colors
    )


GLANCE_SECONDS = 2.0
"""How often a sleeping process compares the clock and the times of the files.

A wall-clock timer wouldn't see files, and file notifications don't work in a home on a network.
This opens nothing, and costs less than 10 ms of CPU time a minute (tests.bench.watch).
"""


class Sleep:
    """Sleeps until a time, a change of a file, or a jump of the clock."""

    def __init__(
        self,
        clock: Clock,
        paths: Sequence[str],
        glance: float = GLANCE_SECONDS,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        """Note the files' current times; a change of one ends the sleep.

        ``pause`` lets so many seconds pass; the sleep ends early where it returns something true.
        """
        self._clock = clock
        self._paths = tuple(paths)
        self._glance = glance
        self._pause = pause
        self._known = self._file_times()

    def __call__(self, until: datetime | None) -> None:
        """Sleep until ``until`` (aware; None: no set time), or a change since the last sleep."""
        offset = self._offset()
        while self._file_times() == self._known and abs(self._offset() - offset) < self._glance:
            left = self._glance
            if until is not None:
                left = min(left, (until - self._clock.now()).total_seconds())
            if left <= 0 or self._pause(left):
                break
        self._known = self._file_times()

    def _offset(self) -> float:
        """Return how far the wall clock is from the clock that stops during a suspend."""
        return self._clock.now().timestamp() - time.monotonic()

    def _file_times(self) -> list[object]:
        return [version_at(path) for path in self._paths]
