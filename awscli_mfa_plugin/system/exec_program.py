"""The program that ``exec`` runs in place of this process, and the shell that started this one."""

from __future__ import annotations

import errno
import os
import signal
import sys
from typing import TYPE_CHECKING

from awscli_mfa_plugin.system.machine import say
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


NOT_FOUND, CANNOT_RUN = 127, 126
"""A shell's exit statuses for these (POSIX, Shell Command Language, 2.8.2)."""


def exec_program(
    words: list[str], environment: Mapping[str, str], variables: Mapping[str, str]
) -> int:
    """Replace this process by the program ``words[0]``, or by the user's shell without words.

    ``variables`` are added to ``environment``, empty ones removed from it. Returns an exit status
    if the program can't be run; on Windows, the program's own.
    """
    child = program_environment(environment, variables)
    words = program_words(words, environment)
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        if os.name == "nt":
            from awscli_mfa_plugin.system import windows

            return windows.run_to_its_end(program_command(words, child), child)
        # Python ignores SIGPIPE, and the program would inherit that.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.execvpe(words[0], words, child)  # noqa: S606 - no shell is wanted
    except (OSError, ValueError) as error:
        return cannot_run(words[0], error)


def exit_status_ahead(words: list[str], environment: Mapping[str, str]) -> int:
    """Return with what :func:`exec_program` would end without running the program, or 0.

    What is wrong is said on stderr, as far as it can be told ahead.
    """
    import shutil

    word, search = program_words(words, environment)[0], environment.get("PATH")
    if not word:
        say("aws mfa exec: the command is empty.")
        return NOT_FOUND
    if shutil.which(word, path=search):
        return 0
    folders = [""] if os.path.dirname(word) else (search or os.defpath).split(os.pathsep)
    is_there = any(os.path.exists(os.path.join(folder, word)) for folder in folders)
    return cannot_run(word, OSError(errno.EACCES if is_there else errno.ENOENT, ""))


def program_command(words: list[str], child: Mapping[str, str]) -> list[str] | str:
    """Return how to start a program: on Windows ``npx`` is ``npx.cmd``, and needs its own quotes.

    Raises FileNotFoundError, ValueError.
    """
    if os.name != "nt":
        return words
    import shutil

    from awscli_mfa_plugin.system import windows

    found = shutil.which(words[0], path=child.get("PATH"))
    if not found:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    return windows.command_line(found, words[1:], child)


def program_environment(
    environment: Mapping[str, str], variables: Mapping[str, str]
) -> dict[str, str]:
    """Return the environment of exec's program; empty variables are removed from it."""
    from awscli_mfa_plugin.system.subprocesses import child_environment

    child = {**child_environment(environment), **variables}
    return {name: value for name, value in child.items() if value or name not in variables}


def program_words(words: Sequence[str], environment: Mapping[str, str]) -> list[str]:
    """Return the command line of exec's program: the user's shell without words."""
    name, default = ("COMSPEC", "cmd.exe") if os.name == "nt" else ("SHELL", "/bin/sh")
    return [*words] or [environment.get(name) or default]


def cannot_run(word: str, error: OSError | ValueError) -> int:
    """Say why a program can't be run; return a shell's exit status for that."""
    code = getattr(error, "errno", None)
    if code in {errno.ENOENT, errno.ENOTDIR}:
        say(f"aws mfa exec: {sanitize(word)}: command not found.")
        return NOT_FOUND
    why = os.strerror(code) if code else sanitize(error)
    say(f"aws mfa exec: can't run {sanitize(word)}: {why}.")
    return CANNOT_RUN


def parent_process() -> str:
    """Return the name of the program that started this process, or "" if it isn't known."""
    if os.name == "nt":
        from awscli_mfa_plugin.system import windows

        return windows.shell_of(windows.ancestors(), os.environ)
    parent = os.getppid()
    try:
        with open(f"/proc/{parent}/comm", encoding="utf-8", errors="replace") as file:
            return file.read().strip()
    except OSError:  # macOS has no /proc
        from awscli_mfa_plugin.system.subprocesses import run_to_end

        words = ["/bin/ps", "-o", "comm=", "-p", str(parent)]
        return run_to_end(words, os.environ, 5).text.strip()
