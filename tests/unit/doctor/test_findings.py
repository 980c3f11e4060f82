"""What doctor's findings add up to."""

from __future__ import annotations

import pytest

from awscli_mfa_plugin.doctor.findings import (
    ERROR,
    NOTE,
    OK,
    WARNING,
    Finding,
    exit_code,
)


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
