"""Where to look for an ``aws`` beside the PATH, and which of them is started."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.system.aws_clis import (
    behind_shim,
    found_clis,
    open_to_others,
    programs_on_path,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links, modes, scripts of POSIX")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return an empty home."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    return folder


def aws_in(folder: Path, version: str = "1.46.3", mark: Path | None = None) -> Path:
    """Put an ``aws`` into a folder; it creates a file when it is started."""
    folder.mkdir(parents=True)
    program = folder / "aws"
    program.write_text(f"#!/bin/sh\n{f'touch {mark}' if mark else ''}\necho aws-cli/{version}\n")
    program.chmod(0o755)
    return program


PLACES = {
    "pyenv": (".pyenv/versions/3.12.1/bin", {}),
    "pyenv elsewhere": ("py/versions/3.12.1/bin", {"PYENV_ROOT": "py"}),
    "uv": (".local/share/uv/tools/awscli/bin", {}),
    "uv elsewhere": ("uv/awscli/bin", {"UV_TOOL_DIR": "uv"}),
    "pipx": (".local/share/pipx/venvs/aws/bin", {}),
    "older pipx": (".local/pipx/venvs/aws/bin", {}),
    "pipx elsewhere": ("px/venvs/aws/bin", {"PIPX_HOME": "px"}),
    "conda": ("miniconda3/bin", {}),
    "an environment of conda": ("anaconda3/envs/cloud/bin", {}),
    "an environment of forge": ("miniforge3/envs/cloud/bin", {}),
    "conda elsewhere": ("c/envs/cloud/bin", {"CONDA_PREFIX": "c"}),
    "asdf": (".asdf/installs/awscli/1.2/bin", {}),
    "asdf elsewhere": ("as/installs/awscli/1.2/bin", {"ASDF_DATA_DIR": "as"}),
    "mise": (".local/share/mise/installs/awscli/1.2/bin", {}),
    "the active environment": ("project/.venv/bin", {"VIRTUAL_ENV": "project/.venv"}),
    "the home's programs": (".local/bin", {}),
}


@pytest.mark.parametrize(("place", "variables"), PLACES.values(), ids=PLACES)
def test_a_cli_of_a_version_manager_is_found(
    home: Path, place: str, variables: dict[str, str]
) -> None:
    """By the tool's variable, else in its default folder."""
    program = aws_in(home / place)
    environment = {name: str(home / value) for name, value in variables.items()}
    [cli] = found_clis({"HOME": str(home), "PATH": "", **environment}, ())
    assert (cli.path, cli.version) == (str(program), "1.46.3")
    assert open_to_others({"HOME": str(home), "PATH": "", **environment}, [cli]) == {}


def test_the_folders_of_the_machine_are_an_argument(home: Path, tmp_path: Path) -> None:
    """Only these folders and the home are searched."""
    program = aws_in(tmp_path / "usr" / "bin")
    environment = {"HOME": str(home), "PATH": ""}
    assert found_clis(environment, ()) == ()
    assert [cli.path for cli in found_clis(environment, [str(program.parent)])] == [str(program)]


def test_a_cli_that_others_could_replace_is_not_started(home: Path, tmp_path: Path) -> None:
    """It is reported with the folder that they can write to."""
    mark = tmp_path / "started"
    program = aws_in(home / ".pyenv/versions/3.12.1/bin", mark=mark)
    (home / ".pyenv" / "versions").chmod(0o777)
    environment = {"HOME": str(home), "PATH": ""}
    assert found_clis(environment, ()) == ()
    assert not mark.exists()
    assert open_to_others(environment, ()) == {
        str(program): f"{home}/.pyenv/versions can be written by everybody"
    }
    # Named by the user, or on the PATH, it is the user's choice.
    [cli] = found_clis(environment, (), [str(program)])
    assert cli.version
    assert open_to_others(environment, [cli]) == {}


def test_a_shim_is_replaced_by_the_programs_behind_it(home: Path) -> None:
    """They are found instead of the shim."""
    shim = aws_in(home / ".pyenv" / "shims", "0.0")
    old = aws_in(home / ".pyenv/versions/3.11.7/bin", "1.1")
    new = aws_in(home / ".pyenv/versions/3.12.1/bin", "1.2")
    other = aws_in(home / "bin", "2.0")
    environment = {"HOME": str(home), "PATH": f"{shim.parent}:{other.parent}"}
    assert list(programs_on_path(environment)) == [str(shim), str(other)]
    paths = [cli.path for cli in found_clis(environment, ())]
    assert paths == [str(old), str(new), str(other)]
    assert behind_shim(str(other), environment) == [str(other)]
    assert [cli.path for cli in found_clis(environment, (), [str(shim)])] == paths
