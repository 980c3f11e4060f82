"""Starts each AWS CLI for doctor, and looks at what it imports and who can write there."""

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
    Observations,
    ObservedCli,
    ObservedFile,
    ObservedFolder,
)
from awscli_mfa_plugin.doctor.wiring import NEEDED, is_hidden
from awscli_mfa_plugin.files.paths import state_path
from awscli_mfa_plugin.files.plugins_section import FOLDERS, PLUGIN, SECTION
from awscli_mfa_plugin.files.state import CheckedClis, StateFolder
from awscli_mfa_plugin.session import METHOD
from awscli_mfa_plugin.system.aws_clis import (
    VERSION_SECONDS,
    FoundCli,
    describe,
    found_clis,
    run_aws,
)
from awscli_mfa_plugin.system.plugin_folder import differing_files, manifest_of
from awscli_mfa_plugin.system.subprocesses import Done, run_to_end
from awscli_mfa_plugin.system.trust import open_place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


def seen_file(path: str, home: str) -> ObservedFile | None:
    """Return the observation of a file or folder; None if it doesn't exist, and on Windows."""
    if sys.platform == "win32":
        return None  # access there is by lists that the profile's folder comes with
    try:
        status = os.stat(path)
    except OSError:
        return None
    owner = {0: ROOTS, os.geteuid(): MINE}.get(status.st_uid, ANOTHERS)
    place, why = open_place(path, home) or ("", "")
    is_itself = place in {path, os.path.realpath(path)}
    return ObservedFile(path, stat.S_IMODE(status.st_mode), owner, why if is_itself else "")


def seen_open_place(path: str, home: str) -> ObservedFile | None:
    """Return the path, or the folder above it, to which others can write."""
    place, why = open_place(path, home) or ("", "")
    found = seen_file(place, home) if place else None
    return replace(found, why_open=why) if found else None


# Where an interpreter would import the packages from, without importing them.
_LIST_PACKAGES = """
import importlib.metadata, importlib.util, json, sys
sys.path[:] = [folder for folder in sys.path if folder] + sys.argv[1:]
found = {}
for name in sys.argv.pop(1).split():
    try:
        spec = importlib.util.find_spec(name)
        if spec:
            found[name] = spec.origin or ""
    except Exception:
        pass
print(json.dumps(found))
"""
# A v1 may find the plugin by these; the installer tests its own work without them.
_NAMES = (PLUGIN, *(name for name, *_ in NEEDED))
_OF_PYTHON = ("PYTHONPATH", "PYTHONHOME")
_VERSION = re.compile(
    r"^[ ]*(?:__version__|version)\b[^=\n]*= *(?:\w+ *= *)*['\"]([^'\"\n]+)", re.MULTILINE
)


def with_clis(
    machine: Observations, home: str, system: Sequence[str], running: str = ""
) -> Observations:
    """Return ``machine`` with its CLIs, the running one first, and the folders in its config."""
    options = machine.config.sections.get(SECTION, {})
    parts = [part for part in options.get(FOLDERS, "").split(os.pathsep) if part]
    own = os.path.realpath(running) if running else ""
    found = found_clis(machine.environment, system)
    checked = CheckedClis(StateFolder(state_path(home))).versions()
    first = [cli for cli in found if cli.real_path == own]
    # 'python -m awscli' isn't a program that could be started.
    if own and not first and os.access(own, os.X_OK) and os.path.basename(own).startswith("aws"):
        first = [describe(running, machine.environment)]
    ordered = [*first, *(cli for cli in found if cli.real_path != own)]
    return replace(
        machine,
        folders=tuple(_folder(part, home) for part in parts),
        clis=tuple(
            _cli(*(cli, parts, machine, checked.get(cli.path, "")), is_running=cli.real_path == own)
            for cli in ordered
        ),
    )


def _cli(
    cli: FoundCli, parts: Sequence[str], machine: Observations, checked: str, *, is_running: bool
) -> ObservedCli:
    can_start = bool(cli.version) and not is_hidden(machine)
    return ObservedCli(
        path=cli.path,
        version=cli.version,
        is_v2=cli.is_v2,
        is_frozen=cli.is_frozen,
        start=_started(cli.path, machine.environment) if can_start and not is_running else None,
        packages=_packages(cli, parts if cli.is_v2 else (), machine.environment),
        is_running=is_running,
        checked=checked,
        uses_sessions=_uses_sessions(cli.path, machine)
        if can_start and checked != cli.version
        else None,
    )


def _uses_sessions(path: str, machine: Observations) -> bool | None:
    """Return whether other commands get a session from the plugin; None without one to try.

    ``aws configure list`` names where the keys come from; it doesn't prompt and makes no call.
    """
    profiles = machine.profiles().values()
    ours = [profile.name for profile in profiles if profile.is_managed and profile.is_ours]
    if not ours:
        return None
    words = ["configure", "list", "--profile", ours[0]]
    variables = _variables(machine.environment) | {"AWS_MFA_SESSION": ""}
    done = run_aws(path, words, machine.environment, variables=variables)
    return None if done.returncode is None else METHOD in done.text


def _variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of a CLI that must neither prompt nor page, nor lose its Python."""
    quiet = {"AWS_PAGER": "", "AWS_CLI_AUTO_PROMPT": "off", "AWS_MFA_PROMPT": "never"}
    return quiet | {name: environment[name] for name in _OF_PYTHON if name in environment}


def _started(path: str, environment: Mapping[str, str]) -> Done:
    """Run ``aws mfa status``, which doesn't prompt and makes no call, as the user's shell would."""
    words = ["mfa", "status", "--output", "json"]
    return run_aws(path, words, environment, variables=_variables(environment))


def _packages(
    cli: FoundCli, parts: Sequence[str], environment: Mapping[str, str]
) -> dict[str, str] | None:
    """Return the versions of what a CLI can import, "" if unknown; None if unseen."""
    if cli.is_frozen:
        places = _places_in(parts)
    elif cli.python and cli.version:
        places = _asked_of(cli.python, parts, environment)
    else:
        return None
    return {name: _version(path) for name, path in places.items()} if places else None


def _places_in(parts: Sequence[str]) -> dict[str, str]:
    """Return where the folders hold what the plugin needs; the first one is used."""
    places: dict[str, str] = {}
    for part in parts:
        for name in _NAMES:
            path = os.path.join(part, *name.split("."), "__init__.py")
            if os.path.isfile(path):
                places.setdefault(name, path)
    return places


def _asked_of(python: str, parts: Sequence[str], environment: Mapping[str, str]) -> dict[str, str]:
    words = [python, "-c", _LIST_PACKAGES, " ".join(_NAMES), *parts]
    done = run_to_end(words, environment, VERSION_SECONDS, folder=os.path.dirname(python))
    try:
        return {str(name): str(path) for name, path in json.loads(done.stdout).items()}
    except (ValueError, AttributeError):
        return {}


def _version(path: str) -> str:
    """Return the version in a package's ``__init__.py`` or beside it, or ""."""
    folder = os.path.dirname(path)
    for name in ("__init__.py", "version.py", "_version.py"):
        with (
            suppress(OSError),
            open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file,
        ):
            if match := _VERSION.search(file.read()):
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
        open_place=seen_open_place(part, home),
        open_files=tuple(_open_files(part, home)),
        changed=tuple(dict.fromkeys(differing_files(part))) if manifest_of(part) else None,
    )


def _open_files(part: str, home: str) -> Iterator[ObservedFile]:
    """Yield what others can write to in the folder, though the folder itself is closed."""
    for folder, folders, names in os.walk(part):
        for name in (*folders, *names):
            found = seen_file(os.path.join(folder, name), home)
            if found and found.why_open:
                yield found
