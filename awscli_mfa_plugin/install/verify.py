"""Checks that each AWS CLI starts with a config file, and that ``aws mfa`` works in it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.files.plugins_section import (
    PLUGIN,
    folders,
    names_of_every_section,
    other_plugins,
)
from awscli_mfa_plugin.install.install_plan import is_inside
from awscli_mfa_plugin.install.python_of_v1 import ask_v1
from awscli_mfa_plugin.system.aws_clis import why_no_mfa, why_no_version
from awscli_mfa_plugin.text import quoted_list, sanitize

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from awscli_mfa_plugin.files.document import SharedDocument
    from awscli_mfa_plugin.install.install_plan import Plan
    from awscli_mfa_plugin.system.aws_clis import FoundCli


def verify_ahead(plan: Plan, environment: Mapping[str, str], config: str) -> None:
    """Raise ConfigurationError if a CLI fails with the file ``config``; the user's is untouched."""
    for cli in plan.chosen:
        why = why_no_mfa(cli.path, environment, config)
        if why:
            whole = why_no_version(cli.path, environment, config)
            raise _broken(plan, cli, whole, environment) if whole else _without_mfa(cli, why)
    for cli in plan.bystanders:
        why = why_no_version(cli.path, environment, config)
        if why and not why_no_version(cli.path, environment):
            raise _broken(plan, cli, why, environment)


def verify(plan: Plan, environment: Mapping[str, str]) -> None:
    """Raise ConfigurationError if a CLI fails, or ``aws mfa`` in it, with the user's own files."""
    for cli in plan.chosen:
        why = why_no_version(cli.path, environment)
        if why:
            raise _broken(plan, cli, why, environment)
        why = why_no_mfa(cli.path, environment)
        if why:
            raise _without_mfa(cli, why)


def _broken(
    plan: Plan, cli: FoundCli, why: str, environment: Mapping[str, str]
) -> ConfigurationError:
    name = f"AWS CLI {cli.version} ({sanitize(cli.path)})"
    before = why_no_version(cli.path, environment)
    others, inherited = other_plugins(plan.after), names_of_every_section(plan.after)
    if before:
        what, remedy = f"{name} fails even without the plugin: {before}.", "Fix that first."
    elif inherited:
        names = quoted_list(inherited)
        what = f"{name} takes the settings in [DEFAULT] ({names}) for plugins: {why}."
        remedy = "Move those settings into the profiles that need them."
    elif others:
        what = f"{name} can't load another plugin in [plugins] ({quoted_list(others)}): {why}."
        remedy = "Remove it, or install it where this CLI finds it."
    else:
        what, remedy = f"{name} fails with the plugin: {why}.", "Please report this."
    return ConfigurationError(what, f"Nothing was changed. {remedy}")


def _without_mfa(cli: FoundCli, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"aws mfa status fails in AWS CLI {cli.version} ({sanitize(cli.path)}): {why}.",
        "Nothing was changed. Fix that, then try again.",
    )


def finds_plugin(
    config: SharedDocument, clis: Sequence[FoundCli], environment: Mapping[str, str], but: str
) -> bool:
    """Return whether each CLI finds a plugin of ours outside of the folder ``but``."""
    named = folders(config, os.pathsep)
    in_folders = any(os.path.isdir(os.path.join(path, PLUGIN)) for path in named)
    for cli in clis:
        if cli.is_v2:
            if named and not in_folders:
                return False
            continue
        python = ask_v1(cli.path, environment)
        if not python or not python.plugin or is_inside(python.plugin, but):
            return False
    return True
