"""What doctor finds: one finding a check, how they are shown, and the exit code they make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

OK, NOTE, WARNING, ERROR = "ok", "note", "warning", "error"

STATES = (OK, NOTE, WARNING, ERROR)
"""From the best to the worst."""

EXIT_CODES = {OK: 0, NOTE: 0, WARNING: 1, ERROR: 253}
"""The exit code by the worst finding; 253 is AWS CLI v2's own for a configuration problem."""

CHANGE_MODE, REMOVE_FILE, REORDER_PLUGINS = "mode", "remove", "order"


@dataclass(frozen=True)
class Fix:
    """A change that mends a finding; ``mode`` and ``old_mode`` are permission bits."""

    kind: str
    path: str
    old_mode: int = 0
    mode: int = 0


@dataclass(frozen=True)
class Finding:
    """What one check saw, and where it isn't as it should be what to do.

    All text is safe to show on a terminal, and holds no secret.
    """

    name: str
    state: str
    seen: str
    remedy: str = ""
    fix: Fix | None = None


def worst(findings: Iterable[Finding]) -> str:
    """Return the worst state among the findings; of none «ok»."""
    return max((finding.state for finding in findings), key=STATES.index, default=OK)


def exit_code(findings: Iterable[Finding]) -> int:
    """Return the exit code of the worst finding: 0 for ok and notes, 1 warnings, 253 errors."""
    return EXIT_CODES[worst(findings)]


def as_data(findings: Iterable[Finding]) -> dict[str, Any]:
    """Return the findings in AWS's casing, for the CLI's formatter."""
    return {
        "Findings": [
            {
                "Name": finding.name,
                "State": finding.state,
                "Seen": finding.seen,
                "Remedy": finding.remedy or None,
            }
            for finding in findings
        ]
    }


def as_text(findings: Sequence[Finding]) -> str:
    """Return the findings for people: a line each, the remedy below it, the sum at the end."""
    width = max((len(finding.name) for finding in findings), default=0)
    lines = [line for finding in findings for line in _lines(finding, width)]
    return "\n".join([*lines, "", _summary(findings)])


def _lines(finding: Finding, width: int) -> list[str]:
    lines = [f"{finding.state:<7}  {finding.name:<{width}}  {finding.seen}"]
    if finding.remedy:
        lines.append(f"{'':<7}  {'':<{width}}  {finding.remedy}")
    return lines


def _summary(findings: Sequence[Finding]) -> str:
    counts = {state: sum(finding.state == state for finding in findings) for state in STATES}
    words = [f"{counts[OK]} ok"]
    words += [
        f"{counts[state]} {state}{'s' if counts[state] > 1 else ''}"
        for state in (NOTE, WARNING, ERROR)
        if counts[state]
    ]
    fixable = sum(finding.fix is not None for finding in findings)
    mended = f" «doctor --fix» can mend {fixable} of them." if fixable else ""
    return f"{', '.join(words)}.{mended}"
