"""``awscli-mfa`` in its own environment, and CLIs whose Python it may change."""

from __future__ import annotations

import shutil
import subprocess
import venv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.hosts.cache import WHEELS, host_folder
from tests.hosts.home import Home, Result
from tests.hosts.host import Host
from tests.hosts.installed import _pip, build_wheel

if TYPE_CHECKING:
    from pathlib import Path

# The console script on a machine whose usual places hold no AWS CLI.
CONSOLE = """\
import sys
from awscli_mfa_plugin.console.main import main
sys.exit(main(system=()))
"""


def make_installer(folder: Path, scratch: Path) -> Path:
    """Install the plugin with its dependencies into a new virtual environment, by pip."""
    wheel = build_wheel(scratch)
    venv.create(folder, symlinks=True, with_pip=False)
    _pip(
        scratch,
        *("--python", str(folder / "bin" / "python"), "install", "--quiet"),
        *("--no-index", "--find-links", str(host_folder(WHEELS)), str(wheel)),
    )
    return folder


def own_host(host: Host, folder: Path) -> Host:
    """Return the CLI for a test that may change its Python: a v1 in its own environment.

    v2 is as it was fetched: nothing is written there.
    """
    if host.is_v2:
        return host
    venv.create(folder, symlinks=True, with_pip=False)
    [site] = folder.glob("lib/python*/site-packages")
    [packages] = host.folder.glob("lib/python*/site-packages")
    (site / "fetched.pth").write_text(f"{packages}\n")
    source = (host.folder / "bin" / "aws").read_text()
    script = folder / "bin" / "aws"
    script.write_text(source.replace(f"{host.folder}/bin/python", f"{folder}/bin/python", 1))
    script.chmod(0o755)
    return Host(host.name, folder)


@dataclass
class Machine:
    """A home with some CLIs on its PATH, the installer in ``environment``, and no other CLI."""

    homes: tuple[Home, ...]
    environment: Path
    tools: Path

    @property
    def home(self) -> Home:
        """The home, with the first CLI."""
        return self.homes[0]

    def command(self, *words: str) -> list[str]:
        """Return the command line of ``awscli-mfa`` with these arguments."""
        return [str(self.environment / "bin" / "python"), "-c", CONSOLE, *words]

    def variables(self, env: dict[str, str] | None = None) -> dict[str, str]:
        """Return the environment of the installer, with ``env`` added."""
        folders = [str(home.host.aws.parent) for home in self.homes]
        path = ":".join([*folders, str(self.tools)])
        return self.home.environment({"PATH": path, **(env or {})})

    def installer(self, *words: str, env: dict[str, str] | None = None) -> Result:
        """Run ``awscli-mfa`` with these arguments to its end."""
        done = subprocess.run(
            self.command(*words),
            env=self.variables(env),
            cwd=self.home.path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=180,
            check=False,
        )
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode())

    def files(self) -> dict[str, bytes]:
        """Return what the home and the CLIs' own environments hold, by path; folders are empty."""
        roots = [self.home.path, *(home.host.folder for home in self.homes if not home.host.is_v2)]
        return {
            str(path): path.read_bytes() if path.is_file() else b""
            for root in roots
            for path in sorted(root.rglob("*"))
            if "__pycache__" not in path.parts
        }

    def change_source(self, text: str) -> None:
        """Make the installer's own copy another version, as pip would by an upgrade."""
        [source] = self.environment.glob("lib/python*/site-packages/awscli_mfa_plugin/errors.py")
        source.write_text(f"{source.read_text()}\n{text}\n")

    def copy_installer(self, folder: Path) -> None:
        """Give this machine its own installer, which a test may change."""
        shutil.copytree(self.environment, folder, symlinks=True)
        self.environment = folder
