"""What the user is asked before an import: each command of another tool, then the change."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import CancelledError, CannotAskError
from awscli_mfa_plugin.session.token_codes import agrees
from awscli_mfa_plugin.setup.import_plan import KEYS_COMMAND
from awscli_mfa_plugin.setup.plan import WHOLE
from awscli_mfa_plugin.setup.settings import COMMAND
from awscli_mfa_plugin.text import quoted_list, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable

    from awscli_mfa_plugin.session.ports import Terminal
    from awscli_mfa_plugin.setup.import_plan import Command, Import

_PURPOSE = {
    KEYS_COMMAND: "to get the long-lived keys",
    COMMAND: "to get MFA codes",
}


def accepted(
    imports: Iterable[Import], terminal: Terminal, *, allow_commands: bool
) -> tuple[Import, ...]:
    """Return the imports without the commands, or the profiles, that the user declines.

    Each command is shown whole and asked for. Raises CannotAskError where nobody can be asked
    and ``allow_commands`` doesn't accept all.
    """
    kept = []
    for made in imports:
        remaining: Import | None = made
        for command in () if allow_commands else made.commands:
            if remaining and not _is_accepted(command, made, terminal):
                remaining = None if command.is_needed else _without(command, remaining)
        kept += [remaining] if remaining else []
    return tuple(kept)


def _is_accepted(command: Command, made: Import, terminal: Terminal) -> bool:
    why = terminal.unavailable_reason()
    if why:
        raise CannotAskError(
            f"A login to {sanitize(made.profile)} would run a command as you, and "
            f"you can't be asked ({why}): {sanitize(command.text, WHOLE)}",
            "Nothing was changed. Look at it with --dry-run, then accept its commands with "
            "--allow-commands.",
        )
    skips = f"Without it, {sanitize(made.profile)} isn't imported.\n" if command.is_needed else ""
    terminal.tell(f"{command_text(command, made)}\n{skips}")
    return agrees(terminal, "Accept this command? [y/N] ")


def command_text(command: Command, made: Import) -> str:
    """Show a command whole, and say what it is for."""
    whose = f" of {made.setup.tool}" if command.option == KEYS_COMMAND else ""
    return (
        f"A login to {sanitize(made.profile)} will run this command{whose} "
        f"{_PURPOSE[command.option]}:\n\n    {sanitize(command.text, WHOLE)}\n"
    )


def _without(command: Command, made: Import) -> Import:
    changes = tuple(
        replace(
            change,
            settings={
                name: value
                for name, value in change.settings.items()
                if (name, change.profile) != (command.option, command.profile)
            },
        )
        for change in made.changes
    )
    return replace(made, changes=changes)


def written_profiles(imports: Iterable[Import]) -> list[str]:
    """Return the profiles that get settings, new source profiles too."""
    return [change.profile for made in imports for change in made.changes if change.settings]


def confirm_import(imports: Iterable[Import], diff: str, terminal: Terminal) -> None:
    """Show the change and ask for it.

    Raises CancelledError if it isn't wanted, CannotAskError without a terminal.
    """
    why = terminal.unavailable_reason()
    if why:
        raise CannotAskError(
            f"This would add {quoted_list(written_profiles(imports))} to your config file, "
            f"and you can't be asked: {why}.",
            "Nothing was changed. Look at it with --dry-run, then use --yes.",
        )
    terminal.tell(f"{diff}\n")
    if not agrees(terminal, "Write this? [y/N] "):
        raise CancelledError("Nothing was changed.")
