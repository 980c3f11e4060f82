"""Checks how each AWS CLI loads the plugin: [plugins], imports, dependencies."""

from __future__ import annotations

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
    Observations,
    ObservedCli,
    ObservedFolder,
)
from awscli_mfa_plugin.files.alias_document import MFA_SECTION, TOPLEVEL
from awscli_mfa_plugin.files.plugins_section import FOLDERS, PLUGIN, SECTION
from awscli_mfa_plugin.text import quoted_list, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from awscli_mfa_plugin.system.subprocesses import Done

_INSTALL = "Install the plugin:  awscli-mfa install"
_INSTALL_AGAIN = "Install it again, with its dependencies:  awscli-mfa install"

_MISSING_MODULE = re.compile(r"No module named '([^'\n]+)'")
_EXCEPTION = re.compile(r"^(?:\w+\.)*(\w+(?:Error|Exception|NotFound))\b", re.MULTILINE)
_CANT_START = "awscli-mfa-plugin can't start"

NEEDED = (
    ("filelock", (3, 12), (3, 15)),
    ("ruamel.yaml", (0, 17), None),
    ("segno", (1, 5), None),
)
"""What the plugin needs: a package, its lowest version, and the first one that is too new."""


def check_wiring(machine: Observations) -> Iterator[Finding]:
    """Yield a finding for each CLI, then for the order of [plugins], then for what is imported."""
    plugins = machine.config.sections.get(SECTION, {})
    if not machine.clis:
        what = "No aws found on PATH or in the usual places."
        yield Finding("cli", ERROR, what, "Install the AWS CLI.")
    for cli in machine.clis:
        yield _cli(cli, plugins, machine)
        if cli.checked and cli.version not in {"", cli.checked}:
            was, now = sanitize(cli.checked, 40), sanitize(cli.version, 40)
            what = f"{sanitize(cli.path)} is {now} now; it was {was} at the last check."
            yield Finding("cli-version", NOTE, what)
    yield from _order(machine, plugins)
    for cli in machine.clis:
        yield from _packages(cli, machine.our_version)


def checked_versions(clis: Iterable[ObservedCli]) -> dict[str, str]:
    """Return the version of each CLI in which other commands last used the sessions, by path.

    Another one is tried by each run of doctor.
    """
    versions = {
        cli.path: cli.version if cli.version and cli.works and cli.uses_sessions else cli.checked
        for cli in clis
    }
    return {path: version for path, version in versions.items() if version}


def is_hidden(machine: Observations) -> bool:
    """Return whether an alias would run in place of ``aws mfa status``: then no CLI is started."""
    return any(
        "mfa" in options if section == TOPLEVEL else "status" in options
        for section, options in machine.aliases.sections.items()
        if section == TOPLEVEL or section.split() == MFA_SECTION.split()
    )


def _cli(cli: ObservedCli, plugins: Mapping[str, str], machine: Observations) -> Finding:
    state = ERROR
    if not cli.version:
        why = "it doesn't start, even without plugins."
        remedy = "Repair or remove this AWS CLI, or take its folder off PATH."
    elif cli.works and cli.uses_sessions is False:
        state, remedy = WARNING, "Update the plugin, or use  aws mfa exec  until you can."
        why = "aws mfa works, but other commands of this version don't use its sessions."
    elif cli.works:
        state, remedy = OK, ""
        also = ", and other commands use its sessions" if cli.uses_sessions else ""
        why = f"aws mfa works{also}{' (running now)' if cli.is_running else ''}."
    elif machine.config.unavailable_reason:
        why, remedy = "it can't read its config file.", "Correct the config file first."
    elif cli.start is None and is_hidden(machine):
        state, why = WARNING, "not tested, because an alias hides aws mfa."
        remedy = "Rename the alias first."
    else:
        why, remedy = _fault(cli, plugins, machine.folders)
    where = f"{sanitize(cli.path)} {sanitize(cli.version, 40)}".rstrip()
    return Finding("cli", state, f"{where}: {why}", remedy)


def _fault(
    cli: ObservedCli, plugins: Mapping[str, str], folders: tuple[ObservedFolder, ...]
) -> tuple[str, str]:
    """Return why ``aws mfa`` doesn't work in a CLI, and the remedy."""
    stderr = cli.start.stderr.decode("utf-8", "replace") if cli.start else ""
    missing = _MISSING_MODULE.search(stderr)
    if _CANT_START in stderr:
        module = f": no module {sanitize(missing[1], 80)}" if missing else ""
        return f"the plugin is loaded but can't start{module}.", _INSTALL_AGAIN
    if PLUGIN not in {value.strip() for value in plugins.values()}:
        return f"[plugins] in its config file doesn't name {PLUGIN}.", _INSTALL
    found = _fault_of_v2(plugins, folders) if cli.is_v2 else _fault_of_v1(plugins, missing)
    return found or _other_fault(cli.start, stderr, missing)


def _fault_of_v2(
    plugins: Mapping[str, str], folders: tuple[ObservedFolder, ...]
) -> tuple[str, str] | None:
    if FOLDERS not in plugins:
        return f"[plugins] has no {FOLDERS}, so v2 silently skips plugins.", _INSTALL
    for folder in folders:
        if not folder.is_absolute:
            is_home = folder.text.startswith("~")
            why = "v2 doesn't expand '~'" if is_home else "v2 needs an absolute path"
            return f"{FOLDERS} = {sanitize(folder.text)}: {why}.", "Write the absolute path."
    if any(folder.holds_plugin for folder in folders):
        return None
    if gone := next((folder for folder in folders if not folder.exists), None):
        return f"{FOLDERS} names {sanitize(gone.text)}, which doesn't exist.", _INSTALL
    return f"no folder in {FOLDERS} holds {PLUGIN}.", _INSTALL


def _fault_of_v1(
    plugins: Mapping[str, str], missing: re.Match[str] | None
) -> tuple[str, str] | None:
    if missing is None:
        return None
    if missing[1].partition(".")[0] == PLUGIN:
        return (
            "every command fails, because the Python of this v1 lacks the plugin.",
            "Install it there, or give this v1 its own config file:  awscli-mfa install",
        )
    path = plugins.get(FOLDERS, "")
    if path and path.startswith(missing[1]):
        return (
            f"every command fails, because this v1 takes {FOLDERS} for a plugin.",
            f"Put {PLUGIN}, at least this version, before it in [plugins].",
        )
    return None


def _other_fault(start: Done | None, stderr: str, missing: re.Match[str] | None) -> tuple[str, str]:
    """Return what is known of a failure: only names, never a line that may hold a secret."""
    if start is None or start.returncode is None:
        why = "aws mfa didn't finish in time." if start else "it wasn't started."
        return why, "Run it yourself:  aws mfa status"
    if missing:
        why = f"it can't import {sanitize(missing[1], 80)}."
        return why, "Install it where this CLI looks, or remove its line from [plugins]."
    if re.search("invalid choice", stderr, re.IGNORECASE):
        return "it has no mfa command, so the plugin wasn't loaded.", _INSTALL
    named = _EXCEPTION.findall(stderr)
    what = f" ({sanitize(named[-1], 60)})" if named else ""
    return f"aws mfa fails{what}.", "See why:  aws mfa status --debug"


def _order(machine: Observations, plugins: Mapping[str, str]) -> Iterator[Finding]:
    check = "plugins-order"
    ours = next((key for key, value in plugins.items() if value.strip() == PLUGIN), None)
    if ours is None or FOLDERS not in plugins:
        return
    keys = list(plugins)
    if keys.index(ours) < keys.index(FOLDERS):
        yield Finding(check, OK, f"{PLUGIN} comes before {FOLDERS}.")
        return
    has_v1 = any(cli.version and not cli.is_v2 for cli in machine.clis)
    what = f"In [plugins], {FOLDERS} comes before {PLUGIN}. v1 takes it for a plugin and fails."
    remedy = "Swap the two lines:  awscli-mfa doctor --fix"
    fix = Fix(REORDER_PLUGINS, machine.config.path)
    yield Finding(check, ERROR if has_v1 else NOTE, what, remedy, fix)


def _packages(cli: ObservedCli, our_version: str) -> Iterator[Finding]:
    check, path, packages = "dependencies", sanitize(cli.path), cli.packages
    if packages is None or PLUGIN not in packages:
        return
    problems = [why for needed in NEEDED if (why := _problem(needed, packages, cli))]
    for problem in problems:
        yield Finding(check, ERROR, f"{path}: {problem}", _INSTALL_AGAIN)
    theirs = packages[PLUGIN]
    if theirs and our_version and theirs != our_version:
        what = f"{path} loads version {sanitize(theirs, 40)}, this is {our_version}."
        yield Finding("plugin-version", WARNING, what, "Update it:  awscli-mfa install")
    if not problems:
        found = [f"{name} {packages[name]}" for name, *_ in NEEDED if packages.get(name)]
        yield Finding(check, OK, f"{path}: {quoted_list(found) or 'all found'}.")


def _problem(
    needed: tuple[str, tuple[int, int], tuple[int, int] | None],
    packages: Mapping[str, str],
    cli: ObservedCli,
) -> str:
    name, lowest, too_new = needed
    if name not in packages:
        # AWS's own build of v2 contains ruamel.yaml.
        return "" if cli.is_frozen and name == "ruamel.yaml" else f"{name} is missing."
    match = re.match(r"(\d{1,6})\.(\d{1,6})", packages[name])
    if not match:
        return ""
    version, found = (int(match[1]), int(match[2])), f"{name} {sanitize(packages[name], 40)}"
    if version < lowest:
        return f"{found} is older than {lowest[0]}.{lowest[1]}."
    if too_new and version >= too_new:
        return f"{found} is too new: it must be older than {too_new[0]}.{too_new[1]}."
    return ""
