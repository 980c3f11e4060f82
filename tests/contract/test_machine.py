"""The clock, the notes and the waiting: those of the tests and those of this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from awscli_mfa_plugin.edges.machine import SystemClock, Waiting, say
from tests.fakes import FakeClock, FakeNotes, FakeTerminal, FakeWait

if TYPE_CHECKING:
    from datetime import datetime

    from awscli_mfa_plugin.core import protocols


class NobodysTerminal(FakeTerminal):
    """A terminal without anybody, on which nothing may be counted down."""

    def wait(self, seconds: int, reason: str) -> None:
        """Fail."""
        raise AssertionError(f"{reason} {seconds}: nobody is there to see it")


class Machine(Protocol):
    """A clock, notes and a way to let time pass."""

    @property
    def clock(self) -> protocols.Clock:
        """The clock."""

    @property
    def notes(self) -> protocols.Notes:
        """What is said on stderr."""

    @property
    def wait(self) -> protocols.Wait:
        """What lets time pass."""

    def said(self) -> str:
        """Return what stderr got, and fail if stdout got anything."""


class Fake:
    """All of it invented."""

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
        self.wait = Waiting(NobodysTerminal(nobody="there is no terminal"))
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
    """Its zone is known, so that it can be held against AWS's."""
    times: list[datetime] = [machine.clock.now() for _ in range(3)]
    assert all(time.utcoffset() is not None for time in times)
    assert times == sorted(times)


def test_notes_are_lines_beside_the_result(machine: Machine) -> None:
    """On stderr, in their order, whatever characters they hold."""
    machine.notes("one")
    machine.notes("«two» ü\n  and more")
    assert machine.said() == "one\n«two» ü\n  and more\n"


def test_time_passes_while_waiting(machine: Machine) -> None:
    """As much of it as was asked for, and hardly more."""
    before = machine.clock.now()
    machine.wait(1, "The next code appears in")
    assert 0.9 <= (machine.clock.now() - before).total_seconds() < 10
