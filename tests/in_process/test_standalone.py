"""What only ``awscli-mfa`` does by itself: options, help, and what it leaves to the AWS CLI."""

from __future__ import annotations

import importlib.util
import json
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from awscli_mfa_plugin.console import main
from awscli_mfa_plugin.files import alias_document

if TYPE_CHECKING:
    from tests.in_process.aws import Aws, Result


@pytest.fixture
def script(aws: Aws) -> Aws:
    """Return a home in which ``awscli-mfa`` runs, with an MFA profile."""
    aws.is_standalone = True
    aws.settle_mfa()
    return aws


def refused(result: Result) -> str:
    """Return the error of a call that the script refuses as wrong usage."""
    assert (result.code, result.stdout) == (252, "")
    return result.stderr


def test_the_session_of_one_is_the_session_of_the_other(script: Aws) -> None:
    """Same files: what awscli-mfa logs in, aws uses, and the other way round."""
    script.log_in()
    assert script.run("sts", "get-caller-identity", "--profile", "mfa").code == 0
    assert script.run("mfa", "logout").code == 0
    script.is_standalone = False
    script.log_in()
    script.is_standalone = True
    assert script.run("mfa", "status").code == 0


def test_a_role_is_cached_where_the_cli_caches_it(script: Aws) -> None:
    """Either way finds the role that the other assumed."""
    with script.config.open("a", encoding="utf-8") as file:
        file.write(
            "[profile admin]\nrole_arn = arn:aws:iam::123456789012:role/admin\n"
            "source_profile = mfa\nregion = eu-west-1\n"
        )
    script.log_in()
    words = ("mfa", "export", "--profile", "admin", "--format", "json")
    ours = script.run(*words)
    script.is_standalone = False
    theirs = script.run(*words)
    assert (ours.code, theirs.code) == (0, 0), ours.output + theirs.output
    assert json.loads(ours.stdout) == json.loads(theirs.stdout)
    assert script.actions().count("AssumeRole") == 1


def test_a_profile_that_is_missing(script: Aws) -> None:
    """The same error as inside the AWS CLI, however it was named."""
    for words in (("export",), ("exec", "--server", "--", "true")):
        result = script.run("mfa", *words, env={"AWS_PROFILE": "nope"})
        assert result.code == 253, result.output
        assert "There is no profile 'nope'" in result.stderr


def test_json_and_a_query(script: Aws) -> None:
    """As the CLI prints them; tables need the CLI."""
    script.log_in()
    found = script.run("mfa", "status", "--query", "Sessions[].Profile", "--output", "json")
    assert json.loads(found.stdout) == ["mfa"]
    assert "Use --output json or" in refused(script.run("mfa", "status", "--output", "table"))
    assert "JMESPath" in refused(script.run("mfa", "status", "--query", "["))


def test_text_is_what_aws_prints(script: Aws) -> None:
    """So that a script can use either."""
    script.log_in()
    query = ("--query", "Sessions[].[Profile,State]")
    for words in (("status", "--output", "text"), ("status", "--output", "text", *query)):
        ours = script.run("mfa", *words, "--no-cli-pager")
        script.is_standalone = False
        theirs = script.run("mfa", *words)
        script.is_standalone = True
        assert ours.code == theirs.code == 0
        assert [line.split("\t")[:2] for line in ours.stdout.splitlines()] == [
            line.split("\t")[:2] for line in theirs.stdout.splitlines()
        ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("login", "--nonsense"), "unrecognized arguments: --nonsense"),
        (("login", "--prof", "mfa"), "--prof"),
        (("login", "--endpoint-url", "localhost"), "no scheme"),
        (("login", "--cli-read-timeout", "soon"), "--cli-read-timeout"),
        (("exec", "ls"), "exec needs '--' before the command"),
    ],
)
def test_wrong_usage(script: Aws, words: tuple[str, ...], said: str) -> None:
    """One error, exit code 252, no traceback."""
    assert said in refused(script.run("mfa", *words))


@pytest.mark.parametrize("words", [("help", "login"), ("login", "help"), ("login", "-h")])
def test_help(script: Aws, words: tuple[str, ...]) -> None:
    """It names the script, not aws."""
    shown = script.run("mfa", *words)
    assert (shown.code, shown.stderr) == (0, "")
    assert "awscli-mfa login --profile mfa" in shown.stdout
    assert "aws mfa" not in shown.stdout


def test_without_botocore_it_says_how_to_get_it(script: Aws) -> None:
    """The extra is named."""
    with patch.object(importlib.util, "find_spec", return_value=None):
        result = script.run("mfa", "login")
    assert result.code == 253
    assert "awscli-mfa-plugin[standalone]" in result.stderr


def test_debug_masks_the_code_and_the_keys(script: Aws) -> None:
    """Botocore logs both."""
    code = script.code()
    result = script.run("mfa", "login", "--token-code", code, "--debug")
    assert result.code == 0
    assert "GetSessionToken" in result.stderr
    session = script.session()
    for secret in (code, session["aws_secret_access_key"], session["aws_session_token"]):
        assert secret not in result.output


def test_what_is_about_the_cli_itself_is_left_to_it(script: Aws) -> None:
    """The usage says which commands work without an aws."""
    result = script.run("mfa", "alias", "list")
    assert result.code == 252
    assert "work as in aws mfa" in result.stderr


def test_the_script_and_the_alias_agree_on_the_word_between_them() -> None:
    """It is written twice: reading the other place would cost each prompt its time."""
    assert main.RUNS_US == alias_document.RUNS_US
