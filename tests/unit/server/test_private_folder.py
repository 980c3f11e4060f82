"""A folder of one process, removed at its end."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from awscli_mfa_plugin.errors import BusyError, UnwritableFileError
from awscli_mfa_plugin.files.locks import Locks
from awscli_mfa_plugin.files.state import StateFolder
from awscli_mfa_plugin.server import private_folder as module
from awscli_mfa_plugin.server.private_folder import (
    is_unchanged,
    private_folder,
    remove_abandoned,
    write_private_file,
)


def test_each_process_has_its_own(tmp_path: Path) -> None:
    """Nobody else can read it, and it is gone afterwards."""
    state = StateFolder(str(tmp_path / "state"))
    with private_folder(state, Locks(state)) as one, private_folder(state, Locks(state)) as two:
        assert one != two
        for path in map(Path, (one, two)):
            write_private_file(str(path / "config"), b"secret")
            if sys.platform != "win32":
                assert stat.S_IMODE(path.stat().st_mode) == 0o700
                assert stat.S_IMODE((path / "config").stat().st_mode) == 0o400
    assert list(Path(state.path).glob("exec-*")) == []


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    """Its lock is free, so nobody needs it; another's folder stays."""
    state = StateFolder(str(tmp_path))
    for number in (0, 3):
        (tmp_path / f"exec-{number}").mkdir()
        (tmp_path / f"exec-{number}" / "config").write_text("left")
    with private_folder(state, Locks(state)) as one, private_folder(state, Locks(state)):
        assert sorted(tmp_path.glob("exec-*")) == [Path(one), tmp_path / "exec-1"]
        assert list(Path(one).iterdir()) == []


def test_what_a_killed_process_left_goes_with_any_command(tmp_path: Path) -> None:
    """That of one which runs stays, and where there is no state nothing is made."""
    state = StateFolder(str(tmp_path / "state"))
    remove_abandoned(state, Locks(state))
    assert not Path(state.path).exists()
    with private_folder(state, Locks(state)) as running:
        left = Path(state.path) / "exec-7"
        left.mkdir()
        (left / "config").write_text("left")
        remove_abandoned(state, Locks(state))
        assert (left.exists(), Path(running).exists()) == (False, True)


def test_there_is_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error says so."""
    monkeypatch.setattr(module, "MOST", 1)
    state = StateFolder(str(tmp_path))
    with private_folder(state, Locks(state)), pytest.raises(BusyError, match="Too many programs"):
        private_folder(state, Locks(state)).__enter__()


def test_a_file_that_was_changed_is_seen(tmp_path: Path) -> None:
    """Also one that is gone."""
    path = tmp_path / "config"
    write_private_file(str(path), b"as it was")
    assert is_unchanged(str(path), b"as it was")
    path.unlink()
    assert not is_unchanged(str(path), b"as it was")
    path.write_text("other")
    assert not is_unchanged(str(path), b"as it was")
    with pytest.raises(UnwritableFileError):
        write_private_file(str(path), b"again")
