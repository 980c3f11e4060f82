"""Finds the AWS CLIs of this machine, v1 and v2, and starts them."""

from __future__ import annotations

import glob
import os
import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from awscli_mfa_plugin.files.paths import home_folder
from awscli_mfa_plugin.system.places import BIN, HOME_PLACES, NAMES, ON_WINDOWS, PIPX_HOMES, trusted
from awscli_mfa_plugin.system.subprocesses import Done, run_to_end
from awscli_mfa_plugin.system.trust import who_else_can_write

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_CONDA = (BIN, f"envs/*/{BIN}")


class _Tool(NamedTuple):
    """A tool that installs programs; ``shims`` is its folder of scripts that start them."""

    variable: str
    defaults: tuple[str, ...]
    patterns: tuple[str, ...]
    shims: str = ""

    def roots(self, environment: Mapping[str, str]) -> list[str]:
        """Return the folder that the variable names, else those in the home."""
        home = home_folder(environment)
        named = environment.get(self.variable, "")
        return [named] if named else [os.path.join(home, each) for each in self.defaults]

    def programs_below(self, root: str) -> Iterator[str]:
        """Yield the ``aws`` programs that it installed below ``root``."""
        for pattern in self.patterns:
            yield from _programs_in(sorted(glob.glob(os.path.join(glob.escape(root), pattern))))


_TOOLS = (
    _Tool("VIRTUAL_ENV", (), (BIN,)),
    _Tool("PYENV_ROOT", (".pyenv",), (f"versions/*/{BIN}",), "shims"),
    _Tool("PIPX_HOME", PIPX_HOMES, (f"venvs/*/{BIN}",)),
    _Tool("UV_TOOL_DIR", (".local/share/uv/tools",), (f"*/{BIN}",)),
    _Tool("CONDA_PREFIX", (), _CONDA),
    _Tool("", ("miniconda3", "anaconda3", "miniforge3", "mambaforge"), _CONDA),
    _Tool("ASDF_DATA_DIR", (".asdf",), (f"installs/*/*/{BIN}",), "shims"),
    _Tool("MISE_DATA_DIR", (".local/share/mise",), (f"installs/*/*/{BIN}",), "shims"),
)


def programs_on_path(environment: Mapping[str, str]) -> Iterator[str]:
    """Yield the paths of the programs named ``aws`` that a shell finds, the first one first."""
    yield from _programs_in(environment.get("PATH", "").split(os.pathsep))


def programs_in_usual_places(
    environment: Mapping[str, str], system: Sequence[str]
) -> Iterator[str]:
    """Yield those in the home's usual folders, then those in the ``system``'s."""
    home = home_folder(environment)
    of_home = (os.path.join(home, each) for each in HOME_PLACES)
    yield from _programs_in([*of_home, *trusted(system)])


def programs_of_tools(environment: Mapping[str, str]) -> Iterator[str]:
    """Yield those that a version manager or an environment hides from the PATH."""
    for tool in _TOOLS:
        for root in tool.roots(environment):
            yield from tool.programs_below(root)


def behind_shim(path: str, environment: Mapping[str, str]) -> list[str]:
    """Return what a version manager's shim starts, depending on the folder; else ``path``."""
    folder = os.path.realpath(os.path.dirname(path))
    for tool in _TOOLS:
        for root in tool.roots(environment) if tool.shims else ():
            if folder == os.path.realpath(os.path.join(root, tool.shims)):
                return list(tool.programs_below(root))
    return [path]


def _programs_in(folders: Sequence[str]) -> Iterator[str]:
    for folder in filter(None, folders):
        paths = (os.path.join(os.path.abspath(folder), name) for name in NAMES)
        yield from (path for path in paths if os.path.isfile(path) and os.access(path, os.X_OK))


VERSION_SECONDS = 20
"""Seconds that an ``aws --version`` may take: a cold disk and a virus scanner have their time."""

START_SECONDS = 60
"""Seconds that a command may take; AWS's frozen build starts slowly the first time."""

_PROFILE_VARIABLES = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")
_REMOVED_VARIABLES = (*_PROFILE_VARIABLES, "AWS_CLI_AUTO_PROMPT", "PYTHONPATH", "PYTHONHOME")
_VERSION = re.compile(r"aws-cli/(\d+(?:\.\d+)*)")
_FIRST_LINE = 1024  # bytes: Linux reads 255 of a script's first line, others more
_SH_THEN_PYTHON = re.compile(rb"\n'''exec' (?:\"([^\"\n]+)\"|(\S+)) ")


@dataclass(frozen=True)
class FoundCli:
    """An ``aws`` program.

    ``path`` is where it was found and ``real_path`` what it leads to. ``version`` ("2.36.12") is
    "" if it doesn't start. ``python`` is the interpreter that its script names: "" if it is
    frozen, or if the script is another program's that starts it.
    """

    path: str
    real_path: str
    version: str
    is_frozen: bool
    python: str

    @property
    def is_v2(self) -> bool:
        """Whether this is AWS CLI v2."""
        return self.version.startswith("2.")


def found_clis(
    environment: Mapping[str, str], system: Sequence[str], extra: Iterable[str] = ()
) -> tuple[FoundCli, ...]:
    """Return each distinct ``aws``: those named by ``extra``, the PATH's, then all others.

    ``system`` are the machine's usual folders. One that can't be started is there too, without a
    version. What only a version manager knows is started if nobody else could have put it there.
    """
    home = home_folder(environment)
    paths = [*extra, *programs_on_path(environment), *programs_in_usual_places(environment, system)]
    known = [real for path in paths for real in behind_shim(path, environment)]
    hidden = [path for path in programs_of_tools(environment) if not who_else_can_write(path, home)]
    distinct: dict[str, str] = {}
    for path in (*known, *hidden):
        distinct.setdefault(os.path.realpath(path), path)
    return tuple(describe(path, environment) for path in distinct.values())


def open_to_others(environment: Mapping[str, str], found: Iterable[FoundCli]) -> dict[str, str]:
    """Return what wasn't started because others can write there: each path, and why."""
    home, seen = home_folder(environment), {cli.real_path for cli in found}
    hidden = (path for path in programs_of_tools(environment) if os.path.realpath(path) not in seen)
    return {path: why for path in hidden if (why := who_else_can_write(path, home))}


def describe(path: str, environment: Mapping[str, str]) -> FoundCli:
    """Return what the ``aws`` at ``path`` is; it is started for that, without any plugin."""
    real = os.path.realpath(path)
    version = _version_text(path, environment)
    match = _VERSION.match(version)
    try:
        with open(real, "rb") as file:
            first_line = file.read(_FIRST_LINE)
    except OSError:
        first_line = b""
    is_frozen = " exe/" in version or (bool(first_line) and not first_line.startswith(b"#!"))
    return FoundCli(
        path=path,
        real_path=real,
        version=match[1] if match else "",
        is_frozen=is_frozen,
        python="" if is_frozen else _interpreter(real, first_line, environment),
    )


def _version_text(path: str, environment: Mapping[str, str]) -> str:
    """Return what ``aws --version`` prints, or ""; no config file can break it."""
    child = {name: value for name, value in environment.items() if name not in _PROFILE_VARIABLES}
    child.update(dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull))
    # A broken file of aliases ends --version too: then once more, away from the user's home.
    for changes in ({}, {"HOME": os.devnull, "USERPROFILE": os.devnull}):
        done = run_to_end([path, "--version"], {**child, **changes}, VERSION_SECONDS)
        if done.returncode is None:
            return ""
        # Python 2's aws of long ago says it on stderr.
        version = (done.stdout or done.stderr).decode("utf-8", "replace")
        if done.succeeded and _VERSION.match(version):
            return version
    return ""


def _interpreter(path: str, start: bytes, environment: Mapping[str, str]) -> str:
    """Return the Python that a script starts with, found on the PATH if it is named so."""
    words = os.fsdecode(start.split(b"\n", 1)[0][2:]).split()
    if not words:
        # A Windows launcher is beside its Python, or one folder below it.
        folder = os.path.dirname(path)
        beside = [os.path.join(each, "python.exe") for each in (folder, os.path.dirname(folder))]
        return next(filter(os.path.isfile, beside), "") if ON_WINDOWS else ""
    # pip's way round a path with blanks, or one too long for a first line.
    if longer := _SH_THEN_PYTHON.search(start):
        return os.fsdecode(longer[1] or longer[2])
    if os.path.basename(words[0]) == "env":
        named = (word for word in words[1:] if not word.startswith("-") and "=" not in word)
        program = next(named, "")
        found = program.startswith("python") and shutil.which(
            program, path=environment.get("PATH", "")
        )
        return found or ""
    return words[0] if "python" in os.path.basename(words[0]).lower() else ""


def run_aws(
    path: str,
    words: Sequence[str],
    environment: Mapping[str, str],
    config: str = "",
    variables: Mapping[str, str] | None = None,
) -> Done:
    """Run ``aws`` to its end, without a terminal, as a plain shell of the user's would.

    ``config`` names a config file in place of the user's, ``variables`` are added. ``why`` is its
    last line on stderr.
    """
    child = {name: value for name, value in environment.items() if name not in _REMOVED_VARIABLES}
    if config:
        child["AWS_CONFIG_FILE"] = config
    return run_to_end([path, *words], {**child, **(variables or {})}, START_SECONDS)


def why_no_version(path: str, environment: Mapping[str, str], config: str = "") -> str:
    """Return why ``aws --version`` fails, "" if it works."""
    done = run_aws(path, ["--version"], environment, config)
    return "" if done.succeeded else done.why


def why_no_mfa(path: str, environment: Mapping[str, str], config: str = "") -> str:
    """Return why ``aws mfa status`` fails, "" if it works; it makes no call."""
    done = run_aws(path, ["mfa", "status", "--output", "json"], environment, config)
    # It ends with 1 if there is no session.
    works = done.returncode in {0, 1} and done.text.lstrip().startswith("{")
    return "" if works else done.why
