"""What ``awscli-mfa complete`` answers from the files of a home."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.commands import NAMES
from awscli_mfa_plugin.completion.scripts import DEBIANS_COMPLETER, SHELLS, script_of
from awscli_mfa_plugin.console import completion
from awscli_mfa_plugin.console.main import main

if TYPE_CHECKING:
    from pathlib import Path

LOGIN = "aws mfa login --profile "


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a home with the CLI's folder in it."""
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path))
    for variable in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "COMP_POINT"):
        monkeypatch.delenv(variable, raising=False)
    (tmp_path / ".aws" / "cli").mkdir(parents=True)
    return tmp_path


def answer(line: str, *arguments: str, **environment: str) -> tuple[int, list[str]]:
    """Return the exit code and the candidates at the end of ``line``."""
    return completion.answer([*arguments], {"COMP_LINE": line, **environment})


def test_names_come_from_all_files(home: Path) -> None:
    """Profiles, devices and regions of both shared files, aliases of the alias file."""
    aws = home / ".aws"
    (aws / "config").write_text("[profile a]\nmfa_serial = GAHT12345678\nregion = eu-west-1\n")
    (aws / "credentials").write_text("[b]\nmfa_serial = GAHT87654321\n")
    (aws / "cli" / "alias").write_text("[command mfa]\nin = login\n")
    assert answer(LOGIN) == (0, ["a", "b"])
    assert answer("aws mfa login --serial-number ") == (0, ["GAHT12345678", "GAHT87654321"])
    assert answer("aws mfa login --region e") == (0, ["eu-west-1"])
    assert answer("aws mfa in") == (0, ["in"])


def test_named_files_are_read_in_place_of_the_usual_ones(home: Path) -> None:
    """AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE are used as in the CLI."""
    (home / "c").write_text("[profile named]\n")
    variables = {"AWS_CONFIG_FILE": "~/c", "AWS_SHARED_CREDENTIALS_FILE": str(home / "none")}
    assert answer(LOGIN, **variables) == (0, ["named"])


@pytest.mark.parametrize("content", [b"no section", b"[a]\n[a]\n", b"[profile \xff]\n"])
def test_a_broken_file_gives_no_names(home: Path, content: bytes) -> None:
    """The other file's names and everything else are still offered, without a message."""
    (home / ".aws" / "config").write_bytes(content)
    (home / ".aws" / "credentials").write_text("[b]\n")
    assert answer(LOGIN) == (0, ["b"])


@pytest.mark.usefixtures("home")
def test_the_cursor_may_be_inside_the_line() -> None:
    """COMP_POINT says where; the rest of the line is ignored."""
    assert answer("aws mfa lo --force", COMP_POINT="10") == (0, ["login", "logout"])


def test_zsh_and_fish_compare_by_themselves(home: Path) -> None:
    """They get all candidates: their users configure how words are matched."""
    (home / ".aws" / "config").write_text("[profile two words]\n[profile Work]\n")
    assert answer(LOGIN + "w") == (0, [])
    assert answer(LOGIN + "w", "zsh") == answer(LOGIN + "w", "fish") == (0, ["Work"])


def test_bash_gets_its_words_quoted(home: Path) -> None:
    """And cut at the word breaks that it names."""
    (home / ".aws" / "config").write_text('[profile "two words"]\n')
    assert answer("aws mfa login --profile=t", "bash", "=") == (0, ["two\\ words"])


@pytest.mark.usefixtures("home")
def test_the_exit_code_says_how_to_complete() -> None:
    """Scripts that were printed by an older version rely on these numbers."""
    assert answer("aws mfa configure --from ")[0] == 10
    assert answer("aws mfa exec -- ")[0] == 11
    assert answer("aws m") == (12, ["mfa"])


@pytest.mark.usefixtures("home")
def test_errors_print_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the exit code shows that something failed."""
    monkeypatch.setenv("COMP_LINE", "aws mfa ")
    monkeypatch.setenv("COMP_POINT", "nonsense")
    assert main(["complete"]) == 1


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_loads_neither_a_cli_nor_a_socket(home: Path, name: str) -> None:
    """So it can't prompt or call AWS, and takes little time."""
    (home / ".aws" / "config").write_text("[profile a]\n")
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "awscli_mfa_plugin", "complete"],
        env={**os.environ, "COMP_LINE": f"aws mfa {name} --profile "},
        capture_output=True,
        check=True,
        text=True,
    )
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert done.stdout.split() == ["a"]
    assert "awscli_mfa_plugin.declaration" in loaded
    assert not loaded & {"awscli", "botocore", "socket", "_socket", "subprocess", "getpass", "ssl"}
    assert not loaded & {"dataclasses", "inspect", "asyncio", "logging", "typing"}


def test_each_shell_has_a_script(capsys: pytest.CaptureFixture[str]) -> None:
    """Another shell is refused with the names."""
    for shell in SHELLS:
        script = script_of(shell, DEBIANS_COMPLETER)
        assert main(["completion", shell]) == 0
        assert capsys.readouterr().out == script
    assert main(["completion", "tcsh"]) == main(["completion"]) == 252
    assert "bash|zsh|fish" in capsys.readouterr().err
