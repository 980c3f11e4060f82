"""What doctor's findings add up to: text, data, exit code, and the questions before a change."""

from __future__ import annotations

import pytest

from awscli_mfa_plugin.doctor.checkup import apply_fixes, local_findings
from awscli_mfa_plugin.doctor.findings import (
    CHANGE_MODE,
    ERROR,
    NOTE,
    OK,
    WARNING,
    Finding,
    Fix,
    as_data,
    as_text,
    exit_code,
)
from awscli_mfa_plugin.doctor.observations import Observations, ObservedRead
from awscli_mfa_plugin.errors import CancelledError, UnwritableFileError
from tests.fakes import FakeNotes, FakeTerminal

FIX = Fix(CHANGE_MODE, "/home/ada/.aws/credentials", 0o644, 0o600)
OTHER_FIX = Fix(CHANGE_MODE, "/home/ada/.aws/config", 0o666, 0o644)
WIDE = Finding("file-modes", WARNING, "wide", "chmod", FIX)
WIDER = Finding("file-modes", ERROR, "wider", "chmod", OTHER_FIX)


@pytest.mark.parametrize(
    ("states", "code"),
    [
        ([], 0),
        ([OK, OK], 0),
        ([OK, NOTE], 0),
        ([WARNING, OK, NOTE], 1),
        ([WARNING, ERROR, OK], 253),
    ],
)
def test_the_worst_finding_makes_the_exit_code(states: list[str], code: int) -> None:
    """Notes are no problem, warnings are told apart from errors."""
    assert exit_code(Finding("x", state, "seen") for state in states) == code


def test_findings_are_lines_with_the_remedy_below() -> None:
    """Aligned, and summed up at the end."""
    findings = [Finding("cli", OK, "works"), WIDE, WIDER, Finding("a", ERROR, "b", "c")]
    assert as_text(findings) == (
        "ok       cli         works\n"
        "warning  file-modes  wide\n"
        "                     chmod\n"
        "error    file-modes  wider\n"
        "                     chmod\n"
        "error    a           b\n"
        "                     c\n"
        "\n"
        "1 ok, 1 warning, 2 errors. «doctor --fix» can mend 2 of them."
    )
    assert as_text([]) == "\n0 ok."


def test_findings_are_data_in_the_casing_of_aws() -> None:
    """What has no remedy has null."""
    assert as_data([WIDE, Finding("cli", OK, "works")]) == {
        "Findings": [
            {"Name": "file-modes", "State": "warning", "Seen": "wide", "Remedy": "chmod"},
            {"Name": "cli", "State": "ok", "Seen": "works", "Remedy": None},
        ]
    }


def test_every_check_runs() -> None:
    """One finding at least of each theme, in the order in which things depend on each other."""
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
    """Keeps the changes that were made."""

    def __init__(self, *refused: Fix) -> None:
        """Refuse some."""
        super().__init__()
        self.refused = refused

    def make(self, fix: Fix) -> None:
        """Make one."""
        if fix in self.refused:
            raise UnwritableFileError("It can't be changed.", "See to it.")
        self.append(fix)


def mend(
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


def test_each_change_is_shown_and_asked_for() -> None:
    """Only a yes makes it, and each is asked once."""
    changes, notes, terminal = Changes(), FakeNotes(), FakeTerminal("n", "Yes")
    assert mend(terminal, changes, notes)
    assert changes == [OTHER_FIX]
    assert notes == [f"change {FIX.path}", f"change {OTHER_FIX.path}"]


def test_no_answer_is_no() -> None:
    """Ctrl-D declines one change."""
    changes, terminal = Changes(), FakeTerminal(CancelledError("Cancelled."), "y")
    assert mend(terminal, changes, FakeNotes())
    assert changes == [OTHER_FIX]


def test_ctrl_c_ends_it_all() -> None:
    """Nothing more is asked or changed."""
    changes = Changes()
    terminal = FakeTerminal(CancelledError("Cancelled.", by_interrupt=True), "y")
    with pytest.raises(CancelledError):
        mend(terminal, changes, FakeNotes())
    assert changes == []


def test_agreed_changes_are_made_without_a_question() -> None:
    """--yes needs no terminal; what is made is shown all the same."""
    changes, notes = Changes(), FakeNotes()
    assert mend(FakeTerminal(nobody="no terminal"), changes, notes, is_agreed=True)
    assert changes == [FIX, OTHER_FIX]
    assert len(notes) == 2


def test_nobody_to_ask_changes_nothing() -> None:
    """The changes are shown, and how to have them."""
    changes, notes = Changes(), FakeNotes()
    assert not mend(FakeTerminal(nobody="there is no terminal"), changes, notes)
    assert changes == []
    assert notes[-1] == (
        "Nothing was changed: there is no terminal. --yes makes the changes shown."
    )


def test_a_change_that_fails_is_told_and_the_next_one_made() -> None:
    """One file that can't be changed doesn't keep the others from it."""
    changes, notes = Changes(FIX), FakeNotes()
    assert mend(FakeTerminal("y", "y"), changes, notes)
    assert changes == [OTHER_FIX]
    assert "It can't be changed.\nSee to it." in notes


def test_a_change_that_cannot_be_shown_is_not_made() -> None:
    """Its file changed meanwhile; the next change is offered."""

    def show(fix: Fix) -> str:
        if fix == FIX:
            raise UnwritableFileError("It is gone.")
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


def test_nothing_to_mend_is_said() -> None:
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
    assert notes == ["There is nothing that --fix can mend."]
