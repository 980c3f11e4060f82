"""Lets a command clean up before a signal ends it."""

from __future__ import annotations

import contextlib
import os
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType


class EndedBySignal(BaseException):
    """A signal asked this process to end; ``number`` is which."""

    def __init__(self, number: int) -> None:
        """Keep the signal."""
        super().__init__(number)
        self.number = number


@contextlib.contextmanager
def cleaning_up_on_signals() -> Iterator[None]:
    """Raise EndedBySignal for SIGTERM, SIGHUP and SIGQUIT; at the end, die of the signal.

    Later signals are ignored, so that cleaning up isn't interrupted.
    """
    names = ("SIGTERM", "SIGHUP", "SIGQUIT")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]

    def end(number: int, _: FrameType | None) -> None:
        for each in (*numbers, signal.SIGINT):
            signal.signal(each, signal.SIG_IGN)
        raise EndedBySignal(number)

    try:
        before = {number: signal.signal(number, end) for number in numbers}
    except ValueError:  # not the main thread
        yield
        return
    try:
        yield
    except EndedBySignal as ended:
        signal.signal(ended.number, signal.SIG_DFL)
        os.kill(os.getpid(), ended.number)
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
