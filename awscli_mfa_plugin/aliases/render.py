"""Shows an alias pack, asks before one that isn't ours is installed, and returns it as data."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.aliases.merge import AVAILABLE, HIDDEN, INSTALLED, OUTDATED, AliasState
from awscli_mfa_plugin.aliases.pack import OUR_PACK
from awscli_mfa_plugin.errors import CancelledError, CannotAskError, ConfigurationError
from awscli_mfa_plugin.session.token_codes import agrees
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from awscli_mfa_plugin.aliases.pack import AliasPack
    from awscli_mfa_plugin.session.ports import Terminal

WHOLE = 2000
"""Characters that a whole expansion can take, with each character escaped."""

_WIDTH = 80
_GROUPS = (
    (INSTALLED, "Installed:"),
    (OUTDATED, "Installed, but outdated (aws mfa alias install updates them):"),
    (AVAILABLE, "Not installed (aws mfa alias install adds them):"),
)


def check_name(pack: AliasPack, file: str) -> None:
    """Raise ConfigurationError for another pack with the name of ours."""
    if pack.name == OUR_PACK and not pack.is_ours:
        raise ConfigurationError(
            f"The pack in {sanitize(file)} is called {pack.name}, like the plugin's own.",
            "Nothing was changed. Give the pack another name.",
        )


def check_accepted(pack: AliasPack, file: str, terminal: Terminal) -> None:
    """Show the whole pack and ask; raise CancelledError for a no, or CannotAskError."""
    why = terminal.unavailable_reason()
    if why:
        raise CannotAskError(
            f"{sanitize(file)} isn't the plugin's own alias pack, so someone has to accept it: "
            f"{why}.",
            "Nothing was changed. Review it with 'aws mfa alias diff --from FILE', then accept all "
            "of it:  aws mfa alias install --yes --from FILE",
        )
    terminal.tell(whole(pack))
    if not agrees(terminal, "Install all of these? They run with your credentials. [y/N] "):
        raise CancelledError("Nothing was installed.")


def whole(pack: AliasPack) -> str:
    """Return all aliases of a pack, each with its whole expansion on a line."""
    lines = [f"Pack {pack.name}:"]
    for alias in pack.aliases:
        lines += [f"  {alias.typed}", f"    {sanitize(alias.expansion, WHOLE)}"]
    return "\n".join(lines) + "\n"


def entries(states: Sequence[AliasState], column: int = 0) -> list[str]:
    """Return two lines or more for each alias: what you type, its help, what it runs."""
    column, lines = column or _column(states), []
    for state in states:
        alias = state.alias
        lines += _row(column, alias.typed, sanitize(alias.help))
        lines += _row(column, "", f"= {sanitize(alias.expansion, WHOLE)}")
    return lines


def left_out(states: Iterable[AliasState]) -> list[str]:
    """Return the aliases that aren't installed because something else has their name."""
    found = [state for state in states if not state.is_wanted]
    lines = ["Skipped:"] if found else []
    for state in found:
        why = f"would hide '{state.instead}' of AWS CLI v1 or v2"
        if state.state == HIDDEN:
            why = f"you have your own alias: {sanitize(state.instead, WHOLE)}"
        lines += _row(_column(found), state.alias.typed, why)
    return lines


def _column(states: Iterable[AliasState]) -> int:
    return max((len(state.alias.typed) for state in states), default=0) + 4


def _row(column: int, first: str, rest: str) -> list[str]:
    lines = textwrap.wrap(rest, _WIDTH - column, break_long_words=False, break_on_hyphens=False)
    heads = [first, *[""] * len(lines)]
    return [f"  {head:<{column - 2}}{line}" for head, line in zip(heads, lines, strict=False)]


def listing(states: Sequence[AliasState]) -> str:
    """Return the pack's aliases, grouped by state."""
    lines = []
    for state, heading in _GROUPS:
        found = [each for each in states if each.state == state]
        if found:
            lines += [heading, *entries(found, _column(states)), ""]
    lines += left_out(states)
    return "\n".join(lines).rstrip() or "The pack has no aliases for this AWS CLI."


def names(states: Sequence[AliasState]) -> list[str]:
    """Return the aliases as you type them, in a few lines."""
    lines = []
    for command in ("aws", "aws mfa"):
        found = [alias.name for alias, *_ in states if alias.typed == f"{command} {alias.name}"]
        lines += textwrap.wrap(
            ", ".join(found),
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
