"""Starts each AWS CLI for doctor, looks at what it would import, and at who can write there."""

from __future__ import annotations

import json
import os
import re
import stat
import sys
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from awscli_mfa_plugin.doctor.findings import (
    ANOTHERS,
    MINE,
    ROOTS,
    ObservedCli,
    ObservedFile,
    ObservedFolder,
    ObservedStart,
)
from awscli_mfa_plugin.doctor.wiring import is_hidden
from awscli_mfa_plugin.files.plugins_section import FOLDERS, PLUGIN, SECTION
from awscli_mfa_plugin.system.aws_clis import (
    VERSION_SECONDS,
    FoundCli,
    describe,
    found_clis,
    run_aws,
)
from awscli_mfa_plugin.system.plugin_folder import differing_files, manifest_of
from awscli_mfa_plugin.system.subprocesses import run_to_end
from awscli_mfa_plugin.system.trust import who_else_can_write

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from awscli_mfa_plugin.doctor.findings import Observations


def seen_file(path: str, home: str) -> ObservedFile | None:
    """Return what is seen of a file or folder; None where there is none, and on Windows."""
    if sys.platform == "win32":
        return None  # access there is by lists that the profile's folder comes with
    try:
        status = os.stat(path)
    except OSError:
        return None
    owners = {0: ROOTS, os.geteuid(): MINE}
    why = who_else_can_write(path, home)
    names = (f"{path} ", f"{os.path.realpath(path)} ")
    itself = next((name for name in names if why.startswith(name)), "")
    return ObservedFile(
        path,
        stat.S_IMODE(status.st_mode),
        owners.get(status.st_uid, ANOTHERS),
        why[len(itself) :] if itself else "",
    )


def open_place(path: str, home: str) -> ObservedFile | None:
    """Return the path, or the ancestor of it, to which others can write."""
    why = who_else_can_write(path, home)
    if not why:
        return None
    for start in (os.path.abspath(path), os.path.realpath(path)):
        place = start
        while not why.startswith(f"{place} ") and place != os.path.dirname(place):
            place = os.path.dirname(place)
        if why.startswith(f"{place} "):
            found = seen_file(place, home)
            return replace(found, why_open=why[len(place) + 1 :]) if found else None
    return None


# The versions of what an interpreter imports, without importing what is asked for.
_LIST_PACKAGES = """
import importlib.metadata, importlib.util, json, sys
sys.path[:] = [folder for folder in sys.path if folder] + sys.argv[1:]
found = {}
for name in ("awscli_mfa_plugin", "filelock", "ruamel.yaml"):
    try:
        spec = importlib.util.find_spec(name)
        if spec:
            found[name] = spec.origin or ""
    except Exception:
        pass
print(json.dumps(found))
"""
# A v1 may have the plugin by these; the installer, which tries its own work, goes without.
_OF_PYTHON = ("PYTHONPATH", "PYTHONHOME")
_VERSION = re.compile(
    r"^[ ]*(?:__version__|version)\b[^=\n]*= *(?:\w+ *= *)*['\"]([^'\"\n]+)", re.MULTILINE
)


def with_clis(
    machine: Observations, home: str, system: Sequence[str], running: str = ""
) -> Observations:
    """Return ``machine`` with the CLIs on it, the running one first, and its config's folders."""
    options = machine.config.sections.get(SECTION, {})
    parts = [part for part in options.get(FOLDERS, "").split(os.pathsep) if part]
    folders = tuple(_folder(part, home) for part in parts)
    own = os.path.realpath(running) if running else ""
    clis = tuple(
        replace(
            _cli(cli, parts, machine.environment),
            start=None
            if cli.real_path == own or not cli.version or is_hidden(machine)
            else _started(cli.path, machine.environment),
            is_running=cli.real_path == own,
        )
        for cli in _running_first(found_clis(machine.environment, system), running, machine)
    )
    return replace(machine, folders=folders, clis=clis)


def _running_first(
    found: Sequence[FoundCli], running: str, machine: Observations
) -> list[FoundCli]:
    """Return what was found with the running program before all else, wherever that is."""
    own = os.path.realpath(running) if running else ""
    first = [cli for cli in found if cli.real_path == own]
    # «python -m awscli» is no program that could be started.
    if own and not first and os.access(own, os.X_OK) and os.path.basename(own).startswith("aws"):
        first = [describe(running, machine.environment)]
    return [*first, *(cli for cli in found if cli.real_path != own)]


def _cli(cli: FoundCli, parts: Sequence[str], environment: Mapping[str, str]) -> ObservedCli:
    return ObservedCli(
        path=cli.path,
        version=cli.version,
        is_v2=cli.is_v2,
        is_frozen=cli.is_frozen,
        packages=_packages(cli, parts if cli.is_v2 else (), environment),
    )


def _started(path: str, environment: Mapping[str, str]) -> ObservedStart:
    """Run ``aws mfa status``, which asks and calls nobody, as the user's shell would."""
    variables = {"AWS_PAGER": "", "AWS_CLI_AUTO_PROMPT": "off", "AWS_MFA_PROMPT": "never"}
    variables |= {name: environment[name] for name in _OF_PYTHON if name in environment}
    words = ["mfa", "status", "--output", "json"]
    done = run_aws(path, words, environment, variables=variables)
    return ObservedStart(done.returncode, done.text, done.stderr.decode("utf-8", "replace"))


def _packages(
    cli: FoundCli, parts: Sequence[str], environment: Mapping[str, str]
) -> dict[str, str] | None:
    """Return the versions of what a CLI can import, "" where none is told; None if unseen."""
    if cli.is_frozen:
        places = _places_in(parts)
    elif cli.python and cli.version:
        places = _asked_of(cli.python, parts, environment)
    else:
        return None
    return {name: _version(path) for name, path in places.items()} if places else None


def _places_in(parts: Sequence[str]) -> dict[str, str]:
    """Return where the folders hold what the plugin needs; the first one counts."""
    places: dict[str, str] = {}
    for part in parts:
        for name in (PLUGIN, "filelock", "ruamel.yaml"):
            path = os.path.join(part, *name.split("."), "__init__.py")
            if os.path.isfile(path):
                places.setdefault(name, path)
    return places


def _asked_of(python: str, parts: Sequence[str], environment: Mapping[str, str]) -> dict[str, str]:
    words = [python, "-c", _LIST_PACKAGES, *parts]
    done = run_to_end(words, environment, VERSION_SECONDS, folder=os.path.dirname(python))
    try:
        return {str(name): str(path) for name, path in json.loads(done.stdout).items()}
    except (ValueError, AttributeError):
        return {}


def _version(path: str) -> str:
    """Return the version that a package says of itself in its ``__init__.py`` or beside it."""
    folder = os.path.dirname(path)
    for name in ("__init__.py", "version.py", "_version.py"):
        with (
            suppress(OSError),
            open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file,
        ):
            match = _VERSION.search(file.read())
            if match:
                return match[1]
    return ""


def _folder(part: str, home: str) -> ObservedFolder:
    is_absolute = os.path.isabs(part)
    exists = is_absolute and os.path.isdir(part)
    holds = exists and os.path.isfile(os.path.join(part, PLUGIN, "__init__.py"))
    if not holds:
        return ObservedFolder(part, is_absolute=is_absolute, exists=exists, holds_plugin=False)
    return ObservedFolder(
        part,
        open_place=open_place(part, home),
        open_files=tuple(_open_files(part, home)),
        changed=tuple(dict.fromkeys(differing_files(part))) if manifest_of(part) else None,
    )


def _open_files(part: str, home: str) -> Iterator[ObservedFile]:
    """Yield what lies in the folder and others can write to, though its folder is closed."""
    for folder, folders, names in os.walk(part):
        for name in (*folders, *names):
            found = seen_file(os.path.join(folder, name), home)
            if found and found.why_open:
                yield found
