"""Merges an alias pack into the CLI's alias file, and leaves the user's aliases alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from awscli_mfa_plugin.aliases.command_names import COMMANDS
from awscli_mfa_plugin.files.alias_document import MFA_SECTION, TOPLEVEL, spelled

if TYPE_CHECKING:
    from collections.abc import Collection

    from awscli_mfa_plugin.aliases.pack import Alias, AliasPack
    from awscli_mfa_plugin.files.alias_document import AliasDocument

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
