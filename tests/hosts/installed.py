"""The plugin, installed from this checkout as a user would, without a network."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from pathlib import Path

from tests.hosts.cache import WHEELS, host_folder

CHECKOUT = Path(__file__).parents[2]
PARTS = ("setup.cfg", "pyproject.toml", "README.md", "LICENSE", "awscli_mfa_plugin", "alias")


def install_plugin(target: Path, scratch: Path) -> None:
    """Install the plugin and its dependencies into ``target``: ``pip install --target``.

    The plugin is a wheel built in ``scratch``, the dependencies are the fetched wheels.
    """
    _pip(
        scratch,
        *("install", "--quiet", "--no-index", "--find-links", str(host_folder(WHEELS))),
        *("--target", str(target), str(build_wheel(scratch))),
    )


def install_console_script(folder: Path, scratch: Path) -> Path:
    """Install the plugin into a new virtual environment; return its ``awscli-mfa``.

    It is a wheel built in ``scratch`` as above, not a link to the checkout. The dependencies are
    left out: the console script has none.
    """
    wheel = build_wheel(scratch)
    venv.create(folder, symlinks=True, with_pip=False)
    programs = folder / "bin"
    _pip(
        scratch,
        *("--python", str(programs / "python"), "install", "--quiet"),
        *("--no-deps", "--no-index", str(wheel)),
    )
    return programs / "awscli-mfa"


def build_wheel(scratch: Path) -> Path:
    """Build the plugin's wheel in ``scratch``, once; return its path.

    It is built from a copy: setuptools leaves files where it builds, and would pick up modules
    that are no longer in the checkout.
    """
    wheels = scratch / "wheels"
    if not wheels.exists():
        _pip(
            scratch,
            *("wheel", "--quiet", "--no-build-isolation", "--no-deps", "--no-index"),
            *("--wheel-dir", str(wheels), str(_copied_sources(scratch))),
        )
    [wheel] = wheels.glob("*.whl")
    return wheel


def _copied_sources(scratch: Path) -> Path:
    sources = scratch / "sources"
    sources.mkdir(parents=True)
    for part in PARTS:
        source = CHECKOUT / part
        if source.is_dir():
            shutil.copytree(source, sources / part, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, sources / part)
    return sources


def _pip(scratch: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--isolated", "--disable-pip-version-check"]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(scratch), "PIP_CONFIG_FILE": "/dev/null"}
    subprocess.run([*command, *arguments], env=environment, check=True)
