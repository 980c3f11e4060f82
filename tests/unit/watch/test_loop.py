"""A watch runs until a signal, only once, and sleeps in between."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.errors import BusyError
from awscli_mfa_plugin.files.locks import Locks
from awscli_mfa_plugin.files.state import StateFolder
from awscli_mfa_plugin.text import Style
from awscli_mfa_plugin.watch.loop import (
    EndedBySignal,
    Log,
    ended_by_signals,
    only_watch,
    other_watch,
)
from tests.fakes import FakeClock

if TYPE_CHECKING:
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
    Log(FakeClock(), Style(is_on=True))("Watching\nhere.")
    Log(FakeClock(), Style())("Stopped.")
    assert capsys.readouterr().err == (
        "\x1b[2m2026-11-24 09:00:00+00:00\x1b[0m Watching here.\n"
        "2026-11-24 09:00:00+00:00 Stopped.\n"
    )
