"""A failed installation is undone, the last change first."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from awscli_mfa_plugin.install.changes import all_or_nothing

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_that_was_changed_twice_is_restored(tmp_path: Path) -> None:
    """Undone in the other order, it would contain what the first change wrote."""
    path = tmp_path / "config"
    path.write_bytes(b"mine")
    with suppress(ZeroDivisionError), all_or_nothing() as changes:
        changes.write(str(path), b"first")
        changes.write(str(path), b"second")
        raise ZeroDivisionError
    assert path.read_bytes() == b"mine"


def test_a_folder_is_removed_after_its_files(tmp_path: Path) -> None:
    """A folder must be empty to be removed."""
    folder = tmp_path / "made"
    with suppress(ZeroDivisionError), all_or_nothing() as changes:
        changes.on_failure(folder.rmdir)
        folder.mkdir()
        changes.write(str(folder / "file"), b"content")
        raise ZeroDivisionError
    assert not folder.exists()


def test_a_successful_installation_stays(tmp_path: Path) -> None:
    """Nothing is undone without an error."""
    path = tmp_path / "config"
    with all_or_nothing() as changes:
        changes.write(str(path), b"new")
    assert path.read_bytes() == b"new"
