"""Merges an alias pack into the CLI's alias file, around whatever is the user's."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from awscli_mfa_plugin.aliases.command_names import COMMANDS
from awscli_mfa_plugin.aliases.pack import MFA_SECTION, TOPLEVEL, Alias, AliasPack
from awscli_mfa_plugin.files.alias_document import AliasDocument

if TYPE_CHECKING:
    from collections.abc import Collection

INSTALLED, OUTDATED, AVAILABLE = "installed", "outdated", "available"
HIDDEN, TAKEN = "hidden by your own alias", "name of a command"

_SECTIONS = (TOPLEVEL, MFA_SECTION)
_FLAGS = frozenset(
    {
        *("--debug", "--no-verify-ssl", "--no-paginate", "--no-sign-request"),
        *("--no-cli-pager", "--cli-auto-prompt", "--no-cli-auto-prompt"),
    }
)


@dataclass(frozen=True)
class HostCommands:
    """A CLI: ``v1`` or ``v2``, the names of its commands, and those of ``aws mfa``."""

    host: str
    commands: Collection[str] = field(default=(), repr=False)
    subcommands: Collection[str] = ()

    def has(self, alias: Alias) -> bool:
        """Tell whether this CLI has a command of the alias's name, or another one has.

        v1 and v2 share the file: what is installed by one hides a command of the other.
        """
        if alias.section == MFA_SECTION:
            return alias.name in self.subcommands
        return alias.name in self.commands or alias.name in COMMANDS


class AliasState(NamedTuple):
    """An alias of a pack, how it stands in the file, and what is there in its place."""

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
    """Return how the pack's aliases stand in the file, those for other CLIs left out.

    One that another CLI has installed is kept, so it isn't left out: they share the file.
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
    section = _spelled(alias.section, document)
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
    """Return the aliases that an installation leaves in the file."""
    return [state.alias for state in states(pack, document, host) if state.is_wanted]


def installed(pack: AliasPack, document: AliasDocument, host: HostCommands) -> AliasDocument:
    """Return the file with the pack as it is today."""
    found = wanted(pack, document, host)
    for section in _SECTIONS:
        aliases = {each.name: each.expansion for each in found if each.section == section}
        document = document.with_block(pack.name, _spelled(section, document), aliases)
    return document


def _spelled(section: str, document: AliasDocument) -> str:
    """Return how the file spells a section: v2 takes any blanks inside of ``[command mfa]``.

    Of several it lets the last one count (awscli's ``alias.py``).
    """
    if section == TOPLEVEL:
        return section
    names = (name for name in document.section_names() if name.startswith("command "))
    return next((name for name in reversed([*names]) if name.split() == section.split()), section)


class HidingAlias(NamedTuple):
    """An alias of the user's that stands before a command of ours, and on which line."""

    section: str
    name: str
    expansion: str
    line: int


def hides_the_command(
    content: bytes, subcommands: Collection[str] = (), name: str = "the alias file"
) -> tuple[HidingAlias, ...]:
    """Return the user's aliases that run in place of ``aws mfa``, or of a subcommand of it on v2.

    One that only adds to the command of its own name hides nothing. Raises UnparsableFileError,
    naming the line, for a file with which no ``aws`` command runs.
    """
    document = AliasDocument.parse(content, name)
    section = _spelled(MFA_SECTION, document)
    found = [(TOPLEVEL, "mfa"), *((section, each) for each in subcommands)]
    return tuple(
        HidingAlias(of, alias, expansion, document.line_of(of, alias))
        for of, alias in found
        if _hides(alias, of, expansion := document.options(of).get(alias, "").strip())
    )


def _hides(name: str, section: str, expansion: str) -> bool:
    if section == TOPLEVEL and expansion:
        return _command_of(expansion) != name
    # v2 hands every other alias of a subcommand's name to that subcommand.
    return expansion.startswith("!")


def _command_of(expansion: str) -> str:
    """Return the command that an alias runs: the first word that is no global option's."""
    try:
        words = iter(shlex.split(expansion))
    except ValueError:
        return ""
    for word in words:
        if not word.startswith("--"):
            return word
        if "=" not in word and word not in _FLAGS:
            next(words, "")
    return ""
