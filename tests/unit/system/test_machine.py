"""The path of this aws."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.system.exec_program import exit_status_ahead
from awscli_mfa_plugin.system.machine import path_of_this_aws

if TYPE_CHECKING:
    from pathlib import Path


def test_the_name_on_the_path_is_preferred(tmp_path: Path) -> None:
    """It survives an update, unlike the folder of a version."""
    real = tmp_path / "2.36.12" / "aws"
    real.parent.mkdir()
    real.write_text("#!/bin/sh\n")
    real.chmod(0o755)
    named = tmp_path / "bin" / "aws"
    named.parent.mkdir()
    named.symlink_to(real)
    environment = {"PATH": str(named.parent)}
    assert path_of_this_aws(str(real), environment) == str(named)
    assert path_of_this_aws("aws", environment) == str(named)
    assert path_of_this_aws(str(real), {"PATH": "/usr/bin"}) == str(real)
    with pytest.raises(ConfigurationError, match="wasn't found"):
        path_of_this_aws(str(tmp_path / "__main__.py"), environment)


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["there", "x"], 0, ""),
        ([], 0, ""),
        (["gone"], 127, "aws mfa exec: gone: command not found.\n"),
        (["./gone"], 127, "aws mfa exec: ./gone: command not found.\n"),
        (["text"], 126, "aws mfa exec: can't run text: Permission denied.\n"),
        ([""], 127, "aws mfa exec: the command is empty.\n"),
    ],
)
def test_whether_a_program_can_be_run_is_told_ahead(
    words: list[str], status: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By a shell's exit statuses; without words the program is the user's shell."""
    for name, mode in (("there", 0o755), ("text", 0o644)):
        (tmp_path / name).write_text("")
        (tmp_path / name).chmod(mode)
    environment = {"PATH": str(tmp_path), "SHELL": str(tmp_path / "there")}
    assert exit_status_ahead(words, environment) == status
    assert capsys.readouterr().err == said
