"""What subcommands declare: names, help, options, and their values."""

from __future__ import annotations

from typing import Any

import pytest

from awscli_mfa_plugin.commands import NAMES, command_of, function_of
from awscli_mfa_plugin.declaration import (
    INTEGER,
    OPTIONAL,
    PROFILES,
    TEXT,
    Command,
    Option,
)
from awscli_mfa_plugin.errors import UsageError

COMMAND = Command(
    "try",
    "Tries.",
    "",
    (
        Option("action", "What to do.", ("list", "diff"), is_word=True),
        Option("dry-run", "Only look."),
        Option("before", "Seconds.", INTEGER, suggested=("900",)),
        Option("install", "Where.", ("cron", "systemd"), values=OPTIONAL),
        Option("profile-name", "Which.", PROFILES),
        Option("text", "Any.", TEXT),
    ),
    runs_a_program=True,
)


def test_options_that_arent_given_have_defaults() -> None:
    """False for options without a value, None for the rest."""
    assert COMMAND.arguments() == {
        "action": None,
        "dry_run": False,
        "before": None,
        "install": None,
        "profile_name": None,
        "text": None,
        "program": None,
    }


def test_values_are_checked() -> None:
    """Numbers as numbers; an optional value that is left out as an empty text."""
    given: dict[str, Any] = {"action": "diff", "dry_run": True, "before": "-5", "install": ""}
    arguments = COMMAND.arguments(**given, program=["ls"], text="x", profile_name="p")
    expected = {**given, "before": -5, "program": ["ls"], "text": "x", "profile_name": "p"}
    assert arguments == expected


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"action": "x"}, "'x' isn't a value for try."),
        ({"install": "at"}, "'at' isn't a value for --install."),
        ({"before": "soon"}, "--before must be a whole number."),
        ({"before": "٣"}, "--before must be a whole number."),
    ],
)
def test_an_invalid_value_is_refused_with_its_option(given: dict[str, Any], what: str) -> None:
    """With the exit code of wrong usage."""
    with pytest.raises(UsageError) as refused:
        COMMAND.arguments(**given)
    assert refused.value.what == what


@pytest.mark.parametrize(("parsed", "given"), [("", None), (None, ""), ("cron", "cron")])
def test_an_option_without_its_value_differs_from_none(
    parsed: str | None, given: str | None
) -> None:
    """``watch --install`` without a value uses any available scheduler."""
    others = dict.fromkeys(("action", "before", "profile_name", "text"))
    arguments = COMMAND.arguments_of({**others, "dry_run": False, "install": parsed}, ["ls"])
    assert (arguments["install"], arguments["program"]) == (given, ["ls"])


def test_only_some_commands_get_a_program() -> None:
    """The others' functions have no argument for it."""
    assert Command("plain", "", "").arguments(program=["ls"]) == {}


@pytest.mark.parametrize(
    ("name", "words", "expected"),
    [
        ("login", ["--force", "--", "x"], (["--force", "--", "x"], None)),
        (
            "exec",
            ["--profile", "p", "--", "ls", "--", "-l"],
            (["--profile", "p"], ["ls", "--", "-l"]),
        ),
        ("exec", ["--profile", "p"], (["--profile", "p"], None)),
        ("exec", [], ([], None)),
    ],
)
def test_words_after_two_hyphens_belong_to_the_program(
    name: str, words: list[str], expected: tuple[list[str], list[str] | None]
) -> None:
    """Of a command that runs one; others get them all."""
    assert command_of(name).divided(words) == expected


def test_a_program_without_two_hyphens_is_refused() -> None:
    """Its options would be taken for ours."""
    with pytest.raises(UsageError, match="needs '--' before the command"):
        command_of("exec").divided(["ls", "--", "-l"][:1])


def test_completion_reads_options_and_words() -> None:
    """Suggested values come before the kind of value."""
    assert COMMAND.words == ("list", "diff")
    assert COMMAND.completed == {
        "--dry-run": "",
        "--before": ("900",),
        "--install": ("cron", "systemd"),
        "--profile-name": PROFILES,
        "--text": TEXT,
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_subcommand_declares_what_its_help_needs(name: str) -> None:
    """Under its own name, with examples, a help text for each option, and a function."""
    command = command_of(name)
    assert command.name == name
    assert command.description.endswith((".", ")."))
    assert f"aws mfa {name}" in command.examples or f"awscli-mfa {name}" in command.examples
    assert all(option.help_text.endswith(".") for option in command.options)
    assert len({option.name for option in command.options}) == len(command.options)
    assert callable(function_of(name))
