"""Sleeps for hours: until a time, a change of a file, or a jump of the clock."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from awscli_mfa_plugin.session.ports import Clock

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

    def _file_times(self) -> list[Any]:
        return [_file_time(path) for path in self._paths]


def _file_time(path: str) -> Any:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
