"""The first minute on the real CLIs: help, and the mistakes that everybody makes once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hosts.cache import CHAINS, EXTREMES, HOSTS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.hosts.home import Home
on_every_host = pytest.mark.parametrize("host", HOSTS, indirect=True)
where_hosts_differ = pytest.mark.parametrize("host", EXTREMES, indirect=True)
where_help_differs = pytest.mark.parametrize("host", [*CHAINS, "v2-oldest"], indirect=True)


@where_hosts_differ
@pytest.mark.parametrize("words", [("login", "--force", "--help"), ("--help",), ("login", "-h")])
def test_help_options_show_what_help_shows(home: Home, words: tuple[str, ...]) -> None:
    """Wherever they stand; Debian's v2 takes them for itself before it loads a plugin."""
    asked = home.run("mfa", *words)
    word = ("login", "help") if "login" in words else ("help",)
    assert asked == home.run("mfa", *word)
    assert asked.returncode == 0, asked.output
    assert "aws mfa login --profile mfa" in asked.stdout


@where_help_differs
@pytest.mark.parametrize("missing", ["groff", "less"])
def test_help_where_the_cli_cant_show_it(home: Home, tmp_path: Path, missing: str) -> None:
    """Without groff, without less, or without the CLI's own files the text comes all the same."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in {"groff", "troff", "grotty", "preconv", "less", "sh"} - {missing}:
        (programs / name).symlink_to(f"/usr/bin/{name}")
    for words in (("help",), ("login", "help")):
        result = home.run("mfa", *words, env={"PATH": str(programs)})
        assert result.returncode == 0, result.output
        assert "$ aws mfa login --profile mfa" in result.stdout
        assert result.stderr == ""


@where_hosts_differ
def test_a_mistyped_command(home: Home) -> None:
    """One suggestion, for subcommands and for what they take."""
    result = home.run("mfa", "logn", "--help")
    assert (result.returncode, result.stdout) == (252, "")
    assert result.stderr == "aws mfa: Unknown command 'logn'.\nDid you mean 'login'?\n"
    result = home.run("mfa", "alias", "instal")
    assert result.returncode == 252
    assert "Did you mean 'install'?" in result.stderr
