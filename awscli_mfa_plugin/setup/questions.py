"""How users are asked: until an answer is valid, for each command, and for the change."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from awscli_mfa_plugin.errors import CancelledError, CannotAskError, ConfigurationError
from awscli_mfa_plugin.session.token_codes import agrees
from awscli_mfa_plugin.setup.settings import COMMAND, KEYS_COMMAND
from awscli_mfa_plugin.text import quoted_list, sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from awscli_mfa_plugin.session.ports import Terminal
    from awscli_mfa_plugin.setup.import_plan import Command, Import
    from awscli_mfa_plugin.setup.plan import ProfileChange

_WHOLE = 4000
"""Characters that surely hold a whole command: none of it may be cut when it is shown."""

T = TypeVar("T")

_PURPOSE = {KEYS_COMMAND: "to get the long-lived keys", COMMAND: "to get MFA codes"}


def ask_until_valid(
    question: str,
    default: str,
    read: Callable[[str], T],
    terminal: Terminal,
    *,
    may_be_empty: bool = False,
) -> T:
    """Return what ``read`` makes of the answer; Enter answers with ``default``.

    ``read`` raises ConfigurationError for an answer that isn't valid: the reason is shown and
    the question asked again, five times in all.
    """
    prompt = f"{question} [{sanitize(default)}]: " if default else f"{question}: "
    for _ in range(5):
        answer = terminal.ask(prompt) or default
        if not (answer or may_be_empty):
            continue
        try:
            return read(answer)
        except ConfigurationError as problem:
            # Its remedy is for the command line; here the next answer is one.
            terminal.tell(f"  {problem.what}\n")
    raise ConfigurationError(f"No valid answer to '{question}'.", "Nothing was changed. Try again.")


def choose(answers: Sequence[str], default: int, terminal: Terminal) -> int:
    """Show numbered answers; return the number of the chosen one, from 1."""
    terminal.tell("".join(f"  {number}  {text}\n" for number, text in enumerate(answers, 1)))

    def read(text: str) -> int:
        if text not in map(str, range(1, len(answers) + 1)):
            raise ConfigurationError(f"Enter a number from 1 to {len(answers)}.")
        return int(text)

    return ask_until_valid("Choose", str(default), read, terminal)


def accepted_changes(
    changes: Iterable[ProfileChange], file: str, terminal: Terminal, *, allow_commands: bool
) -> tuple[ProfileChange, ...]:
    """Return the changes of a manifest without the commands that the user declines.

    Each is shown whole and asked for. Raises CannotAskError where nobody can be asked and
    ``allow_commands`` doesn't accept all. A command that is in the config file already is the
    person's own.
    """
    kept = (
        change
        if allow_commands or _accepts_of_manifest(change, file, terminal)
        else change.without(COMMAND)
        for change in changes
    )
    return tuple(change for change in kept if change.settings)


def accepted_imports(
    imports: Iterable[Import], terminal: Terminal, *, allow_commands: bool
) -> tuple[Import, ...]:
    """Return the imports without the commands, or the profiles, that the user declines.

    Commands are asked for as those of a manifest.
    """
    kept = []
    for made in imports:
        remaining: Import | None = made
        for command in () if allow_commands else made.commands:
            if remaining and not _accepts_of_import(command, made, terminal):
                changes = tuple(change.without(command.option) for change in remaining.changes)
                remaining = None if command.is_needed else replace(remaining, changes=changes)
        kept += [remaining] if remaining else []
    return tuple(kept)


def _accepts_of_manifest(change: ProfileChange, file: str, terminal: Terminal) -> bool:
    if COMMAND not in change.settings:
        return True
    what, name = f"{sanitize(file)} sets a command", sanitize(change.profile)
    command = sanitize(change.settings[COMMAND], _WHOLE)
    return _accepts(
        command,
        f"{what} for profile {name} that would run as you",
        f"{what} that runs as you whenever profile {name} needs an MFA code:\n\n    {command}\n\n",
        terminal,
    )


def _accepts_of_import(command: Command, made: Import, terminal: Terminal) -> bool:
    name = sanitize(made.profile)
    skips = f"Without it, {name} isn't imported.\n" if command.is_needed else ""
    return _accepts(
        sanitize(command.text, _WHOLE),
        f"A login to {name} would run a command as you",
        f"{command_text(command, made)}\n{skips}",
        terminal,
    )


def _accepts(command: str, danger: str, shown: str, terminal: Terminal) -> bool:
    why = terminal.unavailable_reason()
    if why:
        raise CannotAskError(
            f"{danger}, and you can't be asked ({why}): {command}",
            "Nothing was changed. Look at it with --dry-run, then accept its commands with "
            "--allow-commands.",
        )
    terminal.tell(shown)
    return agrees(terminal, "Accept this command? [y/N] ")


def command_text(command: Command, made: Import) -> str:
    """Show a command whole, and say what it is for."""
    whose = f" of {made.setup.tool}" if command.option == KEYS_COMMAND else ""
    return (
        f"A login to {sanitize(made.profile)} will run this command{whose} "
        f"{_PURPOSE[command.option]}:\n\n    {sanitize(command.text, _WHOLE)}\n"
    )


def confirm(
    changes: Iterable[ProfileChange], diff: str, terminal: Terminal, *, is_import: bool = False
) -> None:
    """Show the change and ask for it; raise CancelledError if it isn't wanted.

    Without a terminal, replacing values raises CannotAskError, and so does any import; adding
    settings needs no question otherwise.
    """
    why = terminal.unavailable_reason()
    if not why:
        terminal.tell(f"{diff}\n")
        if not agrees(terminal, "Write this? [y/N] "):
            raise CancelledError("Nothing was changed.")
        return
    if is_import:
        written = quoted_list(change.profile for change in changes if change.settings)
        would = f"add {written} to your config file"
    else:
        replaced = [f"{name} of {change.profile}" for change in changes for name in change.replaced]
        would = f"replace {quoted_list(replaced)}" if replaced else ""
    if would:
        raise CannotAskError(
            f"This would {would}, and you can't be asked: {why}.",
            "Nothing was changed. Look at it with --dry-run, then use --yes.",
        )
