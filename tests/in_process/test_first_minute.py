"""The first minute: the mistakes that everybody makes once, without a terminal."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from tests.aws.seed import ACCOUNT, default_state
from tests.aws.state import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.in_process.aws import Aws

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def logged_in(aws: Aws) -> Aws:
    """Return an ``aws`` whose profile mfa has a session."""
    aws.settle_mfa()
    aws.log_in()
    return aws


@pytest.mark.parametrize(
    ("words", "meant"), [(("logn", "--help"), "login"), (("alias", "instal"), "install")]
)
def test_a_mistyped_command(aws: Aws, words: tuple[str, ...], meant: str) -> None:
    """One suggestion, for subcommands and for what they take."""
    result = aws.run("mfa", *words)
    assert (result.code, result.stdout) == (252, "")
    assert f"Did you mean '{meant}'?\n" in result.stderr


@pytest.mark.parametrize("words", [("status",), ("logout",), ("export",), ("exec", "--", "true")])
def test_a_mistyped_profile(logged_in: Aws, words: tuple[str, ...]) -> None:
    """The name that was meant is suggested, and nothing else done."""
    before = logged_in.files()
    result = logged_in.run("mfa", words[0], "--profile", "mfaa", *words[1:])
    assert (result.code, result.stdout) == (253, "")
    assert result.stderr == "aws mfa: There is no profile 'mfaa'.\nDid you mean 'mfa'?\n"
    assert logged_in.files() == before


def test_a_script_creates_a_profile_beside_another(logged_in: Aws) -> None:
    """It gives the code, so it isn't asked, and says what was created."""
    words = ("mfa", "login", "--profile", "mfab", "--token-code", logged_in.code())
    result = logged_in.run(*words)
    assert result.code == 0, result.output
    assert "Created profile mfab.\n" in result.stderr
    assert logged_in.session("mfab")["manager"] == "awscli-mfa-plugin"


def test_exec_of_a_mistyped_program_uses_no_code(logged_in: Aws) -> None:
    """The session has expired, but there is nothing to run."""
    logged_in.age(-5)
    code = {"AWS_MFA_TOKEN_CODE": logged_in.code()}
    result = logged_in.run("mfa", "exec", "--", "terrafrom", "apply", env=code)
    assert (result.code, result.stdout) == (127, "")
    assert result.stderr == "aws mfa exec: terrafrom: command not found.\n"
    assert logged_in.codes_used() == 1


def test_help_behind_the_hyphens_is_another_programs(logged_in: Aws) -> None:
    """Whatever it looks like."""
    words = ("echo", "-h", "--help", "help")
    with patch.object(os, "execvpe") as became:
        logged_in.run("mfa", "exec", "--", *words)
    assert became.call_args.args[1] == list(words)


@pytest.fixture
def roles_as_before(aws: Aws) -> Iterator[None]:
    """Give the embedded AWS, which other tests use too, its roles back."""
    yield
    aws.service.state.roles[:] = default_state().roles


@pytest.mark.usefixtures("roles_as_before")
def test_the_first_role_of_the_documentation_works_as_printed(aws: Aws) -> None:
    """Its lines in a config file that has nothing else, and its command."""
    page = (DOCS / "how-to" / "roles-and-tools.md").read_text("utf-8")
    config, commands = (text.partition("```")[0] for text in page.split("```")[1::2][:2])
    trusts = [f"arn:aws:iam::{ACCOUNT}:root"]
    aws.service.state.roles.append(Role("Admin", ACCOUNT, trusts=trusts))
    aws.write_config(config.removeprefix("ini\n"))
    aws.write_credentials(aws.keys("ada"))
    code = {"AWS_MFA_TOKEN_CODE": aws.code()}
    for command in commands.splitlines()[1:]:
        result = aws.run(*command.removeprefix("$ aws ").split(), env=code)
        assert result.code == 0, result.output
