"""The order of the checks, the questions before each change, and the changes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.doctor.checkup import apply_fixes, local_findings, make_change, shown_change
from awscli_mfa_plugin.doctor.findings import (
    CHANGE_MODE,
    ERROR,
    OK,
    REMOVE_FILE,
    REORDER_PLUGINS,
    WARNING,
    Finding,
    Fix,
    Observations,
    ObservedRead,
)
from awscli_mfa_plugin.errors import CancelledError, UnwritableFileError
from awscli_mfa_plugin.files.locks import Locks
from awscli_mfa_plugin.files.state import StateFolder
from tests.fakes import FakeNotes, FakeTerminal

if TYPE_CHECKING:
    from pathlib import Path

FIX = Fix(CHANGE_MODE, "/home/ada/.aws/credentials", 0o644, 0o600)
OTHER_FIX = Fix(CHANGE_MODE, "/home/ada/.aws/config", 0o666, 0o644)
WIDE = Finding("file-modes", WARNING, "wide", "chmod", FIX)
WIDER = Finding("file-modes", ERROR, "wider", "chmod", OTHER_FIX)


def test_every_check_runs() -> None:
    """At least one finding of each subject, in the order of their dependencies."""
    machine = Observations(
        ObservedRead("config"), ObservedRead("credentials"), ObservedRead("alias")
    )
    names = list(dict.fromkeys(finding.name for finding in local_findings(machine, None)))
    assert names == [
        "cli",
        "config",
        "credentials",
        "alias",
        "file-modes",
        "environment",
        "profiles",
        "proxy",
    ]


class Changes(list[Fix]):
    """Records the changes."""

    def __init__(self, *refused: Fix) -> None:
        """Refuse some."""
        super().__init__()
        self.refused = refused

    def make(self, fix: Fix) -> None:
        """Make one."""
        if fix in self.refused:
            raise UnwritableFileError("It", "can't be changed", "See to it.")
        self.append(fix)


def fix_both(
    terminal: FakeTerminal, changes: Changes, notes: FakeNotes, *, is_agreed: bool = False
) -> bool:
    """Offer two changes, one of them by two findings."""
    return apply_fixes(
        [WIDE, Finding("cli", OK, "works"), WIDER, WIDE],
        show=lambda fix: f"change {fix.path}",
        make=changes.make,
        terminal=terminal,
        notes=notes,
        is_agreed=is_agreed,
    )


def test_each_change_is_shown_and_needs_a_yes() -> None:
    """With one question for each."""
    changes, notes, terminal = Changes(), FakeNotes(), FakeTerminal("n", "Yes")
    assert fix_both(terminal, changes, notes)
    assert changes == [OTHER_FIX]
    assert notes == [f"change {FIX.path}", f"change {OTHER_FIX.path}"]


def test_no_answer_is_no() -> None:
    """Ctrl-D declines one change."""
    changes, terminal = Changes(), FakeTerminal(CancelledError("Cancelled."), "y")
    assert fix_both(terminal, changes, FakeNotes())
    assert changes == [OTHER_FIX]


def test_ctrl_c_ends_doctor() -> None:
    """Nothing more is asked or changed."""
    changes = Changes()
    terminal = FakeTerminal(CancelledError("Cancelled.", by_interrupt=True), "y")
    with pytest.raises(CancelledError):
        fix_both(terminal, changes, FakeNotes())
    assert changes == []


def test_agreed_changes_are_made_without_a_question() -> None:
    """--yes needs no terminal; the changes are shown anyway."""
    changes, notes = Changes(), FakeNotes()
    assert fix_both(FakeTerminal(nobody="no terminal"), changes, notes, is_agreed=True)
    assert changes == [FIX, OTHER_FIX]
    assert len(notes) == 2


def test_without_a_terminal_nothing_is_changed() -> None:
    """The changes are shown, and how to make them."""
    changes, notes = Changes(), FakeNotes()
    assert not fix_both(FakeTerminal(nobody="there is no terminal"), changes, notes)
    assert changes == []
    assert notes[-1] == (
        "Nothing was changed: there is no terminal. Use --yes to make these changes."
    )


def test_a_change_that_fails_is_reported_and_the_next_one_made() -> None:
    """One file that can't be changed doesn't stop the others."""
    changes, notes = Changes(FIX), FakeNotes()
    assert fix_both(FakeTerminal("y", "y"), changes, notes)
    assert changes == [OTHER_FIX]
    assert "It can't be changed.\nSee to it." in notes


def test_a_change_that_cannot_be_shown_is_not_made() -> None:
    """Its file changed meanwhile; the next change is offered."""

    def show(fix: Fix) -> str:
        if fix == FIX:
            raise UnwritableFileError("It", "is gone", "")
        return "shown"

    changes, notes = Changes(), FakeNotes()
    made = apply_fixes(
        [WIDE, WIDER],
        show=show,
        make=changes.make,
        terminal=FakeTerminal("y"),
        notes=notes,
        is_agreed=False,
    )
    assert (made, changes, notes) == (True, [OTHER_FIX], ["It is gone.", "shown"])


def test_nothing_to_fix() -> None:
    """Nobody is asked."""
    notes = FakeNotes()
    assert not apply_fixes(
        [Finding("cli", OK, "works")],
        show=str,
        make=Changes().make,
        terminal=FakeTerminal(),
        notes=notes,
        is_agreed=False,
    )
    assert notes == ["Nothing to fix."]


def put(path: Path, text: str | bytes, mode: int = 0o600) -> Path:
    """Write a file of a mode."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(mode)
    return path


@pytest.fixture
def locks(tmp_path: Path) -> Locks:
    """Return the locks of the home."""
    return Locks(StateFolder(str(tmp_path / "state")))


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's")
def test_a_mode_is_changed_as_shown(tmp_path: Path, locks: Locks) -> None:
    """Unless it changed meanwhile."""
    path = put(tmp_path / "x", "", 0o644)
    fix = Fix(CHANGE_MODE, str(path), 0o644, 0o600)
    assert shown_change(fix) == f"Change mode 0644 to 0600: {path}"
    make_change(fix, locks)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(UnwritableFileError, match="in the meantime"):
        make_change(fix, locks)
    with pytest.raises(UnwritableFileError):
        make_change(Fix(CHANGE_MODE, str(tmp_path / "gone"), 0o644, 0o600), locks)


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's")
def test_a_leftover_is_removed(tmp_path: Path, locks: Locks) -> None:
    """One that is gone already is no error."""
    path = put(tmp_path / "x", "")
    fix = Fix(REMOVE_FILE, str(path))
    assert shown_change(fix) == f"Remove {path}"
    assert shown_change(fix, str(path.parent)) == f"Remove ~/{path.name}"
    make_change(fix, locks)
    make_change(fix, locks)
    assert not path.exists()
    with pytest.raises(UnwritableFileError):
        make_change(Fix(REMOVE_FILE, str(tmp_path)), locks)


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's")
def test_the_order_is_changed_as_shown(tmp_path: Path, locks: Locks) -> None:
    """The diff has the moved line and no secret; every other byte stays."""
    before = (
        "# mine\r\n[plugins]\r\ncli_legacy_plugin_path=/x\r\nmfa = awscli_mfa_plugin\r\n"
        "[a]\r\naws_secret_access_key = hidden"
    )
    config = put(tmp_path / "config", before)
    fix = Fix(REORDER_PLUGINS, str(config))
    diff = shown_change(fix)
    assert "+mfa = awscli_mfa_plugin" in diff
    assert "-mfa = awscli_mfa_plugin" in diff
    assert "hidden" not in diff
    make_change(fix, locks)
    assert config.read_bytes().decode() == (
        "# mine\r\n[plugins]\r\nmfa = awscli_mfa_plugin\r\ncli_legacy_plugin_path=/x\r\n"
        "[a]\r\naws_secret_access_key = hidden"
    )
