"""Programs of other tools are found, never started."""

from __future__ import annotations

import os
import shlex
import stat
import sys
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.setup.machine import peer_programs

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.skipif(sys.platform == "win32", reason="quotes of POSIX shells")
def test_programs_on_the_path(tmp_path: Path) -> None:
    """Their paths are words of a command, whatever is in them."""
    folder = tmp_path / "my tools"
    folder.mkdir()
    program = folder / "aws-vault"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n", "utf-8")
    program.chmod(stat.S_IRWXU)
    assert peer_programs({"PATH": str(folder)}) == {"aws-vault": shlex.quote(str(program))}
    assert not (tmp_path / "started").exists()
    assert peer_programs({}) == {}


def test_programs_of_the_current_folder_are_not_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be anybody's: a repository's, for example."""
    program = tmp_path / ("aws-vault.exe" if sys.platform == "win32" else "aws-vault")
    program.write_text("", "utf-8")
    program.chmod(0o700)
    monkeypatch.chdir(tmp_path)
    for path in (".", "", f"{os.pathsep}/nowhere", f"..{os.sep}{tmp_path.name}"):
        assert peer_programs({"PATH": path}) == {}
