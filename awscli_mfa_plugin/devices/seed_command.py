"""Gives a new device's secret to a program of the user's, on its stdin alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS = 120
"""Some programs wait for a touch, or for a password store to be unlocked."""


def check_program(command: str, environment: Mapping[str, str]) -> None:
    """Raise ConfigurationError if the command has no program that can be run."""
    import shutil

    word = _words(command)[0]
    if not shutil.which(word, path=environment.get("PATH")):
        raise ConfigurationError(
            f"--seed-command: there is no program '{sanitize(word)}'.",
            "Install it, or name it by its full path. Nothing was changed.",
        )


def give_seed(command: str, text: str, environment: Mapping[str, str]) -> None:
    """Run a command with the secret as its one line of stdin; raise ConfigurationError.

    It is split into words as botocore splits ``credential_process``, without a shell. What it
    prints is shown nowhere, since it may repeat the secret.
    """
    from awscli_mfa_plugin.system.subprocesses import run_to_end

    words = _words(command)
    done = run_to_end(words, environment, SECONDS, f"{text}\n".encode("ascii"))
    if done.succeeded:
        return
    why = f"ended with exit code {done.returncode}"
    if done.returncode is None:
        why = "can't be run" if not done.timed_out else f"didn't finish within {SECONDS} s"
    raise ConfigurationError(
        f"--seed-command ({sanitize(words[0])}) {why}.",
        "Try it by hand: it must read the secret from stdin and exit with 0.",
    )


def _words(command: str) -> list[str]:
    from awscli_mfa_plugin.system.subprocesses import split_command

    try:
        words = split_command(command)
    except ValueError as error:
        raise ConfigurationError(
            f"--seed-command can't be split into words: {sanitize(error)}.", "Check its quotes."
        ) from None
    if not words:
        raise ConfigurationError("--seed-command is empty.", "Name a program.")
    return words
