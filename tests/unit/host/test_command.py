"""The adapter from declared subcommands to commands of the AWS CLI."""

from __future__ import annotations

import json
import os
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import awscli
import pytest
from awscli.clidriver import create_clidriver

from awscli_mfa_plugin.commands import NAMES, command_of
from awscli_mfa_plugin.host.command import MfaCommand
from awscli_mfa_plugin.host.context import AwsProcess
from awscli_mfa_plugin.session.records import Session
from awscli_mfa_plugin.session.sections import session_options
from awscli_mfa_plugin.system.machine import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

assert awscli  # before botocore

GLOBALS: dict[str, Any] = {
    "command": "mfa",
    "profile": None,
    "region": None,
    "output": None,
    "query": None,
    "endpoint_url": None,
    "verify_ssl": None,
    "connect_timeout": None,
    "read_timeout": None,
    "color": "off",
}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return AWS CLI v1's session, in a home with one session of ours."""
    home = tmp_path_factory.mktemp("home")
    (home / ".aws").mkdir()
    end = SystemClock().now().replace(microsecond=0, year=2099)
    options = session_options(Session("ASIA1", "secret-1", "token-1", end))
    lines = "".join(f"{name} = {value}\n" for name, value in options.items())
    (home / ".aws" / "credentials").write_text(f"[mfa]\n{lines}")
    (home / ".aws" / "config").write_text("[profile mfa]\nmfa_source_profile = default\n")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HOME", "USERPROFILE"):
            patch.setenv(name, str(home))
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        yield create_clidriver().session


@pytest.fixture
def mfa(session: Any) -> MfaCommand:
    """Return the command."""
    return MfaCommand(session, AwsProcess(session, dict))


def call(mfa: MfaCommand, *words: str, **options: Any) -> int:
    """Run ``aws mfa`` with these words and global options; return its exit code."""
    given = SimpleNamespace(
        **{**GLOBALS, "command": "mfa", "profile": None, "color": "off", **options}
    )
    code: int = mfa([*words], given)
    return code


def test_each_subcommand_has_the_help_and_the_options_that_it_declares(mfa: MfaCommand) -> None:
    """In the declared order."""
    made = {one["name"]: one["command_class"](mfa._session) for one in mfa.SUBCOMMANDS}
    assert tuple(made) == NAMES
    for name, command in made.items():
        declared = command_of(name)
        assert (command.name, command.DESCRIPTION) == (name, declared.description)
        assert (declared.examples, declared.synopsis) == (command.EXAMPLES, command.SYNOPSIS)
        assert list(command.arg_table) == [option.name for option in declared.options]


@pytest.mark.parametrize(
    ("name", "option", "argument"),
    [
        ("login", "force", {"action": "store_true"}),
        ("login", "min-remaining", {"cli_type_name": "integer"}),
        ("login", "token-code", {}),
        ("export", "format", {}),
        ("watch", "profiles", {"nargs": "+"}),
        ("watch", "install", {"nargs": "?", "default": ""}),
        ("alias", "action", {"positional_arg": True, "nargs": "?"}),
    ],
)
def test_an_option_becomes_the_clis_argument(
    mfa: MfaCommand, name: str, option: str, argument: dict[str, Any]
) -> None:
    """We check choices ourselves: argparse would print its own error."""
    [made] = [one for one in mfa.SUBCOMMANDS if one["name"] == name]
    table = made["command_class"](mfa._session).ARG_TABLE
    [found] = [one for one in table if one["name"] == option]
    assert {
        key: value for key, value in found.items() if key not in {"name", "help_text"}
    } == argument


def test_a_result_is_printed_as_text_or_data(
    mfa: MfaCommand, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit code is the result's."""
    assert call(mfa, "status") == 0
    assert capsys.readouterr().out.startswith("mfa  valid")
    assert call(mfa, "status", output="json") == 0
    assert json.loads(capsys.readouterr().out)["Sessions"][0]["Profile"] == "mfa"
    assert call(mfa, "status", profile="mfa", output="json") == 0


def test_exact_text_is_not_formatted(mfa: MfaCommand, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever --output says."""
    assert call(mfa, "credential-process", output="text") == 0
    assert json.loads(capsys.readouterr().out)["AccessKeyId"] == "ASIA1"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["logn"], "Unknown command 'logn'.\nDid you mean 'login'?\n"),
        (["logn", "--help"], "Unknown command 'logn'"),
        (["hlep"], "Did you mean 'help'?"),
        (["xyz"], "Choose from: login, status,"),
        (["123456"], "Unknown command '******'."),
        (["--force"], "--force"),
        (["exec", "ls"], "exec needs '--' before the command."),
        (["exec", "--"], "No command given after '--'."),
        (["export", "--format", "html"], "'html' isn't a value for --format."),
        (["login", "--min-remaining", "soon"], "'soon'|isn't a whole number"),
        (["watch", "--install", "at"], "'at' isn't a value for --install."),
        (["alias", "remove"], "'remove' isn't a value for alias."),
        (["alias", "instal"], "Did you mean 'install'?"),
        (["login", "--no-such"], "--no-such"),
    ],
)
def test_wrong_usage_ends_with_252(
    mfa: MfaCommand, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    """With the same form of message, whichever parser finds it; stdout is empty."""
    assert call(mfa, *words) == 252
    shown = capsys.readouterr()
    assert shown.out == ""
    assert any(part in shown.err for part in message.split("|"))


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (["login", "--no-such"], "aws mfa login"),
        (["login", "--min-remaining", "soon"], "aws mfa login"),
        (["--force"], "aws mfa"),
    ],
)
def test_wrong_usage_names_the_help_of_the_command(
    mfa: MfaCommand, capsys: pytest.CaptureFixture[str], words: list[str], command: str
) -> None:
    """Of the subcommand, where there is one."""
    assert call(mfa, *words) == 252
    assert f"For help:  {command} help\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "title"),
    [
        (["help"], "aws mfa\n"),
        ([], "aws mfa\n"),
        (["--help"], "aws mfa\n"),
        (["login", "help"], "aws mfa login\n"),
        (["login", "--force", "-h"], "aws mfa login\n"),
        (["exec", "--help", "--", "ls"], "aws mfa exec\n"),
        (["help", "alias"], "aws mfa alias\n"),
        (["alias", "install", "help"], "aws mfa alias\n"),
    ],
)
def test_help_is_plain_text_where_the_cli_cant_show_its_own(
    mfa: MfaCommand,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    words: list[str],
    title: str,
) -> None:
    """Without groff, and without an error; docutils may warn of the CLI's own text."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not call(mfa, *words)
    shown = capsys.readouterr()
    assert shown.out.startswith(title)
    assert "groff" not in shown.err
