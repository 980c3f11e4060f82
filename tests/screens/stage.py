"""A home, the official v2 and the embedded AWS, on which a scene types its commands."""

from __future__ import annotations

import shlex
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.aws import EmbeddedAws
from tests.hosts.home import Home
from tests.hosts.host import all_hosts
from tests.hosts.installer import CONSOLE
from tests.hosts.terminal import Terminal
from tests.hosts.users import serial_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

ROWS = 60


@dataclass(frozen=True)
class Programs:
    """The plugin as v2 loads it, a virtual environment with ``awscli-mfa``, a folder for the PATH.

    That folder has a shell and nothing else: this machine may have an ``aws`` beside it.
    """

    plugin: Path
    installer: Path
    tools: Path


@dataclass
class Stage:
    """What a scene has: its home, its AWS, and all that was shown so far, as a terminal got it."""

    home: Home
    aws: EmbeddedAws
    programs: Programs
    columns: int = 80
    colors: bool = True
    shown: bytes = b""
    env: dict[str, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The MFA code of ada's device, one that AWS hasn't seen."""
        return self.aws.fresh_code(serial_of(self.aws))

    def type(self, command: str, *answers: tuple[str, str], **env: str) -> int:
        """Type a command, and each answer after its question; return the exit code."""
        words = shlex.split(command)
        terminal = Terminal(
            self._program(words[0]) + words[1:],
            env=self._environment(env),
            cwd=self.home.path,
            rows=ROWS,
            columns=self.columns,
        )
        try:
            for question, answer in answers:
                terminal.expect(question)
                terminal.send_line(answer)
            code = terminal.wait()
        finally:
            terminal.close()
        settings = "".join(f"{name}={value} " for name, value in env.items())
        typed = f"{settings}{command}"
        prompt = f"\x1b[34m$\x1b[0m \x1b[1m{typed}\x1b[0m" if self.colors else f"$ {typed}"
        self.shown += f"{prompt}\r\n".encode() + terminal.output + b"\r\n"
        return code

    def _environment(self, env: Mapping[str, str]) -> dict[str, str]:
        path = f"{self.home.host.aws.parent}:{self.programs.tools}"
        colors = {} if self.colors else {"NO_COLOR": "1"}
        return self.home.environment({"PATH": path, **colors, **self.env, **env})

    def _program(self, name: str) -> list[str]:
        """Return how a program is started; ``awscli-mfa`` sees no other CLI of this machine."""
        if name != "awscli-mfa":
            return [str(self.home.host.aws)]
        return [str(self.programs.installer / "bin" / "python"), "-c", CONSOLE]


@contextmanager
def stage(programs: Programs, folder: Path, columns: int = 80, *, colors: bool) -> Iterator[Stage]:
    """Give a scene a new home in ``folder``, and an AWS that knows nothing of the last scene."""
    [host] = (host for host in all_hosts() if host.name == "v2")
    with EmbeddedAws(None) as aws:
        network = {"HTTPS_PROXY": aws.proxy_url, "AWS_CA_BUNDLE": str(aws.ca_bundle)}
        home = Home(host, folder, programs.plugin, network)
        yield Stage(home, aws, programs, columns, colors)
