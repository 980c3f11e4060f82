"""Help as plain text, the words that ask for it, and the name that was probably meant."""

from __future__ import annotations

import pytest

from awscli_mfa_plugin.commands import NAMES, command_of
from awscli_mfa_plugin.declaration import (
    INTEGER,
    OPTIONAL,
    PROFILES,
    SEVERAL,
    TEXT,
    Command,
    Option,
)
from awscli_mfa_plugin.help_text import (
    closest,
    command_help,
    overview,
    with_help_as_word,
)

COMMAND = Command(
    "try",
    "Tries it: once, or ``twice``.\n\nThen it is done.",
    "Try it::\n\n    $ aws mfa try\n    done\n\nAgain::\n\n    $ aws mfa try diff\n",
    (
        Option("action", "What to do.", ("list", "diff"), is_word=True),
        Option("dry-run", f"Only look. {'A long-word. ' * 7}"),
        Option("before", "``0`` or more.", INTEGER),
        Option("install", "Where.", ("cron", "systemd"), values=OPTIONAL),
        Option("profiles", "Which.", PROFILES, values=SEVERAL),
        Option("text", "Any.", TEXT),
    ),
)

PLAIN = """\
aws mfa try

  Tries it: once, or twice.

  Then it is done.

Usage:
  aws mfa try [list|diff] [OPTION ...]

Options:
  action
      What to do.
  --dry-run
      Only look. A long-word. A long-word. A long-word. A long-word. A
      long-word. A long-word. A long-word.
  --before SECONDS
      0 or more.
  --install [VALUE]
      Where.
  --profiles PROFILE ...
      Which.
  --text VALUE
      Any.

The AWS CLI's global options, such as --profile and --region, work too.

Examples:
  Try it:

      $ aws mfa try
      done

  Again:

      $ aws mfa try diff"""


def test_the_help_of_a_command() -> None:
    """Usage, options and examples, without markup."""
    assert command_help(COMMAND) == PLAIN


def test_a_command_without_options_and_with_a_synopsis_of_its_own() -> None:
    """There is no empty list."""
    command = Command("go", "Goes.", "Go::\n\n    $ aws mfa go\n", synopsis="aws mfa go [-- X]")
    shown = command_help(command)
    assert "Usage:\n  aws mfa go [-- X]\n\nThe AWS CLI's" in shown
    assert "Options:" not in shown


def test_the_help_of_all_commands() -> None:
    """Each has a line, made from its description."""
    shown = overview("All.", "Log in::\n\n    $ aws mfa login\n", {"try": COMMAND.description})
    assert shown.startswith("aws mfa\n\n  All.\n\nUsage:\n  aws mfa COMMAND [OPTION ...]\n\n")
    assert "Commands:\n  try  Tries it\n\nFor the options of a command:" in shown
    assert shown.endswith("Examples:\n  Log in:\n\n      $ aws mfa login")


@pytest.mark.parametrize("name", NAMES)
def test_the_help_of_each_command_fits_a_terminal(name: str) -> None:
    """No markup is left; only lines to copy are longer than 80 characters."""
    shown = command_help(command_of(name))
    assert "``" not in shown
    assert "::\n" not in shown
    long = [line for line in shown.splitlines() if len(line) > 80]
    assert all(line.lstrip().startswith(("$ ", "> ", "aws mfa ")) for line in long)


@pytest.mark.parametrize(
    ("words", "taken"),
    [
        ([], ["help"]),
        (["help"], ["help"]),
        (["--help"], ["help"]),
        (["--force", "-h"], ["help"]),
        (["help", "login"], ["login", "help"]),
        (["help", "logn"], ["help"]),
        (["login", "--help"], ["login", "help"]),
        (["login", "-h"], ["login", "help"]),
        (["login", "--token-code", "1", "--help", "x"], ["login", "help"]),
        (["exec", "-h", "--", "ls"], ["exec", "help"]),
        (["exec", "--", "ls", "-h"], ["exec", "--", "ls", "-h"]),
        (["exec", "--", "ls", "help"], ["exec", "--", "ls", "help"]),
        (["login", "--profile", "help"], ["login", "--profile", "help"]),
        (["login", "now", "help"], ["login", "help"]),
        (["mine", "now", "help"], ["mine", "now", "help"]),
        (["mine", "--help"], ["mine", "--help"]),
        (["login", "--force"], ["login", "--force"]),
        (["login", "--token-code=-h"], ["login", "--token-code=-h"]),
    ],
)
def test_what_asks_for_help(words: list[str], taken: list[str]) -> None:
    """What follows '--' is another program's, what an alias gets is its own."""
    assert with_help_as_word(words, ("login", "exec")) == taken


@pytest.mark.parametrize(
    ("name", "meant"),
    [("logn", "login"), ("lgoin", "login"), ("stauts", "status"), ("whoami", ""), ("", "")],
)
def test_the_name_that_was_meant(name: str, meant: str) -> None:
    """One name, or none."""
    assert closest(name, NAMES) == meant
