"""Locks among processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.errors import BusyError
from awscli_mfa_plugin.files.locks import Locks, this_process
from tests.unit.store import state_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

HOLDER = """
import sys
from awscli_mfa_plugin.files.locks import Locks
from awscli_mfa_plugin.files.state import StateFolder
with Locks(StateFolder(sys.argv[1])).hold(sys.argv[2], 10):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Yield another process that holds the lock of ``a/b`` until it gets a line."""
    command = [sys.executable, "-c", HOLDER, state_folder(tmp_path).path, "a/b"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_free_lock_is_acquired_at_once_without_a_message(tmp_path: Path) -> None:
    """Twice in a row."""
    locks = Locks(state_folder(tmp_path))
    messages: list[str] = []
    for _ in range(2):
        with locks.hold("a/b", 0, messages.append):
            pass
    assert messages == []


def test_a_wait_names_the_holder_and_times_out(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    """One message has the holder's process ID, and the error too."""
    messages: list[str] = []
    started = time.monotonic()
    with (
        pytest.raises(BusyError, match=rf"0\.5 s for process {holder.pid}\b") as caught,
        Locks(state_folder(tmp_path)).hold("a/b", 0.5, messages.append),
    ):
        pytest.fail("two processes hold one lock")
    assert 0.4 < time.monotonic() - started < 5
    assert [text.split(" on ")[0] for text in messages] == [f"process {holder.pid}"]
    assert caught.value.exit_code == 255
    assert caught.value.remedy


def test_another_name_is_another_lock(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    """Nobody waits for a lock of another name."""
    assert holder.poll() is None
    with Locks(state_folder(tmp_path)).hold("a", 0):
        pass


def test_a_lock_is_handed_over(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    """When its holder releases it, the waiting process gets it."""

    def let_go(_holder: str) -> None:
        assert holder.stdin is not None
        holder.stdin.write("\n")
        holder.stdin.flush()

    with Locks(state_folder(tmp_path)).hold("a/b", 30, let_go):
        pass


def test_a_killed_process_frees_its_lock(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    """The system frees it; the note of the killed process is ignored."""
    with Locks(state_folder(tmp_path)).hold(
        "a/b", 30, lambda _: holder.send_signal(signal.SIGKILL)
    ):
        pass


def test_an_error_frees_the_lock(tmp_path: Path) -> None:
    """Whatever happens inside, the lock is free after it."""
    locks = Locks(state_folder(tmp_path))
    with pytest.raises(KeyboardInterrupt), locks.hold("a", 0):
        raise KeyboardInterrupt
    with locks.hold("a", 0):
        pass


def test_a_process_names_itself() -> None:
    """Its id is there, and its terminal where there is one."""
    assert this_process().startswith(f"process {os.getpid()}")


def test_the_note_of_a_holder_is_removed_with_the_lock(tmp_path: Path) -> None:
    """Waiting for a later holder without a note doesn't name an old process."""
    folder = state_folder(tmp_path)
    with Locks(folder).hold("a/b", 0):
        assert {path.suffix for path in Path(folder.path).iterdir()} == {".holder", ".lock"}
    assert {path.suffix for path in Path(folder.path).iterdir()} == {".lock"}


def test_the_note_of_a_killed_holder_is_replaced(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    """By the next one's."""
    holder.kill()
    holder.wait()
    folder = state_folder(tmp_path)
    with Locks(folder, "the next one").hold("a/b", 10):
        [note] = Path(folder.path).glob("*.holder")
        assert note.read_text() == "the next one"
