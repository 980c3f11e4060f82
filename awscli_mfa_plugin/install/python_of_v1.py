"""Which Python an AWS CLI v1 runs in, and where that looks for packages."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.system.aws_clis import run_aws

if TYPE_CHECKING:
    from collections.abc import Mapping

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
        for folder in (*self.sites, *([self.user_site] if self.user_site else [])):
            is_users = folder == self.user_site
            if _is_own(_existing(folder) if is_users else folder):
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
        done = run_aws(
            path,
            ["--version"],
            environment,
            config,
            {"PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1"},
        )
    try:
        return _answer(json.loads(done.text.strip().splitlines()[-1]))
    except (ValueError, IndexError, KeyError, TypeError):
        return None


def _answer(told: dict[str, Any]) -> PythonOfV1:
    major, minor = told["version"]
    return PythonOfV1(
        plugin=str(told["plugin"]),
        sites=tuple(map(str, told["sites"])),
        user_site=str(told["user_site"]),
        version=(int(major), int(minor)),
        python=str(told["python"]),
    )


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
