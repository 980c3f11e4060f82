"""Merges an alias pack into the CLI's alias file, beside the user's own aliases, and shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from awscli_mfa_plugin.aliases.command_names import COMMANDS
from awscli_mfa_plugin.aliases.pack import OUR_PACK, Alias, AliasPack
from awscli_mfa_plugin.errors import CancelledError, CannotAskError, ConfigurationError
from awscli_mfa_plugin.files.alias_document import MFA_SECTION, TOPLEVEL, AliasDocument, spelled
from awscli_mfa_plugin.session.token_codes import agrees
from awscli_mfa_plugin.text import sanitize, wrapped

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from awscli_mfa_plugin.session.ports import Terminal

INSTALLED, OUTDATED, AVAILABLE = "installed", "outdated", "available"
HIDDEN, TAKEN = "hidden by your own alias", "name of a command"

_SECTIONS = (TOPLEVEL, MFA_SECTION)


@dataclass(frozen=True)
class HostCommands:
    """A CLI: ``v1`` or ``v2``, the names of its commands, and those of ``aws mfa``."""

    host: str
    commands: Collection[str] = field(default=(), repr=False)
    subcommands: Collection[str] = ()

    def has(self, alias: Alias) -> bool:
        """Return whether a command of this CLI, or of another version, has the alias's name.

        v1 and v2 share the file, so an alias that one installs can hide a command of the other.
        """
        if alias.section == MFA_SECTION:
            return alias.name in self.subcommands
        return alias.name in self.commands or alias.name in COMMANDS


class AliasState(NamedTuple):
    """An alias of a pack, its state in the file, and what the file has instead."""

    alias: Alias
    state: str
    instead: str = ""

    @property
    def is_wanted(self) -> bool:
        """Whether an installation puts it into the file."""
        return self.state in {INSTALLED, OUTDATED, AVAILABLE}

    @property
    def is_new(self) -> bool:
        """Whether an installation changes what it does."""
        return self.state in {OUTDATED, AVAILABLE}


def states(pack: AliasPack, document: AliasDocument, host: HostCommands) -> tuple[AliasState, ...]:
    """Return the state of the pack's aliases in the file, without those for other CLIs.

    One that another CLI has installed is included, since they share the file.
    """
    found = (_state(alias, pack, document, host) for alias in pack.aliases)
    return tuple(
        state
        for state in found
        if host.host in state.alias.hosts or state.state in {INSTALLED, OUTDATED}
    )


def _state(
    alias: Alias, pack: AliasPack, document: AliasDocument, host: HostCommands
) -> AliasState:
    section = spelled(alias.section, document)
    own, others = document.own(pack.name, section), document.others(pack.name, section)
    if alias.name in others:
        return AliasState(alias, HIDDEN, others[alias.name])
    if host.has(alias):
        return AliasState(alias, TAKEN, alias.typed)
    if alias.name not in own:
        return AliasState(alias, AVAILABLE)
    if own[alias.name] == alias.expansion:
        return AliasState(alias, INSTALLED)
    return AliasState(alias, OUTDATED, own[alias.name])


def wanted(pack: AliasPack, document: AliasDocument, host: HostCommands) -> list[Alias]:
    """Return the aliases that are in the file after an installation."""
    return [state.alias for state in states(pack, document, host) if state.is_wanted]


def installed(pack: AliasPack, document: AliasDocument, host: HostCommands) -> AliasDocument:
    """Return the file with the current pack."""
    found = wanted(pack, document, host)
    for section in _SECTIONS:
        aliases = {each.name: each.expansion for each in found if each.section == section}
        document = document.with_block(pack.name, spelled(section, document), aliases)
    return document


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
    if why := terminal.unavailable_reason():
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
    lines = wrapped(rest, _WIDTH - column, "", "").splitlines()
    heads = [first, *[""] * len(lines)]
    return [f"  {head:<{column - 2}}{line}" for head, line in zip(heads, lines, strict=False)]


def listing(states: Sequence[AliasState]) -> str:
    """Return the pack's aliases, grouped by state."""
    lines = []
    for state, heading in _GROUPS:
        if found := [each for each in states if each.state == state]:
            lines += [heading, *entries(found, _column(states)), ""]
    lines += left_out(states)
    return "\n".join(lines).rstrip() or "The pack has no aliases for this AWS CLI."


def names(states: Sequence[AliasState]) -> list[str]:
    """Return the aliases as you type them, in a few lines."""
    lines = []
    for command in ("aws", "aws mfa"):
        found = [alias.name for alias, *_ in states if alias.typed == f"{command} {alias.name}"]
        rest = " " * (len(command) + 3)
        lines += wrapped(", ".join(found), _WIDTH, f"  {command} ", rest).splitlines()
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
