"""The table of completion says what the commands themselves say."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import awscli
import pytest

from awscli_mfa_plugin.commands.alias import ACTIONS as ALIAS_ACTIONS
from awscli_mfa_plugin.commands.export import FILES
from awscli_mfa_plugin.commands.watch import SCHEDULERS
from awscli_mfa_plugin.core.completion_table import ACTIONS, GLOBAL_OPTIONS, NOTHING, OPTIONS
from awscli_mfa_plugin.core.formats import FORMATS
from awscli_mfa_plugin.host.command import SUBCOMMANDS

CHOICES = {
    ("export", "format"): (*FORMATS, *FILES),
    ("watch", "install"): SCHEDULERS,
    ("alias", "action"): ALIAS_ACTIONS,
}
"""The values that the commands themselves take."""


def arguments_of(name: str) -> list[dict[str, Any]]:
    """Return the ARG_TABLE of a subcommand."""
    module = importlib.import_module(f"awscli_mfa_plugin.commands.{name.replace('-', '_')}")
    table: list[dict[str, Any]] = getattr(module, SUBCOMMANDS[name]).ARG_TABLE
    return table


def test_the_subcommands_are_those_of_the_command() -> None:
    """All of them, in the order of their help, and no other."""
    assert list(OPTIONS) == list(SUBCOMMANDS)
    assert set(ACTIONS) <= set(SUBCOMMANDS)


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_the_options_are_those_of_the_subcommand(name: str) -> None:
    """All of them, in the order of their help; which take a value, and which values."""
    arguments = arguments_of(name)
    options = [argument for argument in arguments if not argument.get("positional_arg")]
    actions = [argument for argument in arguments if argument.get("positional_arg")]
    assert list(OPTIONS[name]) == [f"--{argument['name']}" for argument in options]
    for argument in options:
        takes = OPTIONS[name][f"--{argument['name']}"]
        assert (takes == NOTHING) == (argument.get("action") == "store_true")
        assert takes == CHOICES.get((name, argument["name"]), takes)
    known = [ACTIONS[name]] if name in ACTIONS else []
    assert known == [CHOICES[name, action["name"]] for action in actions]


def test_the_global_options_of_v1_are_known() -> None:
    """Those of v2 are held against its own file where it is fetched (tests/hosts)."""
    [folder] = awscli.__path__
    options = json.loads((Path(folder) / "data" / "cli.json").read_text("utf-8"))["options"]
    # For people on their way to v2; it says nothing about aws mfa.
    del options["v2-debug"]
    for name, option in options.items():
        takes = GLOBAL_OPTIONS[f"--{name}"]
        assert (takes == NOTHING) == ("action" in option)
        assert set(option.get("choices", ())) <= set(takes)
