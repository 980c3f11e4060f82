"""Tells a program of the system about a job: what its schedulers share."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.files.atomic import make_private_folder, replace_file, unwritable
from awscli_mfa_plugin.files.paths import home_folder
from awscli_mfa_plugin.system.subprocesses import run_to_end
from awscli_mfa_plugin.watch.notifications import desktop_environment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from awscli_mfa_plugin.system.subprocesses import Done

_SECONDS = 30


class CommandLineScheduler:
    """What the schedulers share: a program of the system that is told of the job."""

    name = ""
    program = ""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Look for the session bus of the user, which a program may have to reach."""
        self.environment = desktop_environment(environment)

    def unavailable_reason(self) -> str:
        """Return why it isn't to be had on this machine, or ""."""
        found = shutil.which(self.program, path=self.environment.get("PATH", ""))
        return "" if found else f"there is no {self.program}"

    def home(self) -> str:
        """Return the user's home."""
        return home_folder(self.environment)

    def run(self, *words: str, content: bytes = b"") -> Done:
        """Run the program to its end."""
        return run_to_end([self.program, *words], self.environment, _SECONDS, content)

    def must(self, *words: str, content: bytes = b"") -> Done:
        """Run it; raise ConfigurationError if it says no."""
        done = self.run(*words, content=content)
        if done.returncode != 0:
            raise ConfigurationError(
                f"{self.program} refused: {done.why}.",
                "«aws mfa watch --install --dry-run» shows what it was to get.",
            )
        return done


def write_whole(path: str, content: bytes) -> None:
    """Write a file of ours, and its folder if that is missing."""
    folder = os.path.dirname(path)
    make_private_folder(folder)
    replace_file(os.path.realpath(path), content)


def remove_file(path: str) -> None:
    """Remove a file of ours, if it is there."""
    try:
        with suppress(FileNotFoundError):
            os.unlink(path)
    except OSError as error:
        raise unwritable(path, error) from error
