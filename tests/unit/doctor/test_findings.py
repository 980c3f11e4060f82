"""What doctor's findings add up to: text, data, exit code, and the questions before a change."""

from __future__ import annotations

import pytest

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
