"""The plugin, installed from this checkout as a user would, without a network."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.hosts.cache import WHEELS, host_folder

CHECKOUT = Path(__file__).parents[2]
PARTS = ("setup.cfg", "pyproject.toml", "README.md", "LICENSE", "awscli_mfa_plugin", "alias")


def install_plugin(target: Path, scratch: Path) -> None:
    """Install the plugin and its dependencies into ``target``: ``pip install --target``.

    It is built from a copy in ``scratch``: setuptools leaves files where it builds, and would
    pick up modules that are no longer in the checkout. The dependencies are the fetched wheels.
    """
    sources = scratch / "sources"
    sources.mkdir(parents=True)
    for part in PARTS:
        source = CHECKOUT / part
        if source.is_dir():
            shutil.copytree(source, sources / part, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, sources / part)
    command = [
        *(sys.executable, "-m", "pip", "--isolated", "install", "--quiet"),
        *("--disable-pip-version-check", "--no-build-isolation"),
        *("--no-index", "--find-links", str(host_folder(WHEELS))),
        *("--target", str(target), str(sources)),
    ]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(scratch), "PIP_CONFIG_FILE": "/dev/null"}
    subprocess.run(command, env=environment, check=True)
