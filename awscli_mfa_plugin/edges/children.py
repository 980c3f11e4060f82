"""Runs a program to its end, in a group of its own that never outlives this process."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from awscli_mfa_plugin.core.text import shown
from awscli_mfa_plugin.edges.child_environment import child_environment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Done:
    """How a program ended; ``returncode`` is None if it couldn't be started or took too long.

    ``why`` says so then, and else is its last line on stderr.
    """

    returncode: int | None
    stdout: bytes = field(default=b"", repr=False)
    why: str = ""
    timed_out: bool = False


def run_to_end(
    words: Sequence[str],
    environment: Mapping[str, str],
    seconds: float,
    content: bytes = b"",
) -> Done:
    """Run a program without a terminal; ``content`` is its stdin.

    It gets no keys. Whatever it started ends with it when the time is over, and when this
    process is interrupted.
    """
    try:
        process = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=child_environment(environment),
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        return Done(None, why=getattr(error, "strerror", None) or shown(error))
    try:
        stdout, stderr = process.communicate(content, timeout=seconds)
    except subprocess.TimeoutExpired:
        return Done(None, why=f"it took longer than {seconds:g} s", timed_out=True)
    finally:
        if process.poll() is None:
            _end_group(process)
    told = stderr.decode("utf-8", "replace").strip().splitlines()
    why = shown(told[-1]) if told else f"exit code {process.returncode}"
    return Done(process.returncode, stdout, why)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    if os.name == "nt":
        process.kill()
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream:
            with contextlib.suppress(OSError):
                stream.close()
