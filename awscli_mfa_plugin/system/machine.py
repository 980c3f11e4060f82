"""This process and its machine: clock, streams, parent, the program after it, and this aws."""

from __future__ import annotations

import errno
import os
import signal
import sys
import time
from contextlib import suppress
from datetime import datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING, TextIO

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.session.token_codes import ENVIRONMENT_CODE
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

    from awscli_mfa_plugin.session.ports import CountingTerminal


class _Here(tzinfo):
    """The zone of this machine: its offset now, and for another time the offset of that time.

    So a session that outlives the change to summer time is shown with the end that clocks will
    show, while the present time is counted with as in any zone of one offset.
    """

    def __init__(self, offset: timedelta, name: str) -> None:
        self._now = timezone(offset, name) if name else timezone(offset)

    def utcoffset(self, when: datetime | None) -> timedelta:
        return self._now.utcoffset(when)

    def tzname(self, when: datetime | None) -> str:
        return self._now.tzname(when)

    def dst(self, when: datetime | None) -> None:
        del when

    def fromutc(self, when: datetime) -> datetime:
        return when.replace(tzinfo=timezone.utc).astimezone()


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        """Return the time as an aware datetime in the local zone."""
        now = datetime.now().astimezone()
        return now.replace(tzinfo=_Here(now.utcoffset() or timedelta(0), now.tzname() or ""))


class EnvironmentCode:
    """The token code of the environment, for one use in this process, whoever asks first."""

    def __init__(self, environment: MutableMapping[str, str]) -> None:
        """Take it out of the environment at once: no child of this process may see it."""
        self._code = environment.pop(ENVIRONMENT_CODE, "")

    def __call__(self) -> str:
        """Return the code once, then ""."""
        code, self._code = self._code, ""
        return code


def print_line(text: str, stream: TextIO | None = None) -> None:
    """Write a line to stdout or ``stream``, with ``?`` for what its encoding can't show."""
    stream = stream or sys.stdout
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write(f"{text.encode(encoding, 'replace').decode(encoding)}\n")
    stream.flush()


def say(text: str) -> None:
    """Write a line to stderr, if it is open."""
    if sys.stderr:
        with suppress(OSError, ValueError):
            print_line(text, sys.stderr)


def read_stdin() -> str:
    """Return the first line of stdin, at most 100 characters of it."""
    return sys.stdin.readline(100).strip() if sys.stdin else ""


class Waiting:
    """Lets time pass: with a countdown on the terminal, or silently after one line."""

    def __init__(self, terminal: CountingTerminal) -> None:
        """Keep the terminal that may show a countdown."""
        self._terminal = terminal

    def __call__(self, seconds: int, reason: str) -> None:
        """Let ``seconds`` pass."""
        if not self._terminal.unavailable_reason():
            self._terminal.wait(seconds, reason)
            return
        say(f"{reason} {seconds} s.")
        time.sleep(seconds)


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
    from awscli_mfa_plugin.system.subprocesses import child_environment

    child = {**child_environment(environment), **variables}
    child = {name: value for name, value in child.items() if value or name not in variables}
    if not words:
        name, default = ("COMSPEC", "cmd.exe") if os.name == "nt" else ("SHELL", "/bin/sh")
        words = [environment.get(name) or default]
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
    except (OSError, ValueError) as error:
        code = getattr(error, "errno", None)
        if code in {errno.ENOENT, errno.ENOTDIR}:
            say(f"aws mfa exec: {sanitize(words[0])} isn't found. Is it on the PATH?")
            return NOT_FOUND
        why = os.strerror(code) if code else sanitize(error)
        say(f"aws mfa exec: {sanitize(words[0])} can't be run: {why}.")
        return CANNOT_RUN


def parent_process() -> str:
    """Return the name of the program that started this process, or "" if it isn't known."""
    if os.name == "nt":
        return "cmd.exe" if "PROMPT" in os.environ else "powershell.exe"
    parent = os.getppid()
    try:
        with open(f"/proc/{parent}/comm", encoding="utf-8", errors="replace") as file:
            return file.read().strip()
    except OSError:  # macOS has no /proc
        from awscli_mfa_plugin.system.subprocesses import run_to_end

        words = ["/bin/ps", "-o", "comm=", "-p", str(parent)]
        return run_to_end(words, os.environ, 5).text.strip()


def path_of_this_aws(program: str, environment: Mapping[str, str]) -> str:
    """Return the path by which another process can start the ``aws`` that runs as ``program``.

    The name on the PATH is preferred, since it survives an update. Raises ConfigurationError if
    ``program`` is no ``aws``.
    """
    import shutil

    search = environment.get("PATH", "")
    on_path = shutil.which("aws", path=search)
    if not os.path.isabs(program):
        program = shutil.which(program, path=search) or os.path.abspath(program)
    if on_path and os.path.realpath(on_path) == os.path.realpath(program):
        return os.path.abspath(on_path)
    name = os.path.basename(program).lower().removesuffix(".exe").removesuffix(".cmd")
    if name == "aws" and os.path.isfile(program):
        return program
    raise ConfigurationError(
        "The path of this aws can't be told, so no scheduler could start it.",
        "Run the command by the name aws, with its folder on the PATH.",
    )
