"""Locks: fake ones that a test declares busy, and real ones that another process holds."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import pytest

from awscli_mfa_plugin.errors import BusyError
from awscli_mfa_plugin.files.locks import Locks
from tests.fakes import FakeLocks
from tests.unit.store import state_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from awscli_mfa_plugin.session import ports

NAME = "session mfa"
HOLDER = """
import sys
from awscli_mfa_plugin.files.locks import Locks
from awscli_mfa_plugin.files.state import StateFolder
with Locks(StateFolder(sys.argv[1]), "process 7 on /dev/pts/9").hold(sys.argv[2], 10):
    print("held", flush=True)
    sys.stdin.readline()
"""


class Edge(Protocol):
    """Locks, and another process that may hold one of them."""

    @property
    def locks(self) -> ports.Locks:
        """The locks."""

    def held_elsewhere(self, name: str) -> AbstractContextManager[None]:
        """Let another process, 'process 7 on /dev/pts/9', hold a lock."""


class Fake:
    """Declares that another process holds one."""

    def __init__(self) -> None:
        """Make the locks."""
        self.locks = FakeLocks()

    @contextmanager
    def held_elsewhere(self, name: str) -> Iterator[None]:
        """Let the lock be busy."""
        self.locks.busy[name] = "process 7 on /dev/pts/9"
        yield
        del self.locks.busy[name]


class Real:
    """Starts another process that holds one."""

    def __init__(self, home: Path) -> None:
        """Make the locks."""
        self._folder = state_folder(home)
        self.locks = Locks(self._folder)

    @contextmanager
    def held_elsewhere(self, name: str) -> Iterator[None]:
        """Let a process hold the lock."""
        command = [sys.executable, "-c", HOLDER, self._folder.path, name]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            try:
                assert process.stdout is not None
                assert process.stdout.readline() == "held\n"
                yield
            finally:
                process.kill()


@pytest.fixture(params=["fake", "real"])
def edge(request: pytest.FixtureRequest, tmp_path: Path) -> Edge:
    """Return locks and their other process."""
    return Fake() if request.param == "fake" else Real(tmp_path)


def test_a_free_lock_is_acquired_without_a_message(edge: Edge) -> None:
    """Twice in a row, whatever characters its name has."""
    messages: list[str] = []
    for name in (NAME, "file /../x", NAME):
        with edge.locks.hold(name, 0, messages.append):
            pass
    assert messages == []


def test_locks_of_other_names_are_held_side_by_side(edge: Edge) -> None:
    """A login holds its session's, the device's and a file's."""
    with edge.locks.hold(NAME, 0), edge.locks.hold("device x", 0), edge.locks.hold("file y", 0):
        pass


def test_a_wait_that_times_out_names_the_holder(edge: Edge) -> None:
    """One message names the holder, then the error names it with a remedy."""
    messages: list[str] = []
    with (
        edge.held_elsewhere(NAME),
        pytest.raises(BusyError, match="process 7 on /dev/pts/9") as caught,
        edge.locks.hold(NAME, 0.3, messages.append),
    ):
        pytest.fail("two processes hold one lock")
    assert messages == ["process 7 on /dev/pts/9"]
    assert caught.value.remedy


def test_without_waiting_the_error_is_the_same(edge: Edge) -> None:
    """With zero seconds, and without a message."""
    with (
        edge.held_elsewhere(NAME),
        pytest.raises(BusyError, match="process 7"),
        edge.locks.hold(NAME, 0),
    ):
        pytest.fail("two processes hold one lock")


def test_a_busy_lock_blocks_no_other(edge: Edge) -> None:
    """And it is free once its holder has ended."""
    with edge.held_elsewhere(NAME), edge.locks.hold("device x", 0):
        pass
    with edge.locks.hold(NAME, 10):
        pass


def test_an_error_inside_frees_the_lock(edge: Edge) -> None:
    """The error is raised unchanged."""
    with pytest.raises(KeyError, match="inside"), edge.locks.hold(NAME, 0):
        raise KeyError("inside")
    with edge.locks.hold(NAME, 0):
        pass


def test_an_error_of_the_callback_ends_the_wait(edge: Edge) -> None:
    """The callback raises if it can't wait for that holder."""

    def refuse(holder: str) -> None:
        raise LookupError(holder)

    with (
        edge.held_elsewhere(NAME),
        pytest.raises(LookupError, match="process 7"),
        edge.locks.hold(NAME, 30, refuse),
    ):
        pytest.fail("two processes hold one lock")
