r"""A Windows machine: a user's home on ``C:``, AWS CLI v1, and ``awscli-mfa``."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.hosts.home import Result
from tests.hosts.terminal import Terminal
from tests.windows.wine import windows_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.aws import EmbeddedAws
    from tests.windows.wine import Wine

HOME = r"C:\users\José Müller"
PYTHON = r"C:\Python311\python.exe"
AWS = (PYTHON, r"C:\Python311\Scripts\aws")
INSTALLER = (r"C:\Installer\python.exe", "-m", "awscli_mfa_plugin")
PATH = r"C:\Python311;C:\Python311\Scripts;C:\Installer\Scripts"


@dataclass
class Machine:
    """A prefix with the plugin's installer in it, and a home; AWS is ``aws``."""

    wine: Wine
    aws: EmbeddedAws
    terminals: list[Terminal] = field(default_factory=list)

    @property
    def home(self) -> Path:
        """The user's home, seen from here."""
        return self.wine.drive / "users" / HOME.rpartition("\\")[2]

    @property
    def config(self) -> Path:
        """The config file."""
        return self.home / ".aws" / "config"

    @property
    def credentials(self) -> Path:
        """The credentials file."""
        return self.home / ".aws" / "credentials"

    def environment(self, env: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the environment of a program of this user."""
        return self.wine.environment(
            {
                "WINEPATH": PATH,
                "TEST_USERPROFILE": HOME,
                "HTTPS_PROXY": self.aws.proxy_url,
                "AWS_CA_BUNDLE": windows_path(Path(self.aws.ca_bundle)),
                "AWS_EC2_METADATA_DISABLED": "true",
                "PYTHONDONTWRITEBYTECODE": "1",
                **(env or {}),
            }
        )

    def run(
        self,
        *words: str,
        env: Mapping[str, str] | None = None,
        content: bytes | None = None,
        timeout: float = 600,
    ) -> Result:
        """Run a program to its end, without a console."""
        done = subprocess.run(
            self.wine.command(*words),
            env=self.environment(env),
            cwd=self.home,
            input=b"" if content is None else content,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
        return Result(done.returncode, _text(done.stdout), _text(done.stderr))

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a program without a console, its stdout a pipe, and go on."""
        return subprocess.Popen(
            self.wine.command(*words),
            env=self.environment(),
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def run_aws(self, *words: str, env: Mapping[str, str] | None = None) -> Result:
        """Run AWS CLI v1."""
        return self.run(*AWS, *words, env=env)

    def installer(self, *words: str, env: Mapping[str, str] | None = None) -> Result:
        """Run ``awscli-mfa``."""
        return self.run(*INSTALLER, *words, env=env)

    def spawn(
        self, *words: str, env: Mapping[str, str] | None = None, columns: int = 80
    ) -> Terminal:
        """Start a program at a console."""
        terminal = Terminal(
            self.wine.command(*words),
            env=self.environment(env),
            cwd=self.home,
            columns=columns,
            timeout=300,
        )
        self.terminals.append(terminal)
        return terminal

    def close(self) -> None:
        """End what still runs at a console."""
        for terminal in self.terminals:
            terminal.close()


def _text(output: bytes) -> str:
    return output.decode("utf-8", "backslashreplace").replace("\r\n", "\n")
