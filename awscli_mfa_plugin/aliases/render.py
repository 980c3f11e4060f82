"""Shows an alias pack to people, lets them accept one that isn't ours, and gives it as data."""

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
"""Characters that surely hold a whole expansion, with each character escaped."""

_WIDTH = 80
_GROUPS = (
    (INSTALLED, "Installed:"),
    (OUTDATED, "Installed in an older form; «install» renews them:"),
    (AVAILABLE, "Not installed; «install» adds them:"),
)


def check_name(pack: AliasPack, file: str) -> None:
    """Raise ConfigurationError for another pack that has the name of ours."""
    if pack.name == OUR_PACK and not pack.is_ours:
        raise ConfigurationError(
            f"{sanitize(file)} calls its pack {pack.name}, which is the plugin's own.",
            "Nothing was changed. Give the pack another name.",
        )


def check_accepted(pack: AliasPack, file: str, terminal: Terminal) -> None:
    """Show the whole pack and ask; raise CancelledError for a no, CannotAskError for nobody."""
    why = terminal.unavailable_reason()
    if why:
        raise CannotAskError(
            f"{sanitize(file)} isn't the plugin's own alias pack, and nobody can be asked to "
            "accept "
            f"it: {why}.",
            "Nothing was changed. Read it with 'aws mfa alias diff --from FILE', then accept all "
            "of it with 'aws mfa alias install --yes --from FILE'.",
        )
    terminal.tell(whole(pack))
    if not agrees(terminal, "Install all of these? They run with your credentials. [y/N] "):
        raise CancelledError("The pack was not accepted. Nothing was changed.")


def whole(pack: AliasPack) -> str:
    """Return all aliases of a pack, each with its whole expansion on a line."""
    lines = [f"The pack {pack.name}:"]
    for alias in pack.aliases:
        lines += [f"  {alias.typed}", f"    {sanitize(alias.expansion, WHOLE)}"]
    return "\n".join(lines) + "\n"


def entries(states: Sequence[AliasState], column: int = 0) -> list[str]:
    """Return two lines or more for each alias: what is typed, its help, what it runs."""
    column, lines = column or _column(states), []
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
        why = f"it would hide the command '{state.instead}' of AWS CLI v1 or v2"
        if state.state == HIDDEN:
            why = f"hidden by an alias of your own: {sanitize(state.instead, WHOLE)}"
        lines += _row(_column(found), state.alias.typed, why)
    return lines


def _column(states: Iterable[AliasState]) -> int:
    return max((len(state.alias.typed) for state in states), default=0) + 4


def _row(column: int, first: str, rest: str) -> list[str]:
    lines = textwrap.wrap(rest, _WIDTH - column, break_long_words=False, break_on_hyphens=False)
    heads = [first, *[""] * len(lines)]
    return [f"  {head:<{column - 2}}{line}" for head, line in zip(heads, lines, strict=False)]


def listing(states: Sequence[AliasState]) -> str:
    """Return the pack's aliases by how they stand in the file."""
    lines = []
    for state, heading in _GROUPS:
        found = [each for each in states if each.state == state]
        if found:
            lines += [heading, *entries(found, _column(states)), ""]
    lines += left_out(states)
    return "\n".join(lines).rstrip() or "The pack holds no alias for this AWS CLI."


def names(states: Sequence[AliasState]) -> list[str]:
    """Return the aliases as they are typed, in few lines."""
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
