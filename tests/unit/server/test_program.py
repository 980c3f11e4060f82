"""The program beside this process: its end, its exit status, and the signals in between."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from awscli_mfa_plugin.server import program as module
from awscli_mfa_plugin.server.program import Program, end_alike
from tests.fakes import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="scripts and signals of POSIX")


def status_of(script: str, step: Callable[[], Any] | None = None, seconds: float = 60) -> int:
    """Run a script of the shell; ``step`` is done once in a while."""
    program = Program()
    words = ["/bin/sh", "-c", script]
    return program.run(words, os.environ, step or (lambda: None), lambda _: program.wait(seconds))


@posix_only
@pytest.mark.parametrize(("script", "status"), [("exit 7", 7), ("true", 0), ("kill -9 $$", -9)])
def test_its_exit_status_comes_back(script: str, status: int) -> None:
    """A signal's is negative."""
    start = time.monotonic()
    assert status_of(script) == status
    assert time.monotonic() - start < 30  # a sleep ends with the program


def test_its_exit_status_and_its_environment() -> None:
    """It gets what is given, and nothing else."""
    program = Program()
    given = {"MINE": "abc", "SYSTEMROOT": os.environ.get("SYSTEMROOT", "")}
    words = [sys.executable, "-c", "import os, sys; sys.exit(len(os.environ.get('MINE', '')))"]
    assert program.run(words, given, lambda: None, lambda _: program.wait(60)) == 3


def test_steps_go_on_while_it_runs() -> None:
    """Each sleep is until what the step before said."""
    program, sleeps = Program(), []

    def sleep(until: Any) -> None:
        sleeps.append(until)
        program.wait(0.05)

    words = [sys.executable, "-c", "import time; time.sleep(0.5)"]
    assert program.run(words, os.environ, lambda: NOW, sleep) == 0
    assert sleeps[:3] == [NOW] * 3


@posix_only
def test_a_step_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program has ended: somebody waits for that."""
    monkeypatch.setattr(module, "GRACE_SECONDS", 0.1)
    start = time.monotonic()
    assert status_of("sleep 0.3; exit 3", lambda: time.sleep(60)) == 3
    assert time.monotonic() - start < 30


@posix_only
def test_a_step_may_end_in_time() -> None:
    """A code that was sent brings a session that is to be written."""
    done = threading.Event()

    def step() -> None:
        time.sleep(0.5)
        done.set()

    assert status_of("sleep 0.3; exit 3", step) == 3
    assert done.is_set()


@posix_only
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGINT", "SIGQUIT"])
def test_a_signal_is_passed_on(name: str) -> None:
    """Here there is no terminal in whose foreground both are."""
    number = getattr(signal, name)
    before = signal.getsignal(number)
    script = f"trap 'exit 9' {name[3:]}; while :; do sleep 0.05; done"
    timer = threading.Timer(0.5, os.kill, (os.getpid(), number))
    timer.start()
    assert status_of(script) == 9
    assert signal.getsignal(number) == before


@posix_only
def test_a_signal_that_comes_before_the_program_is_passed_on() -> None:
    """It was meant for the program."""
    program = Program()
    program._pass_on(signal.SIGTERM, None)
    assert program.run(["sleep", "60"], os.environ, lambda: None, lambda _: program.wait(60)) == -15


@pytest.mark.skipif(sys.platform != "win32", reason="a console sends Ctrl-C to both on Windows")
def test_ctrl_c_is_left_to_the_console() -> None:
    """Python can't pass it on there."""
    program = Program()
    program._pass_on_unless_typed(signal.SIGINT, None)
    assert program._early == []


@posix_only
def test_an_ignored_signal_stays_ignored() -> None:
    """For the program too, as under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        script = "import signal as s, sys; sys.exit(s.getsignal(s.SIGHUP) == s.SIG_IGN)"
        program = Program()
        words = [sys.executable, "-c", script]
        assert program.run(words, os.environ, lambda: None, lambda _: program.wait(60)) == 1
    finally:
        signal.signal(signal.SIGHUP, before)
    assert signal.getsignal(signal.SIGTTOU) == signal.SIG_DFL


def test_a_program_that_can_not_be_started_is_an_error() -> None:
    """For the caller to report; signals are handled as before."""
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(FileNotFoundError):
        Program().run(["/no/such"], os.environ, lambda: None, lambda _: None)
    assert signal.getsignal(signal.SIGTERM) == before


@posix_only
@pytest.mark.parametrize(
    ("status", "ended"), [(0, 0), (7, 7), (-15, -15), (-2, -2), (-1, -1), (-9, 137), (-11, 139)]
)
def test_this_process_ends_like_the_program(status: int, ended: int) -> None:
    """By the same signal, but by none that writes a core file."""
    code = (
        "import sys; from awscli_mfa_plugin.server.program import end_alike; "
        f"sys.exit(end_alike({status}))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == ended
    if status >= 0:
        assert end_alike(status) == ended
