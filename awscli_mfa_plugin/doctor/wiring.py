"""Checks how each AWS CLI loads the plugin: the [plugins] section, imports, dependencies."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from awscli_mfa_plugin.doctor.findings import (
    ERROR,
    NOTE,
    OK,
    REORDER_PLUGINS,
    WARNING,
    Finding,
    Fix,
)
from awscli_mfa_plugin.files.alias_document import MFA_SECTION, TOPLEVEL
from awscli_mfa_plugin.files.plugins_section import FOLDERS, PLUGIN, SECTION
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from awscli_mfa_plugin.doctor.findings import (
        Observations,
        ObservedCli,
        ObservedFolder,
        ObservedStart,
    )

INSTALL = "«awscli-mfa install» wires it."

_MISSING_MODULE = re.compile(r"No module named '([^'\n]+)'")
_EXCEPTION = re.compile(r"^(?:\w+\.)*(\w+(?:Error|Exception|NotFound))\b", re.MULTILINE)
_CANT_START = "awscli-mfa-plugin can't start"

NEEDED = (("filelock", (3, 12), (3, 15)), ("ruamel.yaml", (0, 17), None))
"""What the plugin needs: a package, the lowest version, and the first one that is too new."""


def check_wiring(machine: Observations) -> Iterator[Finding]:
    """Yield a finding for each CLI, then for the order of [plugins], then for what is imported."""
    plugins = machine.config.sections.get(SECTION, {})
    if not machine.clis:
        yield Finding(
            "cli", ERROR, "No aws on the PATH or in the usual places.", "Install the AWS CLI."
        )
    for cli in machine.clis:
        yield _cli(cli, plugins, machine)
    yield from _order(machine, plugins)
    for cli in machine.clis:
        yield from _packages(cli, machine.our_version)


def is_hidden(machine: Observations) -> bool:
    """Tell whether an alias stands before what starting a CLI would run: then it isn't tried."""
    return any(
        "mfa" in options if section == TOPLEVEL else "status" in options
        for section, options in machine.aliases.sections.items()
        if section == TOPLEVEL or section.split() == MFA_SECTION.split()
    )


def _cli(cli: ObservedCli, plugins: Mapping[str, str], machine: Observations) -> Finding:
    where = f"{sanitize(cli.path)} {sanitize(cli.version, 40)}".rstrip()
    if not cli.version:
        return Finding(
            "cli",
            ERROR,
            f"{where}: it doesn't start, even without any plugin.",
            "Repair or remove that AWS CLI, or take its folder off the PATH.",
        )
    if cli.is_running:
        return Finding("cli", OK, f"{where}: aws mfa works, it runs this.")
    if cli.start and _works(cli.start):
        return Finding("cli", OK, f"{where}: aws mfa works.")
    if machine.config.unavailable_reason:
        return Finding("cli", ERROR, f"{where}: it can't read its config file.", "See «config».")
    if cli.start is None and is_hidden(machine):
        return Finding("cli", WARNING, f"{where}: not tried, an alias hides aws mfa.", _ALIAS)
    why, remedy = _why_not(cli, plugins, machine.folders)
    return Finding("cli", ERROR, f"{where}: {why}", remedy)


_ALIAS = "See «alias»."


def _works(start: ObservedStart) -> bool:
    if start.returncode not in {0, 1}:
        return False
    try:
        answer = json.loads(start.stdout)
    except ValueError:
        return False
    return isinstance(answer, dict) and "Sessions" in answer


def _why_not(
    cli: ObservedCli, plugins: Mapping[str, str], folders: tuple[ObservedFolder, ...]
) -> tuple[str, str]:
    """Return why ``aws mfa`` doesn't work in a CLI, and the remedy."""
    missing = _MISSING_MODULE.search(cli.start.stderr) if cli.start else None
    if cli.start and _CANT_START in cli.start.stderr:
        module = f": no module {sanitize(missing[1], 80)}" if missing else ""
        return (
            f"the plugin is loaded and can't start{module}.",
            "«awscli-mfa install» installs it again, with its dependencies.",
        )
    if PLUGIN not in {value.strip() for value in plugins.values()}:
        return f"[plugins] of its config file doesn't name {PLUGIN}.", INSTALL
    if cli.is_v2:
        return _why_not_v2(plugins, folders) or _other_cause(cli, missing)
    return _why_not_v1(plugins, missing) or _other_cause(cli, missing)


def _why_not_v2(
    plugins: Mapping[str, str], folders: tuple[ObservedFolder, ...]
) -> tuple[str, str] | None:
    if FOLDERS not in plugins:
        return f"[plugins] lacks {FOLDERS}: v2 skips plugins without a word.", INSTALL
    for folder in folders:
        if not folder.is_absolute:
            why = "v2 takes no «~» there" if folder.text.startswith("~") else "v2 needs it absolute"
            return f"{FOLDERS} = {sanitize(folder.text)}: {why}.", "Write the whole path."
    if any(folder.holds_plugin for folder in folders):
        return None
    gone = next((folder for folder in folders if not folder.exists), None)
    if gone:
        return f"{FOLDERS} names {sanitize(gone.text)}, which isn't there.", INSTALL
    return f"no folder of {FOLDERS} holds {PLUGIN}.", INSTALL


def _why_not_v1(
    plugins: Mapping[str, str], missing: re.Match[str] | None
) -> tuple[str, str] | None:
    if missing is None:
        return None
    if missing[1].partition(".")[0] == PLUGIN:
        return (
            "every command of this v1 dies: its Python lacks the plugin.",
            "«awscli-mfa install» installs it there, or gives this v1 a config file of its own.",
        )
    path = plugins.get(FOLDERS, "")
    if path and path.startswith(missing[1]):
        return (
            f"every command of this v1 dies: it takes {FOLDERS} for a plugin.",
            f"{PLUGIN}, of this version, has to stand before it in [plugins].",
        )
    return None


def _other_cause(cli: ObservedCli, missing: re.Match[str] | None) -> tuple[str, str]:
    """Return what can be said of a failure: names alone, never a line that may hold a secret."""
    start = cli.start
    if start is None:
        return "it wasn't started.", "Run «aws mfa status» with it."
    if start.returncode is None:
        return "aws mfa didn't end in time.", "Run «aws mfa status» with it and see."
    if missing:
        return (
            f"it can't import {sanitize(missing[1], 80)}.",
            "Install it where this CLI imports from, or remove its line from [plugins].",
        )
    if re.search("invalid choice", start.stderr, re.IGNORECASE):
        return "it knows no command mfa: the plugin wasn't loaded.", INSTALL
    named = _EXCEPTION.findall(start.stderr)
    what = f" ({sanitize(named[-1], 60)})" if named else ""
    return f"aws mfa fails in it{what}.", "Run «aws mfa status --debug» with it."


def _order(machine: Observations, plugins: Mapping[str, str]) -> Iterator[Finding]:
    ours = next((key for key, value in plugins.items() if value.strip() == PLUGIN), None)
    if ours is None or FOLDERS not in plugins:
        return
    keys = list(plugins)
    if keys.index(ours) < keys.index(FOLDERS):
        yield Finding("plugins-order", OK, f"{PLUGIN} stands before {FOLDERS}.")
        return
    has_v1 = any(cli.version and not cli.is_v2 for cli in machine.clis)
    yield Finding(
        "plugins-order",
        ERROR if has_v1 else NOTE,
        f"{FOLDERS} stands before {PLUGIN} in [plugins]: v1 takes it for a plugin and dies.",
        "«awscli-mfa doctor --fix» puts our line first.",
        Fix(REORDER_PLUGINS, machine.config.path),
    )


def _packages(cli: ObservedCli, our_version: str) -> Iterator[Finding]:
    packages = cli.packages
    if packages is None or PLUGIN not in packages:
        return
    problems = [problem for needed in NEEDED if (problem := _problem(needed, packages, cli))]
    for problem in problems:
        yield Finding(
            "dependencies",
            ERROR,
            f"{sanitize(cli.path)}: {problem}",
            "«awscli-mfa install» installs it again, with its dependencies.",
        )
    theirs = packages[PLUGIN]
    if theirs and our_version and theirs != our_version:
        yield Finding(
            "plugin-version",
            WARNING,
            f"{sanitize(cli.path)} loads version {sanitize(theirs, 40)}, this is {our_version}.",
            "«awscli-mfa install» brings it up to date.",
        )
    if not problems:
        found = ", ".join(
            f"{name} {sanitize(packages[name], 40)}" for name, *_ in NEEDED if packages.get(name)
        )
        yield Finding("dependencies", OK, f"{sanitize(cli.path)}: {found or 'all there'}.")


def _problem(
    needed: tuple[str, tuple[int, int], tuple[int, int] | None],
    packages: Mapping[str, str],
    cli: ObservedCli,
) -> str:
    name, lowest, too_new = needed
    if name not in packages:
        # AWS's own build brings ruamel.yaml, inside itself.
        return "" if cli.is_frozen and name == "ruamel.yaml" else f"{name} is missing."
    version = _numbers(packages[name])
    if version and version < lowest:
        return f"{name} {sanitize(packages[name], 40)} is older than {_dotted(lowest)}."
    if version and too_new and version >= too_new:
        return f"{name} {sanitize(packages[name], 40)} is newer than the plugin takes."
    return ""


def _numbers(version: str) -> tuple[int, ...]:
    match = re.match(r"(\d{1,6})\.(\d{1,6})", version)
    return (int(match[1]), int(match[2])) if match else ()


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(number) for number in version)
