"""Runs another program in place of this process, and tells which one started it."""

from __future__ import annotations

import errno
import os
import signal
import sys
from typing import TYPE_CHECKING

from awscli_mfa_plugin.system.machine import say
from awscli_mfa_plugin.system.subprocesses import child_environment
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Mapping

NOT_FOUND, CANNOT_RUN = 127, 126
"""Exit statuses of a shell for a command that isn't there and one that can't be run
(POSIX, Shell Command Language, 2.8.2)."""


def exec_program(
    words: list[str], environment: Mapping[str, str], variables: Mapping[str, str]
) -> int:
    """Run the program ``words[0]`` with ``variables`` added to ``environment``.

    On POSIX it takes the place of this process, and this returns only if it can't. On Windows
    it is waited for, and its exit status returned. No words mean the user's shell. A variable
    whose value is empty is removed.
    """
    child = child_environment(environment)
    for name, value in variables.items():
        child.pop(name, None)
        if value:
            child[name] = value
    words = words or [_shell(environment)]
    if not words[0]:
        say("aws mfa exec: a program without a name isn't found.")
        return NOT_FOUND
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        if os.name == "nt":
            import subprocess

            return subprocess.run(words, env=child, check=False).returncode
        # Python ignores it, and a program would inherit that.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.execvpe(words[0], words, child)  # noqa: S606 - no shell is what is wanted
    except ValueError as error:
        say(f"aws mfa exec: {sanitize(words[0])} can't be run: {sanitize(error)}.")
        return CANNOT_RUN
    except OSError as error:
        return _why_not(words[0], error)


def _why_not(program: str, error: OSError) -> int:
    if error.errno in {errno.ENOENT, errno.ENOTDIR}:
        say(f"aws mfa exec: {sanitize(program)} isn't found. Is it on the PATH?")
        return NOT_FOUND
    say(f"aws mfa exec: {sanitize(program)} can't be run: {error.strerror}.")
    return CANNOT_RUN


def _shell(environment: Mapping[str, str]) -> str:
    if os.name == "nt":
        return environment.get("COMSPEC") or "cmd.exe"
    return environment.get("SHELL") or "/bin/sh"


def parent_process() -> str:
    """Return the name of the program that started this process, or "" where it can't be told."""
    if os.name == "nt":
        return "cmd.exe" if "PROMPT" in os.environ else "powershell.exe"
    try:
        with open(f"/proc/{os.getppid()}/comm", encoding="utf-8", errors="replace") as file:
            return file.read().strip()
    except OSError:
        return _asked_of_ps(os.getppid())


def _asked_of_ps(pid: int) -> str:
    """Ask ps(1): macOS has no /proc."""
    from awscli_mfa_plugin.system.subprocesses import run_to_end

    return run_to_end(["/bin/ps", "-o", "comm=", "-p", str(pid)], os.environ, 5).text.strip()
