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
from awscli_mfa_plugin.text import Style, sanitize, wants_colors

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping, Sequence

    from awscli_mfa_plugin.session.ports import CountingTerminal


class _Here(tzinfo):
    """The local zone: arithmetic with the offset of now, other times shown in their own offset.

    So an expiration after the change to summer time is shown as clocks will show it then.
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
    """The MFA code of ``AWS_MFA_TOKEN_CODE``, for one use in this process."""

    def __init__(self, environment: MutableMapping[str, str]) -> None:
        """Remove it from the environment, so that no subprocess gets it."""
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


def write_exactly(text: str) -> None:
    """Write text to stdout as UTF-8, whatever the locale says; a value must arrive whole."""
    sys.stdout.flush()
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(text)
    else:
        buffer.write(text.encode())
    sys.stdout.flush()


def say(text: str) -> None:
    """Write a line to stderr, if it is open."""
    if sys.stderr:
        with suppress(OSError, ValueError):
            print_line(text, sys.stderr)


def style_of(stream: TextIO | None, color: str | None, environment: Mapping[str, str]) -> Style:
    """Return the colors of stdout or stderr; ``color`` is the CLI's ``--color``, None without."""
    is_terminal = bool(stream and stream.isatty())
    if stream and is_terminal and sys.platform == "win32":
        from awscli_mfa_plugin.system.terminal_windows import takes_escape_sequences

        is_terminal = takes_escape_sequences(stream)
    return Style(is_on=wants_colors(color, environment, is_terminal=is_terminal))


def columns_of(stream: TextIO) -> int:
    """Return how wide a terminal is; 0 if the stream is none, or if that isn't known."""
    try:
        return os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError, AttributeError):
        return 0


def say_error(program: str, error: object, color: str | None = None) -> None:
    """Write an error to stderr, after the name of the program that it ended."""
    style = style_of(sys.stderr, color, os.environ)
    say(f"{style.red(f'{program}:')} {error}")


def read_stdin() -> str:
    """Return the first 100 characters of stdin's first line."""
    return sys.stdin.readline(100).strip() if sys.stdin else ""


class Waiting:
    """Waits with a countdown on the terminal, or else after a line on stderr."""

    def __init__(self, terminal: CountingTerminal) -> None:
        self._terminal = terminal

    def __call__(self, seconds: int, reason: str) -> None:
        """Wait."""
        if not self._terminal.unavailable_reason():
            self._terminal.wait(seconds, reason)
            return
        say(f"{reason} {seconds} s.")
        time.sleep(seconds)


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
            import subprocess

            return subprocess.run(words, env=child, check=False).returncode
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
        "The path of this aws wasn't found, so a scheduler couldn't start it.",
        "Run it as aws, with its folder on the PATH.",
    )
