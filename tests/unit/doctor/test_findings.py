"""What doctor's findings add up to."""

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
    Observations,
    ObservedCli,
    as_data,
    as_text,
    exit_code,
)
from awscli_mfa_plugin.system.subprocesses import Done
from awscli_mfa_plugin.text import Screen, Style


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
def test_the_worst_finding_determines_the_exit_code(states: list[str], code: int) -> None:
    """Notes are no problem; warnings and errors have different codes."""
    assert exit_code(Finding("x", state, "seen") for state in states) == code


FIX = Fix(CHANGE_MODE, "/home/ada/.aws/credentials", 0o644, 0o600)
OTHER_FIX = Fix(CHANGE_MODE, "/home/ada/.aws/config", 0o666, 0o644)
WIDE = Finding("file-modes", WARNING, "wide", "chmod", FIX)
WIDER = Finding("file-modes", ERROR, "wider", "chmod", OTHER_FIX)


def test_problems_are_shown_and_passed_checks_counted() -> None:
    """Each problem has its remedy below; --verbose shows what passed as well."""
    findings = [Finding("cli", OK, "works"), WIDE, WIDER, Finding("a", ERROR, "b", "c")]
    assert as_text(findings, "", Screen()) == (
        "Warning: wide\n  chmod\nError: wider\n  chmod\nError: b\n  c\n\n"
        "1 check passed, 1 warning, 2 errors. doctor --fix can fix 2 of them."
    )
    assert as_text(findings, "", Screen(), is_verbose=True).startswith(
        "✓ AWS CLI: works\nWarning: wide\n"
    )
    assert as_text(findings, "", Screen(encoding="ascii"), is_verbose=True).startswith(
        "ok AWS CLI: works\n"
    )
    assert as_text([Finding("x-y", OK, "z")] * 2, "", Screen()) == "2 checks passed."
    assert Finding("x-y", OK, "z").title == "X y"


def test_paths_in_the_home_folder_are_short() -> None:
    """Only there: neither another user's, nor a folder of the same name elsewhere."""
    what = "/home/ada/.aws/config, /home/adam/x, /mnt/home/ada/y and '/home/ada/z'"
    text = as_text(
        [Finding("config", NOTE, what, "Look at /home/ada/.aws.")], "/home/ada", Screen()
    )
    assert text.startswith("Note: ~/.aws/config, /home/adam/x, /mnt/home/ada/y and '~/z'\n")
    assert "Look at ~/.aws." in text


def test_data_has_the_casing_of_aws() -> None:
    """Null without a remedy."""
    assert as_data([WIDE, Finding("cli", OK, "works")]) == {
        "Findings": [
            {"Name": "file-modes", "State": "warning", "Seen": "wide", "Remedy": "chmod"},
            {"Name": "cli", "State": "ok", "Seen": "works", "Remedy": None},
        ]
    }


def test_long_sentences_are_broken_between_words() -> None:
    """On a terminal; what is to be copied stays on its line."""
    finding = Finding("a", ERROR, "A_B is set without C, so commands fail.", "unset A_B and more")
    screen = Screen(columns=25, style=Style(is_on=True))
    assert as_text([finding], "", screen).splitlines()[:4] == [
        "\x1b[31mError:\x1b[0m A_B is set without",
        "  C, so commands fail.",
        "  unset A_B and more",
        "",
    ]


def test_what_a_cli_printed_is_in_no_repr() -> None:
    """Its last line may hold a secret."""
    start = Done(1, why="Invalid header: s3cret", stderr=b"Invalid header: s3cret")
    cli = ObservedCli("/bin/aws", "2.31.0", is_v2=True, is_frozen=True, start=start)
    assert "s3cret" not in repr(Observations(clis=(cli,)))
