"""What a subcommand of ``aws mfa`` declares beside its code: its name, its help, its options.

The AWS CLI's commands are built from it, and completion reads it at each TAB, so this module
imports only the errors, which import nothing.
"""

from __future__ import annotations

from awscli_mfa_plugin.errors import UsageError

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

NOTHING = ""
"""The option has no value: it is given or it isn't."""

TEXT = "text"
"""It takes a text that can't be suggested."""

INTEGER = "integer"
"""It takes a whole number, of seconds unless its help says otherwise."""

PROFILES = "profiles"
SERIALS = "serials"
REGIONS = "regions"
FILES = "files"

Arguments = dict[str, "Any"]
"""What a command's function gets: values by option, whose hyphens are underscores."""

Takes = str | tuple[str, ...]
"""What an option takes: one of the above, or the values to choose from."""

ONE = "one"
OPTIONAL = "optional"
SEVERAL = "several"


class Option:
    """An option of a subcommand, or the word that it takes (``is_word``).

    ``values`` says how many values it takes: one; none or one (``OPTIONAL``); one or more
    (``SEVERAL``). ``suggested`` are the values that completion offers where ``takes`` names none.
    """

    def __init__(
        self,
        name: str,
        help_text: str,
        takes: Takes = NOTHING,
        *,
        values: str = ONE,
        suggested: tuple[str, ...] = (),
        is_word: bool = False,
    ) -> None:
        self.name = name
        self.help_text = help_text
        self.takes = takes
        self.values = values
        self.suggested = suggested
        self.is_word = is_word

    @property
    def key(self) -> str:
        """The name as code has it."""
        return self.name.replace("-", "_")

    def checked(self, value: Any, shown_name: str) -> Any:
        """Return a value as the command gets it; raise UsageError for one that isn't taken.

        argparse would say it in its own way, and on v1 print the usage of the whole CLI.
        """
        if value is None:
            return False if self.takes == NOTHING else None
        if self.takes == INTEGER:
            return _whole_number(shown_name, value)
        if isinstance(self.takes, tuple) and value:
            return _one_of(shown_name, value, self.takes)
        return value


MIN_REMAINING = Option(
    "min-remaining", "Renew the session unless at least this many seconds are left.", INTEGER
)


class Command:
    """A subcommand: what it is called, what its help says, which options it takes.

    ``runs_a_program`` says that it takes a program's command line after ``--``.
    """

    def __init__(
        self,
        name: str,
        description: str,
        examples: str,
        options: Sequence[Option] = (),
        *,
        synopsis: str = "",
        runs_a_program: bool = False,
    ) -> None:
        self.name = name
        self.description = description
        self.examples = examples
        self.options = tuple(options)
        self.synopsis = synopsis
        self.runs_a_program = runs_a_program

    def divided(self, words: Sequence[str]) -> tuple[list[str], list[str] | None]:
        """Return the words before ``--`` and, for a command that runs a program, those after it.

        The latter belong to the program: no parser of ours may see them. Raises UsageError for a
        program without ``--``.
        """
        if not self.runs_a_program:
            return [*words], None
        if "--" in words:
            at = list(words).index("--")
            return [*words[:at]], [*words[at + 1 :]]
        if words and not words[0].startswith("-"):
            raise UsageError(
                f"{self.name} needs '--' before the command.",
                f"aws mfa {self.name} [--profile NAME] -- COMMAND …",
            )
        return [*words], None

    def arguments(self, **given: Any) -> Arguments:
        """Return the arguments of the command's function, by option.

        ``given`` are values by option; a name's hyphens are underscores, here and there. With
        ``runs_a_program`` the words behind ``--`` are ``program``, None without ``--``. Raises
        UsageError.
        """
        arguments = {
            option.key: option.checked(
                given.get(option.key), self.name if option.is_word else f"--{option.name}"
            )
            for option in self.options
        }
        if self.runs_a_program:
            arguments["program"] = given.get("program")
        return arguments

    def arguments_of(self, parsed: Mapping[str, Any], program: list[str] | None) -> Arguments:
        """Return the arguments from argparse's values, with the words of the ``program``.

        For an ``OPTIONAL`` option argparse gives None without a value, "" where it isn't given.
        """
        given = {**parsed, "program": program}
        for name in (option.key for option in self.options if option.values == OPTIONAL):
            given[name] = None if parsed[name] == "" else parsed[name] or ""
        return self.arguments(**given)

    @property
    def words(self) -> tuple[str, ...]:
        """The words of which one may follow the subcommand."""
        taken = (option.takes for option in self.options if option.is_word)
        return tuple(word for takes in taken for word in takes)

    @property
    def completed(self) -> dict[str, Takes]:
        """What completion offers for the value of each option, by the option as it is typed."""
        return {
            f"--{option.name}": option.suggested or option.takes
            for option in self.options
            if not option.is_word
        }


class Result:
    """The result of a subcommand, for whoever runs it to show.

    ``data`` is for the CLI's formatter, in AWS's casing; ``text`` is for users, without its last
    line end. ``exact`` is text in place of both that must arrive as it is. All may be empty.
    """

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        text: str = "",
        exit_code: int = 0,
        *,
        exact: str = "",
    ) -> None:
        self.data = data
        self.text = text
        self.exit_code = exit_code
        self.exact = exact


def _one_of(shown_name: str, value: str, choices: tuple[str, ...]) -> str:
    if value in choices:
        return value
    from difflib import get_close_matches

    from awscli_mfa_plugin.text import sanitize

    meant = get_close_matches(value, choices, n=1)
    raise UsageError(
        f"'{sanitize(value, 40)}' isn't a value for {shown_name}.",
        f"Did you mean '{meant[0]}'?" if meant else f"Choose from: {', '.join(choices)}.",
    )


def _whole_number(shown_name: str, value: str | int) -> int:
    text = str(value)
    if text.isascii() and text.lstrip("-").isdigit():
        return int(text)
    raise UsageError(f"{shown_name} must be a whole number.")
