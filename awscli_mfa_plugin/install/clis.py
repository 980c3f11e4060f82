"""What the AWS CLIs say of themselves: which Python a v1 runs in, and whether ``aws mfa`` works."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.files.plugins_section import (
    PLUGIN,
    folders,
    names_of_every_section,
    other_plugins,
)
from awscli_mfa_plugin.install.install_paths import is_inside
from awscli_mfa_plugin.system.aws_clis import FoundCli, run_aws, why_no_mfa, why_no_version
from awscli_mfa_plugin.text import quoted_list, sanitize

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from awscli_mfa_plugin.files.document import SharedDocument
    from awscli_mfa_plugin.install.install_plan import Plan

# It imports this as a plugin: so the answer is that of this very aws, whatever starts it.
_PROBE = """\
import importlib.util, json, os, site, sys

sys.path[:] = [path for path in sys.path if path not in ("", os.path.dirname(__file__))]

def folder_of(name):
    try:
        spec = importlib.util.find_spec(name)
    except Exception:
        return ""
    return os.path.dirname(spec.origin) if spec and spec.origin else ""

print("\\n" + json.dumps({
    "plugin": folder_of("awscli_mfa_plugin"),
    "sites": site.getsitepackages() if hasattr(site, "getsitepackages") else [],
    "user_site": site.getusersitepackages() if site.ENABLE_USER_SITE else "",
    "version": list(sys.version_info[:2]),
    "python": sys.executable,
}), flush=True)
os._exit(0)
"""
_NAME = "awscli_mfa_probe"


@dataclass(frozen=True)
class PythonOfV1:
    """What a v1's Python is: its version, and where it looks for modules.

    ``plugin`` is the folder that it imports the plugin from, "" if it can't; ``user_site`` is ""
    if it is switched off; ``python`` is the interpreter.
    """

    plugin: str
    sites: tuple[str, ...]
    user_site: str
    version: tuple[int, int]
    python: str

    def place_for_path_file(self) -> str:
        """Return a folder of the user's whose ``.pth`` files this Python reads, "" without one."""
        # On Windows the first one is the folder of Python itself.
        sites = self.sites[::-1] if os.name == "nt" else self.sites
        for folder in filter(None, (*sites, self.user_site)):
            if _is_own(_existing(folder) if folder == self.user_site else folder):
                return folder
        return ""


def ask_v1(path: str, environment: Mapping[str, str]) -> PythonOfV1 | None:
    """Return what the v1 at ``path`` says of its Python; None if it doesn't answer."""
    with tempfile.TemporaryDirectory(prefix="awscli-mfa-") as folder:
        with open(os.path.join(folder, f"{_NAME}.py"), "w", encoding="utf-8") as file:
            file.write(_PROBE)
        config = os.path.join(folder, "config")
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"[plugins]\nprobe = {_NAME}\n")
        variables = {"PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1"}
        done = run_aws(path, ["--version"], environment, config, variables)
    try:
        answer = json.loads(done.text.strip().splitlines()[-1])
        major, minor = answer["version"]
        return PythonOfV1(
            plugin=str(answer["plugin"]),
            sites=tuple(map(str, answer["sites"])),
            user_site=str(answer["user_site"]),
            version=(int(major), int(minor)),
            python=str(answer["python"]),
        )
    except (ValueError, IndexError, KeyError, TypeError):
        return None


def _existing(folder: str) -> str:
    while not os.path.isdir(folder) and folder != os.path.dirname(folder):
        folder = os.path.dirname(folder)
    return folder


def _is_own(folder: str) -> bool:
    try:
        owner = os.stat(folder).st_uid
    except OSError:
        return False
    is_users = os.name == "nt" or owner == os.geteuid()
    return is_users and os.access(folder, os.W_OK | os.X_OK)


def verify(plan: Plan, environment: Mapping[str, str], candidate: str = "") -> None:
    """Raise ConfigurationError if a CLI fails, or ``aws mfa`` in it, with the user's own files.

    With ``candidate``, that config file is tried in place of the user's, for the bystanders too.
    """
    for cli in plan.chosen:
        if why := why_no_mfa(cli.path, environment, candidate):
            whole = why_no_version(cli.path, environment, candidate)
            raise _broken(plan, cli, whole, environment) if whole else _without_mfa(cli, why)
    for cli in plan.bystanders if candidate else ():
        why = why_no_version(cli.path, environment, candidate)
        if why and not why_no_version(cli.path, environment):
            raise _broken(plan, cli, why, environment)


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
