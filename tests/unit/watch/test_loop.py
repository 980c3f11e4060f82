"""A watch runs until a signal, only once, and sleeps in between."""

from __future__ import annotations

import os
import signal
import threading
import time
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.errors import BusyError
from awscli_mfa_plugin.files.locks import Locks
from awscli_mfa_plugin.files.state import StateFolder
from awscli_mfa_plugin.text import Style
from awscli_mfa_plugin.watch.loop import (
    EndedBySignal,
    Sleep,
    ended_by_signals,
    only_watch,
    other_watch,
    say_with_time,
)
from tests.fakes import NOW, FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_one_watch_is_enough(tmp_path: Path) -> None:
    """A second one is refused, and names the first."""
    locks = Locks(StateFolder(str(tmp_path)), "process 42")
    with only_watch(locks), pytest.raises(BusyError, match="process 42 is already watching"):
        only_watch(locks).__enter__()
    with only_watch(locks):
        assert other_watch(locks) == "process 42"
    assert other_watch(locks) == ""


def _sleep_through(number: int) -> None:
    threading.Timer(0.05, os.kill, (os.getpid(), number)).start()
    time.sleep(3600)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_the_sleep_at_once(number: int, code: int) -> None:
    """Whatever it waits for; the old handlers are restored."""
    before = signal.getsignal(number)
    start = time.monotonic()
    with pytest.raises(EndedBySignal) as ended, ended_by_signals():
        _sleep_through(number)
    assert time.monotonic() - start < 5
    assert ended.value.exit_code == code
    assert signal.getsignal(number) == before


def test_an_ignored_signal_stays_ignored() -> None:
    """A watch under nohup continues."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ended_by_signals():
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_the_time_of_an_event_is_dim(capsys: pytest.CaptureFixture[str]) -> None:
    """Each event is one line on stderr."""
    say_with_time(FakeClock(), Style(is_on=True), "Watching\nhere.")
    say_with_time(FakeClock(), Style(), "Stopped.")
    assert capsys.readouterr().err == (
        "\x1b[2m2026-11-24 09:00:00+00:00\x1b[0m Watching here.\n"
        "2026-11-24 09:00:00+00:00 Stopped.\n"
    )


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
