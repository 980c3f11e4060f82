"""Runs the command of ``mfa_process``, which prints an MFA code."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
from typing import IO, TYPE_CHECKING, Any

from awscli_mfa_plugin.errors import CancelledError, TokenProcessError
from awscli_mfa_plugin.system.signals import handled
from awscli_mfa_plugin.system.subprocesses import (
    StartError,
    drain,
    ending_with_this_process,
    split_command,
    started,
    wait_for,
)
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from awscli_mfa_plugin.session.ports import Notes

PROCESS_SECONDS = 60
"""Some commands wait for a touch or for a keyring to be unlocked."""

_MAX_OUTPUT = 4096  # bytes

_SIX_DIGITS = re.compile(r"[0-9]{6,}")
_RUN_IT_YOURSELF = "Run it yourself to check: it must print only the MFA code, and exit with 0."


def run_token_process(
    command: str,
    environment: Mapping[str, str],
    notes: Notes,
    seconds: float = PROCESS_SECONDS,
    *,
    takes_terminal: bool = True,
) -> str:
    """Return what the command of ``mfa_process`` printed.

    It is split into words as botocore splits ``credential_process``, without a shell. Its
    stderr is shown line by line, with six digits or more masked. Without ``takes_terminal`` the
    terminal's foreground stays as it is. Raises TokenProcessError if it fails or takes too long.
    """
    words = _words(command)
    output: list[bytes] = []
    last_line: list[str] = []
    options = {"stdin": subprocess.DEVNULL, **_group_options()}
    try:
        with (
            ending_with_this_process() as watch,
            started(words, environment, watch, **options) as process,
            _in_foreground(process.pid) if takes_terminal else contextlib.nullcontext(),
        ):
            relay = (_relay, process.stderr, notes, last_line)
            wait_for(process, seconds, (drain, process.stdout, output), relay)
    except StartError as error:
        why = f"can't run {sanitize(words[0])}: {error}."
    except subprocess.TimeoutExpired:
        why = f"({sanitize(words[0])}) was stopped: it didn't finish within {seconds:g} seconds."
    else:
        if process.returncode == -signal.SIGINT:
            raise CancelledError("Cancelled. Nothing was changed.", by_interrupt=True)
        if not process.returncode:
            return b"".join(output)[:_MAX_OUTPUT].decode("utf-8", "replace").strip()
        said = f": {last_line[0]}" if last_line else "."
        why = f"({sanitize(words[0])}) failed with exit code {process.returncode}{said}"
    raise TokenProcessError(f"mfa_process {why}", _RUN_IT_YOURSELF)


def _relay(stderr: IO[bytes], notes: Notes, last_line: list[str]) -> None:
    with stderr:
        for line in stderr:
            text = sanitize(_SIX_DIGITS.sub("******", line.decode("utf-8", "replace").strip()))
            if text:
                last_line[:] = [text]
                notes(f"mfa_process: {text}")


def _words(command: str) -> list[str]:
    try:
        words = split_command(command)
    except ValueError as error:
        raise TokenProcessError(
            f"mfa_process can't be split into words: {sanitize(error)}.", "Check its quotes."
        ) from None
    if not words:
        raise TokenProcessError("mfa_process is empty.", "Remove it, or name a command.")
    return words


def _group_options() -> dict[str, Any]:
    if os.name == "nt":
        return {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
    return {"process_group": 0} if sys.version_info >= (3, 11) else {"preexec_fn": os.setpgrp}


@contextlib.contextmanager
def _in_foreground(group: int) -> Iterator[None]:
    """Put the command in the terminal's foreground: pinentry, for one, prompts there itself."""
    if os.name == "nt" or threading.current_thread() is not threading.main_thread():
        yield
        return
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError:
        yield
        return
    ours = os.getpgrp()
    try:
        if os.tcgetpgrp(terminal) != ours:
            yield
            return
        _give(terminal, group)
        try:
            yield
        finally:
            _give(terminal, ours)
    finally:
        os.close(terminal)


def _give(terminal: int, group: int) -> None:
    """Make ``group`` the terminal's foreground; SIGTTOU would stop us when we take it back."""
    with handled({"SIGTTOU": signal.SIG_IGN}), contextlib.suppress(OSError):
        os.tcsetpgrp(terminal, group)
