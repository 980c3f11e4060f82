"""The clock, the notes and waiting: the fakes and this machine's."""

from __future__ import annotations

import io
import sys
import time
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import TYPE_CHECKING, Protocol

import pytest

from awscli_mfa_plugin.system.machine import SystemClock, print_line, say, wait_on
from tests.fakes import FakeClock, FakeNotes, FakeTerminal, FakeWait

if TYPE_CHECKING:
    from collections.abc import Iterator

    from awscli_mfa_plugin.session import ports


class NobodysTerminal(FakeTerminal):
    """A terminal without anybody, on which nothing may be counted down."""

    def wait(self, seconds: int, reason: str) -> None:
        """Fail."""
        raise AssertionError(f"{reason} {seconds}: nobody is there to see it")


class Machine(Protocol):
    """A clock, notes and a way to let time pass."""

    @property
    def clock(self) -> ports.Clock:
        """The clock."""

    @property
    def notes(self) -> ports.Notes:
        """What is said on stderr."""

    @property
    def wait(self) -> ports.Wait:
        """What lets time pass."""

    def said(self) -> str:
        """Return what stderr got, and fail if stdout got anything."""


class Fake:
    """The fakes."""

    def __init__(self) -> None:
        """Make it."""
        self.clock = FakeClock()
        self.notes = FakeNotes()
        self.wait = FakeWait(self.clock)

    def said(self) -> str:
        """Return the notes as lines."""
        return "".join(f"{note}\n" for note in self.notes)


class Real:
    """This machine."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Make it."""
        self.clock = SystemClock()
        self.notes = say
        self.wait = partial(wait_on, NobodysTerminal(nobody="there is no terminal"))
        self._capsys = capsys

    def said(self) -> str:
        """Return what stderr got."""
        out, err = self._capsys.readouterr()
        assert out == ""
        return str(err)


@pytest.fixture(params=["fake", "real"])
def machine(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Machine:
    """Return the machine."""
    return Fake() if request.param == "fake" else Real(capsys)


def test_the_time_is_aware_and_never_goes_back(machine: Machine) -> None:
    """It has a zone, so that it can be compared with AWS's."""
    times = [machine.clock.now() for _ in range(3)]
    assert all(when.utcoffset() is not None for when in times)
    assert times == sorted(times)


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put this process into a zone with summer time, and back."""
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize(
    ("utc", "text"),
    [
        ("2026-10-24T21:59:59", "2026-10-24 23:59:59"),
        ("2026-10-25T00:59:59", "2026-10-25 02:59:59"),
        ("2026-10-25T01:00:00", "2026-10-25 02:00:00"),
        ("2026-10-25T03:00:00", "2026-10-25 04:00:00"),
        ("2027-03-28T00:59:59", "2027-03-28 01:59:59"),
        ("2027-03-28T01:00:00", "2027-03-28 03:00:00"),
    ],
)
def test_another_time_is_shown_with_the_offset_of_that_time(utc: str, text: str) -> None:
    """Also when summer time begins or ends between now and then."""
    when = datetime.fromisoformat(utc).replace(tzinfo=timezone.utc)
    assert f"{when.astimezone(SystemClock().now().tzinfo):%Y-%m-%d %H:%M:%S}" == text


@pytest.mark.usefixtures("berlin")
def test_adding_seconds_to_now_ignores_clock_changes() -> None:
    """A minute more is a minute, also when summer time begins in it."""
    now = SystemClock().now()
    assert now.tzname() in {"CET", "CEST"}
    for days in range(366):
        later = now + timedelta(days=days)
        assert later.timestamp() - now.timestamp() == days * 86400
        assert later - SystemClock().now() <= timedelta(days=days)


def test_notes_are_lines_on_stderr(machine: Machine) -> None:
    """In order, whatever characters they have."""
    machine.notes("one")
    machine.notes("“two” ü\n  and more")
    assert machine.said() == "one\n“two” ü\n  and more\n"


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_what_a_stream_cant_encode_is_replaced(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """For results, notes and errors: no locale makes a command fail."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, name, stream)
    (print_line if name == "stdout" else say)("✓ f\udcfc\nü")
    assert stream.buffer.getvalue() == b"? f?\n?\n"


def test_notes_are_dropped_if_stderr_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pythonw has no stderr at all."""
    monkeypatch.setattr(sys, "stderr", None)
    say("x")
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    sys.stderr.close()
    say("x")


def test_time_passes_while_waiting(machine: Machine) -> None:
    """As much as requested, and hardly more."""
    before = machine.clock.now()
    machine.wait(1, "The next code appears in")
    assert 0.9 <= (machine.clock.now() - before).total_seconds() < 10
