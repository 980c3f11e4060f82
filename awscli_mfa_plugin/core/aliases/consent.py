"""Asks a person about the commands in a stranger's alias pack, one by one, each shown whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from awscli_mfa_plugin.core.asking import agrees
from awscli_mfa_plugin.core.text import shown
from awscli_mfa_plugin.errors import CannotAskError, ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from awscli_mfa_plugin.core.aliases.file import AliasState
    from awscli_mfa_plugin.core.aliases.pack import AliasPack
    from awscli_mfa_plugin.core.protocols import Terminal

WHOLE = 2000
"""Characters that surely hold a whole expansion, with each character escaped."""

Key = tuple[str, str]


def check_stranger(pack: AliasPack, file: str) -> None:
    """Raise ConfigurationError for a file that calls its pack as ours is called."""
    if pack.is_ours:
        raise ConfigurationError(
            f"{shown(file)} calls its pack {pack.name}, which is the plugin's own.",
            "Nothing was changed. Give the pack a name of its own.",
        )


def commands_in(states: Iterable[AliasState]) -> list[AliasState]:
    """Return those that an installation would make do something that needs a person's yes."""
    return [state for state in states if state.is_new and state.alias.consent]


def declined_commands(
    states: Iterable[AliasState], terminal: Terminal, *, allow_commands: bool
) -> frozenset[Key]:
    """Return the keys of the commands that the person doesn't want.

    Raises CannotAskError where nobody can be asked and ``allow_commands`` doesn't accept all.
    """
    commands = [] if allow_commands else commands_in(states)
    why = terminal.why_not() if commands else ""
    if why:
        first = commands[0].alias
        raise CannotAskError(
            f"«{first.typed}» of the pack {first.consent} ({shown(first.expansion, WHOLE)}), and "
            f"nobody can be asked: {why}.",
            "Nothing was changed. Look at the pack by «aws mfa alias diff», then accept all of "
            "its commands by --allow-commands.",
        )
    return frozenset(state.alias.key for state in commands if not _accepted(state, terminal))


def _accepted(state: AliasState, terminal: Terminal) -> bool:
    alias = state.alias
    terminal.tell(f"{alias.typed} {alias.consent}:\n    {shown(alias.expansion, WHOLE)}\n")
    return agrees(terminal, "Install it? [y/N] ")
