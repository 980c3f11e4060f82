"""Sleeps until a moment of the wall clock, or until a file changes; signals end it."""

from __future__ import annotations

import os
import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from awscli_mfa_plugin.session.ports import Clock

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
        self._seen = self._states()

    def __call__(self, until: datetime | None) -> None:
        """Sleep until ``until`` (aware; None: for good) or a change of a file or of the clock.

        A change since the end of the last sleep counts.
        """
        offset = self._offset()
        while self._states() == self._seen and abs(self._offset() - offset) < self._glance:
            left = self._glance
            if until is not None:
                left = min(left, (until - self._clock.now()).total_seconds())
            if left <= 0:
                break
            time.sleep(left)
        self._seen = self._states()

    def _offset(self) -> float:
        """Return how far the wall clock is from the one that stands still in a suspend."""
        return self._clock.now().timestamp() - time.monotonic()

    def _states(self) -> list[Any]:
        return [_state_of(path) for path in self._paths]


def _state_of(path: str) -> Any:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
