"""A throw-away home: the user's files, and ``aws`` started in it with its own environment."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.hosts.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.hosts.host import Host

# Where nothing listens: without the embedded AWS a home reaches no network.
NOWHERE = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}


@dataclass(frozen=True)
class Result:
    """The result of a process: its exit code and all that it wrote."""

    returncode: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        """Both streams, stdout first."""
        return self.stdout + self.stderr


@dataclass
class Home:
    """A home folder for one test, wired to ``plugin`` (a folder) unless that is None.

    ``network`` has the variables with AWS's address.
    """

    host: Host
    path: Path
    plugin: Path | None
    network: Mapping[str, str] = field(default_factory=lambda: NOWHERE)
    terminals: list[Terminal] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the folder, with a config file that only loads the plugin."""
        self.path.mkdir(parents=True, exist_ok=True)
        if self.plugin:
            self.write_config("")

    @property
    def aws_folder(self) -> Path:
        """Where the CLI keeps its files."""
        return self.path / ".aws"

    @property
    def config(self) -> Path:
        """The config file."""
        return self.aws_folder / "config"

    @property
    def credentials(self) -> Path:
        """The credentials file."""
        return self.aws_folder / "credentials"

    @property
    def wiring(self) -> str:
        """What the config file must hold for the plugin to be loaded."""
        return self.host.wiring(self.plugin) if self.plugin else ""

    def write_config(self, text: str) -> None:
        """Write the config file: the wiring of the plugin, then ``text``."""
        self._write(self.config, self.wiring + text)

    def write_credentials(self, text: str) -> None:
        """Write the credentials file, 0600."""
        self._write(self.credentials, text)

    def environment(self, env: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the whole environment of a process in this home, with ``env`` added."""
        return {
            "PATH": f"{self.host.aws.parent}:/usr/bin:/bin",
            "HOME": str(self.path),
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "TERM": "xterm-256color",
            "TZ": "UTC",
            "AWS_EC2_METADATA_DISABLED": "true",
            **self.network,
            **(self.host.environment(self.plugin) if self.plugin else {}),
            **(env or {}),
        }

    def run(
        self,
        *args: str,
        env: Mapping[str, str] | None = None,
        input: str = "",  # noqa: A002 - subprocess's word for it
        tty: bool = False,
        timeout: float = 120,
    ) -> Result:
        """Run ``aws`` with these arguments to its end.

        Without ``tty`` it has no controlling terminal, and ``input`` is its stdin. With it,
        ``input`` is typed at once, and all that is written comes back as stdout.
        """
        if tty:
            return self._run_on_terminal(args, env, input, timeout)
        done = subprocess.run(
            [str(self.host.aws), *args],
            env=self.environment(env),
            cwd=self.path,
            input=input.encode(),
            capture_output=True,
            start_new_session=True,
            timeout=timeout,
            check=False,
        )
        return Result(
            done.returncode,
            done.stdout.decode("utf-8", "backslashreplace"),
            done.stderr.decode("utf-8", "backslashreplace"),
        )

    def start(self, *args: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Start ``aws`` without a terminal, its streams piped, and go on."""
        return subprocess.Popen(
            [str(self.host.aws), *args],
            env=self.environment(env),
            cwd=self.path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def spawn(
        self,
        *args: str,
        env: Mapping[str, str] | None = None,
        rows: int = 24,
        columns: int = 80,
        timeout: float = 60,
    ) -> Terminal:
        """Start ``aws`` in the foreground of a new terminal."""
        terminal = Terminal(
            [str(self.host.aws), *args],
            env=self.environment(env),
            cwd=self.path,
            rows=rows,
            columns=columns,
            timeout=timeout,
        )
        self.terminals.append(terminal)
        return terminal

    def close(self) -> None:
        """End what is still running on the terminals of this home."""
        for terminal in self.terminals:
            terminal.close()

    def _run_on_terminal(
        self, args: tuple[str, ...], env: Mapping[str, str] | None, typed: str, timeout: float
    ) -> Result:
        terminal = self.spawn(*args, env=env, timeout=timeout)
        if typed:
            terminal.send(typed)
        returncode = terminal.wait()
        return Result(returncode, terminal.text, "")

    def _write(self, path: Path, text: str) -> None:
        self.aws_folder.mkdir(mode=0o700, exist_ok=True)
        path.write_bytes(text.encode())
        path.chmod(0o600)
