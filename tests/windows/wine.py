"""Runs programs of Windows by Wine, in a prefix of their own."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.hosts.recipes import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PROGRAM = "/usr/lib/wine/wine64"
SERVER = "/usr/lib/wine/wineserver"
PACKAGES = "wine wine64 gcc-mingw-w64-x86-64"
NEEDED = (PROGRAM, SERVER, "x86_64-w64-mingw32-gcc", "x86_64-w64-mingw32-dlltool")


def wine_program() -> str:
    """Return Wine's program; raise UnavailableError with the packages to install."""
    missing = [program for program in NEEDED if not shutil.which(program)]
    if missing:
        raise UnavailableError(
            f"{missing[0]} is missing: apt-get install --no-install-recommends {PACKAGES}"
        )
    return PROGRAM


def windows_path(path: Path) -> str:
    r"""Return a path of this machine as Windows programs see it, on drive ``Z:``."""
    return "Z:" + str(path).replace("/", "\\")


@dataclass
class Wine:
    """A prefix; ``variables`` are added to the environment of each program."""

    prefix: Path
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def drive(self) -> Path:
        """The folder that is ``C:``."""
        return self.prefix / "drive_c"

    def start(self) -> None:
        """Start Wine's server and services, so that no later program waits or is waited for.

        What the first program starts keeps its streams, so it gets none.
        """
        self.prefix.mkdir(parents=True, exist_ok=True)
        # 2 is that the server runs already.
        for command, accepted in (([SERVER, "-p"], (0, 2)), ([PROGRAM, "wineboot", "-u"], (0,))):
            done = subprocess.run(
                command,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=600,
                check=False,
            )
            if done.returncode not in accepted:
                raise UnavailableError(f"{command[0]} ended with {done.returncode}")

    def stop(self) -> None:
        """End all programs of this prefix."""
        for option in ("-k", "-w"):
            subprocess.run([SERVER, option], env=self.environment(), check=False, timeout=60)

    def environment(self, env: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the whole environment of a program; Windows adds its own."""
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.prefix),
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "TZ": "UTC",
            "WINEARCH": "win64",
            "WINEPREFIX": str(self.prefix),
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree,mshtml,winemenubuilder.exe=",
            **self.variables,
            **(env or {}),
        }

    def command(self, *words: str) -> list[str]:
        """Return the command line of a Windows program."""
        return [PROGRAM, *words]

    def run(
        self,
        *words: str,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        timeout: float = 180,
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a program to its end. Its stdout is a pipe: Wine's Python can't start on a file."""
        return subprocess.run(
            self.command(*words),
            env=self.environment(env),
            cwd=cwd or self.drive,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            check=False,
        )

    def check(self, *words: str, timeout: float = 300) -> bytes:
        """Run a program that must succeed; return its stdout."""
        done = self.run(*words, timeout=timeout)
        if done.returncode:
            raise UnavailableError(f"{words[0]} failed: {(done.stdout + done.stderr).decode()}")
        return done.stdout


def copy_prefix(source: Path, target: Path) -> None:
    """Copy a prefix by hard links: Wine and Python replace files and never write into them."""
    subprocess.run(["cp", "-al", str(source), str(target)], check=True)
