"""Shows an alias pack to people, and as data."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.aliases.consent import WHOLE
from awscli_mfa_plugin.aliases.merge import (
    AVAILABLE,
    HIDDEN,
    INSTALLED,
    OUTDATED,
    AliasState,
)
from awscli_mfa_plugin.files.hiding_aliases import MFA_SECTION
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_WIDTH = 80
_GROUPS = (
    (INSTALLED, "Installed:"),
    (OUTDATED, "Installed in an older form; «install» renews them:"),
    (AVAILABLE, "Not installed; «install» adds them:"),
)


def entries(states: Sequence[AliasState]) -> list[str]:
    """Return two lines or more for each alias: what is typed, its help, what it runs."""
    return _entries(states, _column(states))


def _entries(states: Iterable[AliasState], column: int) -> list[str]:
    lines = []
    for state in states:
        alias = state.alias
        lines += _row(column, alias.typed, sanitize(alias.help))
        lines += _row(column, "", f"= {sanitize(alias.expansion, WHOLE)}")
    return lines


def left_out(states: Iterable[AliasState]) -> list[str]:
    """Return what isn't installed because something else has the name, and what that is."""
    found = [state for state in states if not state.is_wanted]
    lines = ["Left out:"] if found else []
    for state in found:
        lines += _row(_column(found), state.alias.typed, _reason(state))
    return lines


def _reason(state: AliasState) -> str:
    if state.state == HIDDEN:
        return f"hidden by an alias of your own: {sanitize(state.instead, WHOLE)}"
    return f"it would hide the command '{state.instead}' of AWS CLI v1 or v2"


def _column(states: Iterable[AliasState]) -> int:
    return max((len(state.alias.typed) for state in states), default=0) + 4


def _row(column: int, first: str, rest: str) -> list[str]:
    lines = textwrap.wrap(rest, _WIDTH - column, break_long_words=False, break_on_hyphens=False)
    heads = [first, *[""] * len(lines)]
    return [f"  {head:<{column - 2}}{line}" for head, line in zip(heads, lines, strict=False)]


def overview(states: Sequence[AliasState]) -> str:
    """Return the pack's aliases by how they stand in the file."""
    lines = []
    for state, heading in _GROUPS:
        found = [each for each in states if each.state == state]
        if found:
            lines += [heading, *_entries(found, _column(states)), ""]
    lines += left_out(states)
    return "\n".join(lines).rstrip() or "The pack holds no alias for this AWS CLI."


def names(states: Iterable[AliasState]) -> list[str]:
    """Return the aliases as they are typed, in few lines."""
    found = [state.alias for state in states]
    top = [alias.name for alias in found if alias.section != MFA_SECTION]
    sub = [alias.name for alias in found if alias.section == MFA_SECTION]
    lines = []
    for command, group in (("aws", top), ("aws mfa", sub)):
        if group:
            lines += textwrap.wrap(
                ", ".join(group),
                _WIDTH,
                initial_indent=f"  {command} ",
                subsequent_indent=" " * (len(command) + 3),
                break_on_hyphens=False,
            )
    return lines


def entry(state: AliasState) -> dict[str, Any]:
    """Return an alias as data, in AWS's casing."""
    alias = state.alias
    return {
        "Name": alias.name,
        "Section": alias.section,
        "Expansion": alias.expansion,
        "Help": alias.help,
        "External": alias.is_external,
        "State": state.state,
        "Instead": state.instead or None,
    }
