"""Knows where an ``aws`` program may be: the system's folders, and those of version managers."""

from __future__ import annotations

import glob
import os
from typing import TYPE_CHECKING, NamedTuple

from awscli_mfa_plugin.files.paths import home_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SYSTEM_PLACES = (
    "/usr/local/bin",
    "/opt/homebrew/bin",
    "/usr/bin",
    "/usr/local/aws-cli/v2/current/bin",
    "/usr/local/aws-cli",
)
"""What those who compose the program pass on as ``system``: folders of the whole machine."""

_HOME_PLACES = (
    ".local/bin",
    ".local/share/pipx/venvs/awscli/bin",
    ".local/pipx/venvs/awscli/bin",
)
_NAMES = ("aws.exe", "aws.cmd", "aws.bat", "aws") if os.name == "nt" else ("aws",)
_BIN = "Scripts" if os.name == "nt" else "bin"
_CONDA = (_BIN, f"envs/*/{_BIN}")


class _Tool(NamedTuple):
    """A tool that installs programs: its root, by a variable or in the home, and what is below.

    ``shims`` is the folder of scripts that start the program of today's version.
    """

    variable: str
    defaults: tuple[str, ...]
    patterns: tuple[str, ...]
    shims: str = ""

    def roots(self, environment: Mapping[str, str]) -> list[str]:
        """Return the folder that the variable names, else those in the home."""
        named = environment.get(self.variable, "")
        if named:
            return [named]
        return [os.path.join(home_folder(environment), each) for each in self.defaults]


_TOOLS = (
    _Tool("VIRTUAL_ENV", (), (_BIN,)),
    _Tool("PYENV_ROOT", (".pyenv",), (f"versions/*/{_BIN}",), "shims"),
    _Tool("PIPX_HOME", (".local/share/pipx", ".local/pipx"), (f"venvs/*/{_BIN}",)),
    _Tool("UV_TOOL_DIR", (".local/share/uv/tools",), (f"*/{_BIN}",)),
    _Tool("CONDA_PREFIX", (), _CONDA),
    _Tool("", ("miniconda3", "anaconda3", "miniforge3", "mambaforge"), _CONDA),
    _Tool("ASDF_DATA_DIR", (".asdf",), (f"installs/*/*/{_BIN}",), "shims"),
    _Tool("MISE_DATA_DIR", (".local/share/mise",), (f"installs/*/*/{_BIN}",), "shims"),
)


def programs_on_path(environment: Mapping[str, str]) -> Iterator[str]:
    """Yield the paths of the programs named ``aws`` that a shell finds, the first one first."""
    yield from _programs_in(environment.get("PATH", "").split(os.pathsep))


def programs_in_usual_places(
    environment: Mapping[str, str], system: Sequence[str]
) -> Iterator[str]:
    """Yield those in the home's usual folders, then those in the ``system``'s."""
    home = home_folder(environment)
    yield from _programs_in([*(os.path.join(home, each) for each in _HOME_PLACES), *system])


def programs_of_tools(environment: Mapping[str, str]) -> Iterator[str]:
    """Yield those that a version manager or an environment hides from the PATH."""
    for tool in _TOOLS:
        for root in tool.roots(environment):
            yield from _programs_of(tool, root)


def behind_shim(path: str, environment: Mapping[str, str]) -> list[str]:
    """Return the programs that a version manager's shim may start; ``path`` itself if it is none.

    Which one it starts depends on the folder that it is called in.
    """
    folder = os.path.realpath(os.path.dirname(path))
    for tool in _TOOLS:
        for root in tool.roots(environment) if tool.shims else ():
            if folder == os.path.realpath(os.path.join(root, tool.shims)):
                return list(_programs_of(tool, root))
    return [path]


def _programs_of(tool: _Tool, root: str) -> Iterator[str]:
    for pattern in tool.patterns:
        yield from _programs_in(sorted(glob.glob(os.path.join(glob.escape(root), pattern))))


def _programs_in(folders: Sequence[str]) -> Iterator[str]:
    for folder in folders:
        for name in _NAMES:
            path = os.path.join(os.path.abspath(folder), name)
            if folder and os.path.isfile(path) and os.access(path, os.X_OK):
                yield path
