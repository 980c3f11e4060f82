"""A long sleep ends in time: at a moment, at a change of a file, at a jump of the clock."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.system.sleep import Sleep
from tests.fakes import NOW, FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class WallClock:
    """The real time, moved by so many seconds."""

    def __init__(self) -> None:
        """Start with the real time."""
        self.offset = 0.0

    def now(self) -> datetime:
        """Return the time."""
        return datetime.now(timezone.utc) + timedelta(seconds=self.offset)


def slept(sleep: Sleep, until: datetime | None, meanwhile: Callable[[], object]) -> float:
    """Return for how many seconds it slept; ``meanwhile`` happens soon after it begins."""
    timer = threading.Timer(0.05, meanwhile)
    start = time.monotonic()
    timer.start()
    sleep(until)
    took = time.monotonic() - start
    timer.join()
    return took


def test_sleep_ends_on_time() -> None:
    """And not earlier."""
    clock = WallClock()
    until = clock.now() + timedelta(seconds=0.2)
    Sleep(clock, ())(until)
    assert clock.now() >= until
    Sleep(clock, ())(until)


def test_a_changed_file_ends_the_sleep(tmp_path: Path) -> None:
    """Made, replaced, and removed; also while nobody sleeps."""
    file = tmp_path / "credentials"
    sleep = Sleep(WallClock(), [str(file)], glance=0.1)
    assert slept(sleep, None, file.touch) < 5
    assert slept(sleep, None, lambda: _new(tmp_path).replace(file)) < 5
    assert slept(sleep, None, file.unlink) < 5
    file.touch()
    sleep(None)


def _new(folder: Path) -> Path:
    path = folder / "new"
    path.write_text("x")
    return path


@pytest.mark.parametrize("seconds", [3600, -3600])
def test_a_clock_jump_ends_the_sleep(seconds: int) -> None:
    """Forward, as after a suspend, and back."""
    clock = WallClock()
    sleep = Sleep(clock, (), glance=0.1)
    until = clock.now() + timedelta(hours=2)

    def jump() -> None:
        clock.offset += seconds

    assert slept(sleep, until, jump) < 5


def test_sleep_uses_the_given_clock() -> None:
    """A time in the past of that clock needs no sleep."""
    clock = FakeClock()
    Sleep(clock, ())(NOW)


def test_a_pause_that_says_so_ends_the_sleep() -> None:
    """Such as one that waits for the end of a program."""
    pauses: list[float] = []

    def pause(seconds: float) -> bool:
        pauses.append(seconds)
        return True

    Sleep(WallClock(), (), 2.0, pause)(None)
    assert pauses == [2.0]
