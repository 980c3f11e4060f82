"""Finds the AWS CLIs of this machine, tells v1 from v2, and starts them."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from awscli_mfa_plugin.files.paths import home_folder
from awscli_mfa_plugin.system.cli_places import (
    behind_shim,
    programs_in_usual_places,
    programs_of_tools,
    programs_on_path,
)
from awscli_mfa_plugin.system.subprocesses import Done, run_to_end
from awscli_mfa_plugin.system.trust import who_else_can_write

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


VERSION_SECONDS = 20
"""Seconds that an ``aws --version`` may take: a cold disk and a virus scanner have their time."""

_VERSION = re.compile(r"aws-cli/(\d+(?:\.\d+)*)")
# How long a script's first line may be: Linux takes 255 characters of it, others more.
_FIRST_LINE = 1024
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
    is_v2: bool
    is_frozen: bool
    python: str


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
    seen: dict[str, FoundCli] = {}
    for path in (*known, *hidden):
        real = os.path.realpath(path)
        if real not in seen:
            seen[real] = describe(path, environment)
    return tuple(seen.values())


def open_to_others(environment: Mapping[str, str], found: Iterable[FoundCli]) -> dict[str, str]:
    """Return what wasn't started because others can write there: each path, and why."""
    home, seen = home_folder(environment), {cli.real_path for cli in found}
    hidden = (path for path in programs_of_tools(environment) if os.path.realpath(path) not in seen)
    return {path: why for path in hidden if (why := who_else_can_write(path, home))}


def describe(path: str, environment: Mapping[str, str]) -> FoundCli:
    """Return what the ``aws`` at ``path`` is; it is started for that, without any plugin."""
    real = os.path.realpath(path)
    told = _version_text(path, environment)
    match = _VERSION.match(told)
    version = match[1] if match else ""
    first_line = _first_line(real)
    is_frozen = " exe/" in told or (bool(first_line) and not first_line.startswith(b"#!"))
    return FoundCli(
        path=path,
        real_path=real,
        version=version,
        is_v2=version.startswith("2."),
        is_frozen=is_frozen,
        python="" if is_frozen else _interpreter(real, first_line, environment),
    )


def _version_text(path: str, environment: Mapping[str, str]) -> str:
    """Return what ``aws --version`` prints, or ""; no config file can break it."""
    child = {
        **environment,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        child.pop(name, None)
    # A broken file of aliases ends --version too: then once more, away from the user's home.
    for changes in ({}, {"HOME": os.devnull, "USERPROFILE": os.devnull}):
        done = run_to_end([path, "--version"], {**child, **changes}, VERSION_SECONDS)
        if done.returncode is None:
            return ""
        # Python 2's aws of long ago says it on stderr.
        told = (done.stdout or done.stderr).decode("utf-8", "replace")
        if done.succeeded and _VERSION.match(told):
            return told
    return ""


def _first_line(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(_FIRST_LINE)
    except OSError:
        return b""


def _interpreter(path: str, start: bytes, environment: Mapping[str, str]) -> str:
    """Return the Python that a script starts with, found on the PATH if it is named so."""
    words = start.split(b"\n", 1)[0][2:].decode("utf-8", "surrogateescape").split()
    if not words:
        # A Windows launcher stands beside its Python, or one folder below it.
        return _beside(path) if os.name == "nt" else ""
    longer = _SH_THEN_PYTHON.search(start)
    if longer:
        # pip's way round a path with blanks, or one too long for a first line.
        return os.fsdecode(longer[1] or longer[2])
    if os.path.basename(words[0]) == "env":
        words = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
        program = words[0] if words else ""
        found = shutil.which(program, path=environment.get("PATH", "")) if program else None
        return found or "" if program.startswith("python") else ""
    return words[0] if "python" in os.path.basename(words[0]).lower() else ""


def _beside(path: str) -> str:
    folder = os.path.dirname(path)
    for place in (folder, os.path.dirname(folder)):
        python = os.path.join(place, "python.exe")
        if os.path.isfile(python):
            return python
    return ""


START_SECONDS = 60
"""Seconds that a command may take; AWS's frozen build starts slowly the first time."""

_NOT_FOR_THEM = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_CLI_AUTO_PROMPT",
    "PYTHONPATH",
    "PYTHONHOME",
)


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
    child = {name: value for name, value in environment.items() if name not in _NOT_FOR_THEM}
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
    # 1 says that no session lives.
    works = done.returncode in {0, 1} and done.text.lstrip().startswith("{")
    return "" if works else done.why
