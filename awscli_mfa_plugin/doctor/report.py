"""How doctor's findings are shown: as text for people, as data for the CLI's formatter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.doctor.findings import ERROR, NOTE, OK, STATES, WARNING
from awscli_mfa_plugin.text import Screen, encodable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from awscli_mfa_plugin.doctor.findings import Finding
    from awscli_mfa_plugin.text import Style


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


def as_text(
    findings: Sequence[Finding],
    home: str = "",
    screen: Screen | None = None,
    *,
    is_verbose: bool = False,
) -> str:
    """Return the problems, each with its remedy, and how many checks passed, for people.

    ``is_verbose`` shows the checks that passed as well. Paths in the ``home`` folder get a ``~``.
    """
    screen = screen or Screen()
    style, lines, tick = screen.style, [], encodable("\u2713", screen.encoding, "ok")
    for finding in findings:
        seen, remedy = _shortened(finding.seen, home), _shortened(finding.remedy, home)
        if finding.state != OK:
            state = f"{finding.state.capitalize()}:"
            sentence = screen.wrapped(f"{state} {seen}").removeprefix(state)
            lines.append(_color_of(finding.state, style)(state) + sentence)
            lines += [f"  {remedy}"] if remedy else []
        elif is_verbose:
            lines.append(f"{style.green(tick)} {finding.title}: {style.dim(seen)}")
    summary = _summary(findings, style)
    return "\n".join([*lines, "", summary] if lines else [summary])


def _shortened(text: str, home: str) -> str:
    """Return text with ``~`` for the home folder in each path."""
    base = re.escape(home.rstrip("/\\"))
    return re.sub(rf"(?<![\w./\\-]){base}(?=[/\\])", "~", text) if base else text


def _color_of(state: str, style: Style) -> Callable[[str], str]:
    return {OK: style.green, WARNING: style.yellow, ERROR: style.red}.get(state, style.dim)


def _summary(findings: Sequence[Finding], style: Style) -> str:
    counts = {state: sum(finding.state == state for finding in findings) for state in STATES}
    words = [style.green(f"{counts[OK]} check{'' if counts[OK] == 1 else 's'} passed")]
    words += [
        _color_of(state, style)(f"{counts[state]} {state}{'s' if counts[state] > 1 else ''}")
        for state in (NOTE, WARNING, ERROR)
        if counts[state]
    ]
    fixable = sum(finding.fix is not None for finding in findings)
    return f"{', '.join(words)}." + (f" doctor --fix can fix {fixable} of them." if fixable else "")
