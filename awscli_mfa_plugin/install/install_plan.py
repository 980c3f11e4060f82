"""What an installation has to change on this machine. Changes nothing itself."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from awscli_mfa_plugin import __version__
from awscli_mfa_plugin.errors import ConfigurationError, MfaError
from awscli_mfa_plugin.files.alias_document import AliasDocument
from awscli_mfa_plugin.files.plugins_section import PLUGIN, Place, folders, wired
from awscli_mfa_plugin.files.shared_file import take_snapshot
from awscli_mfa_plugin.install.clis import PythonOfV1, ask_v1
from awscli_mfa_plugin.install.install_paths import InstallPaths, is_inside, plugin_files
from awscli_mfa_plugin.system.aws_clis import FoundCli, behind_shim, found_clis, open_to_others
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from awscli_mfa_plugin.files.document import SharedDocument
    from awscli_mfa_plugin.system.plugin_folder import PluginFolder

PATH_FILE = "awscli-mfa-plugin.pth"
_OLDEST_PYTHON = (3, 10)


@dataclass
class Plan:
    """What an installation puts on the machine.

    ``chosen`` are the CLIs that get the plugin, ``bystanders`` those that only read the same
    config file, ``broken`` what doesn't start anyway. ``files`` are the plugin's own, to be the
    version ``name``; empty if no CLI needs the folder. ``path_files`` maps ``.pth`` files to
    their content, ``pythons`` are interpreters that may compile.
    ``open_to_others`` are programs that nobody looked at, and why.
    """

    chosen: tuple[FoundCli, ...]
    bystanders: tuple[FoundCli, ...]
    broken: tuple[FoundCli, ...]
    folder: PluginFolder
    place: Place
    before: SharedDocument
    after: SharedDocument
    files: Mapping[str, bytes] = field(default_factory=dict)
    name: str = ""
    is_stored: bool = False
    path_files: Mapping[str, bytes] = field(default_factory=dict)
    pythons: tuple[str, ...] = ()
    open_to_others: Mapping[str, str] = field(default_factory=dict)


def make_plan(here: InstallPaths, by_name: Sequence[str]) -> Plan:
    """Return what to do; ``by_name`` are the CLIs of ``--cli``. Raise ConfigurationError."""
    here.check_person()
    chosen, bystanders, broken = _clis(here, by_name)
    _check_alias(here)
    folder = here.folder()
    pythons = {cli: ask_v1(cli.path, here.environment) for cli in chosen if not cli.is_v2}
    sites, blocked = _sites(folder, pythons)
    if not by_name or here.is_usual_config:
        others = {cli: ask_v1(cli.path, here.environment) for cli in bystanders if not cli.is_v2}
        blocked += [
            (cli, python) for cli, python in others.items() if not (python and python.plugin)
        ]
    if blocked:
        raise _would_break(here, blocked)
    has_v2 = any(cli.is_v2 for cli in chosen)
    files, name, is_stored = _version(folder) if has_v2 or sites else ({}, "", False)
    before = here.config_file().read()
    place = _place(folder, before, folder.loaded_from(name) if has_v2 else "")
    plan = Plan(chosen, bystanders, broken, folder, place, before, wired(before, place))
    plan.files, plan.name, plan.is_stored = files, name, is_stored
    plan.path_files = {os.path.join(site, PATH_FILE): folder.path_file(name) for site in sites}
    if here.is_usual_config:
        plan.open_to_others = open_to_others(here.environment, (*chosen, *bystanders, *broken))
    named = [python.python for python in pythons.values() if python]
    of_v2 = [cli.python for cli in chosen if cli.is_v2 and cli.python]
    plan.pythons = tuple(dict.fromkeys([*named, *of_v2]))
    return plan


def _version(folder: PluginFolder) -> tuple[dict[str, bytes], str, bool]:
    """Return the plugin's files, the name of that version, and whether it is stored."""
    folder.check_trusted()
    files = plugin_files()
    return files, *folder.name_for(__version__, files)


def _clis(
    here: InstallPaths, named: Sequence[str]
) -> tuple[tuple[FoundCli, ...], tuple[FoundCli, ...], tuple[FoundCli, ...]]:
    """Return the CLIs that get the plugin, those that read the same file, and broken ones."""
    paths = [
        real for path in named for real in behind_shim(os.path.abspath(path), here.environment)
    ]
    found = found_clis(here.environment, here.system, paths)
    works = [cli for cli in found if cli.version]
    wanted = {os.path.realpath(path) for path in paths}
    if wrong := [cli.path for cli in found if cli.real_path in wanted and not cli.version]:
        raise ConfigurationError(
            f"{sanitize(wrong[0])} isn't an AWS CLI that starts.", "Name an aws program with --cli."
        )
    chosen = tuple(cli for cli in works if not wanted or cli.real_path in wanted)
    if not chosen:
        raise ConfigurationError(
            "No AWS CLI found on your PATH or in the usual places.",
            "Install one (https://aws.amazon.com/cli/) or name it:  awscli-mfa install --cli PATH",
        )
    bystanders = tuple(cli for cli in works if cli not in chosen)
    if not here.is_usual_config:
        bystanders = ()  # they read it only if configured to
    return chosen, bystanders, tuple(cli for cli in found if not cli.version)


def _check_alias(here: InstallPaths) -> None:
    try:
        document = AliasDocument.parse(take_snapshot(here.alias_path).content or b"")
    except MfaError:
        return  # the CLI says what is wrong with it
    if "mfa" in document.options("toplevel"):
        raise ConfigurationError(
            f"The alias mfa in {here.short(here.alias_path)} would hide aws mfa.",
            "Rename that alias, then try again.",
        )


def _sites(
    folder: PluginFolder, pythons: Mapping[FoundCli, PythonOfV1 | None]
) -> tuple[list[str], list[tuple[FoundCli, PythonOfV1 | None]]]:
    """Return where each v1 looks for a ``.pth`` file, and the v1s that can't be helped."""
    sites: list[str] = []
    blocked: list[tuple[FoundCli, PythonOfV1 | None]] = []
    for cli, python in pythons.items():
        site = python.place_for_path_file() if python else ""
        if python and python.plugin and not is_inside(python.plugin, folder.base):
            continue  # installed there by pip
        if not python or not site or python.version < _OLDEST_PYTHON:
            blocked.append((cli, python))
        else:
            sites.append(site)
    return sites, blocked


def _would_break(
    here: InstallPaths, blocked: Sequence[tuple[FoundCli, PythonOfV1 | None]]
) -> ConfigurationError:
    cli, python = blocked[0]
    why = "you can't write to any package folder of its Python"
    if python is None:
        why = "its Python can't be found"
    elif python.version < _OLDEST_PYTHON:
        why = f"its Python {'.'.join(map(str, python.version))} is older than 3.10"
    elif python.place_for_path_file():
        why = "it wasn't named by --cli"
    return ConfigurationError(
        f"Can't install the plugin for AWS CLI {cli.version} ({sanitize(cli.path)}): {why}. All "
        f"its commands would fail once {here.short(here.config_path)} names the plugin. Nothing "
        "was changed.",
        "Install awscli-mfa-plugin into its Python, uninstall that CLI, or give the other one its "
        "own config file:  AWS_CONFIG_FILE=~/.aws/config-mfa awscli-mfa install --cli PATH",
    )


def _place(folder: PluginFolder, config: SharedDocument, named: str) -> Place:
    others = [
        path
        for path in folders(config, os.pathsep)
        if os.path.isfile(os.path.join(path, PLUGIN, "__init__.py"))
    ]
    return Place(named, folder.base, os.pathsep, others)
