"""Signals are handled for a while, and then as before."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.system.signals import (
    cleaning_up_on_signals,
    deferred,
    handled,
    raised,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


class Ended(Exception):  # noqa: N818 - the end of a process is no error
    """A signal came."""


@pytest.fixture(autouse=True)
def usual() -> Iterator[None]:
    """Begin with the handlers that Python has usually, and put back what was there."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    for number in before:
        signal.signal(number, signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def send(number: int) -> None:
    """Send a signal to this process."""
    os.kill(os.getpid(), number)


def test_a_signal_is_handled_for_a_while() -> None:
    """What a system lacks is passed over; None handles nothing, but what was there comes back."""
    came: list[int] = []
    names = {"SIGTERM": lambda number, _: came.append(number), "SIGNONE": None, "SIGHUP": None}
    with handled(names):
        send(signal.SIGTERM)
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_DFL
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    assert came == [signal.SIGTERM]
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    assert signal.getsignal(signal.SIGHUP) == signal.SIG_DFL


@pytest.mark.parametrize("also_ignored", [False, True])
def test_an_ignored_signal_stays_so_unless_it_must_not(*, also_ignored: bool) -> None:
    """As nohup wants it."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    came: list[int] = []
    with handled({"SIGHUP": lambda number, _: came.append(number)}, also_ignored=also_ignored):
        send(signal.SIGHUP)
    assert came == [signal.SIGHUP] * also_ignored
    assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN


def test_in_another_thread_nothing_is_handled() -> None:
    """Python doesn't let it, and there it is no error."""
    seen: list[object] = []

    def work() -> None:
        with handled({"SIGHUP": signal.SIG_IGN}):
            seen.append(signal.getsignal(signal.SIGHUP))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [signal.SIG_DFL]


def test_only_the_first_signal_is_raised() -> None:
    """The others, and Ctrl-C, wait for nothing: what cleans up isn't interrupted."""
    number = 0
    with raised(Ended, "SIGTERM", "SIGHUP"):
        try:
            send(signal.SIGHUP)
        except Ended as ended:
            number = ended.args[0]
            for other in (signal.SIGTERM, signal.SIGINT):
                send(other)
    assert number == signal.SIGHUP
    assert signal.getsignal(signal.SIGINT) == signal.default_int_handler


def test_each_signal_that_had_to_wait_is_raised() -> None:
    """Also the one that came after Ctrl-C, which raises an exception."""
    came: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: came.append(number))
    with contextlib.suppress(KeyboardInterrupt), deferred("SIGTERM", "SIGINT"):
        for number in (signal.SIGINT, signal.SIGTERM):
            send(number)
        assert came == []
    assert came == [signal.SIGTERM]


def test_a_process_that_cleaned_up_dies_of_the_signal() -> None:
    """Also of one that was ignored: a secret may be on the screen."""
    child = os.fork()
    if not child:  # pragma: no cover - another process
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        with cleaning_up_on_signals():
            send(signal.SIGHUP)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGHUP
