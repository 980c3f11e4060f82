"""The journal of a rotation: for its owner alone, whole, and never ignored."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.errors import ConfigurationError, UnwritableFileError
from awscli_mfa_plugin.files.rotation_journal import RotationJournal, journal_paths
from awscli_mfa_plugin.session.access_keys import KeyPair
from tests.unit.session.test_access_keys import ROTATION
from tests.unit.store import state_folder, temporary_files

if TYPE_CHECKING:
    from pathlib import Path

posix = pytest.mark.skipif(sys.platform == "win32", reason="modes of POSIX")
OTHER = replace(ROTATION, old=KeyPair("AKIAOTHER", "secret"))


def journal_of(home: Path) -> RotationJournal:
    """Return the journal of a home."""
    return RotationJournal(state_folder(home))


def path_in(home: Path) -> Path:
    """Return the one journal's path."""
    (path,) = (home / ".aws" / "cli" / "awscli-mfa").glob("rotation-*.json")
    return path


def test_what_was_saved_is_there(tmp_path: Path) -> None:
    """A file for each old key; the last state counts."""
    journal = journal_of(tmp_path)
    assert journal.all() == ()
    journal.save(ROTATION)
    journal.save(replace(ROTATION, stage="stored"))
    journal.save(OTHER)
    assert set(journal_of(tmp_path).all()) == {replace(ROTATION, stage="stored"), OTHER}
    journal.remove(ROTATION)
    assert journal.all() == (OTHER,)


@posix
def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    """Neither the file nor its folder, whatever the umask."""
    before = os.umask(0)
    try:
        journal_of(tmp_path).save(ROTATION)
    finally:
        os.umask(before)
    path = path_in(tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_the_key_isnt_in_the_files_name(tmp_path: Path) -> None:
    """Names end up in listings and logs."""
    journal_of(tmp_path).save(ROTATION)
    assert "AKIA" not in path_in(tmp_path).name


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    """It may hold a secret too."""
    journal = journal_of(tmp_path)
    journal.save(ROTATION)
    path = path_in(tmp_path)
    left = path.with_name(f".{path.name}.awscli-mfa-0123abcd.tmp")
    left.write_text("secret")
    journal.save(ROTATION)
    assert temporary_files(path.parent) == []
    left.write_text("secret")
    journal.remove(ROTATION)
    assert temporary_files(path.parent) == []


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"Stage": 1}', b"\xff", b"[" * 9000])
def test_a_journal_that_cant_be_understood_is_an_error(tmp_path: Path, content: bytes) -> None:
    """It may hold the only copy of a key: it isn't ignored, and stays."""
    journal = journal_of(tmp_path)
    journal.save(ROTATION)
    path_in(tmp_path).write_bytes(content)
    with pytest.raises(ConfigurationError, match="isn't a journal") as caught:
        journal.all()
    assert "access key" in caught.value.remedy
    assert path_in(tmp_path).read_bytes() == content


def test_a_journal_that_cant_be_read_is_an_error(tmp_path: Path) -> None:
    """As for a folder in its place."""
    journal = journal_of(tmp_path)
    journal.save(ROTATION)
    path = path_in(tmp_path)
    path.unlink()
    path.mkdir()
    with pytest.raises(UnwritableFileError, match="can't be read"):
        journal.all()
    with pytest.raises(UnwritableFileError):
        journal.save(ROTATION)
    with pytest.raises(UnwritableFileError):
        journal.remove(ROTATION)


@posix
def test_a_folder_that_vanished_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody may go on without the journal; the reason isn't "Success"."""
    journal = journal_of(tmp_path)
    journal.save(ROTATION)
    folder = path_in(tmp_path).parent
    monkeypatch.setattr(os, "fsync", lambda _: shutil.rmtree(folder))
    with pytest.raises(UnwritableFileError, match="No such file or directory"):
        journal.save(replace(ROTATION, stage="stored"))


def test_only_journals_count(tmp_path: Path) -> None:
    """Other files of the folder don't; a folder that isn't there has none."""
    assert journal_paths(str(tmp_path / "nowhere")) == ()
    (tmp_path / "used-1.json").write_text("{}")
    (tmp_path / "rotation-1.json").write_text("{}")
    assert journal_paths(str(tmp_path)) == (str(tmp_path / "rotation-1.json"),)
