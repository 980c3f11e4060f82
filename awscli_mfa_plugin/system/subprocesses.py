"""Runs other programs, without our secrets in their environment, and stops them in time."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

from awscli_mfa_plugin.system.signals import deferred
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

WITHHELD = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_MFA_TOKEN_CODE",
)

_CLI_DATA = os.path.join("awscli", "data")


def child_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return a copy of ``environment`` that a program other than ``aws`` can run in.

    PyInstaller keeps the library path that was there before under ``…_ORIG``, and names of its
    own begin with ``_PYI_`` (PyInstaller manual, "Run-time Information"). The CLI puts its own
    data folder first in ``AWS_DATA_PATH``; an SDK would read that instead of its own.
    """
    child = {
        name: value
        for name, value in environment.items()
        if name not in WITHHELD and not name.startswith("_PYI_")
    }
    for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LIBPATH"):
        original = child.pop(f"{name}_ORIG", None)
        if original is not None:
            child[name] = original
        elif getattr(sys, "frozen", False):
            child.pop(name, None)
    first, divider, rest = child.pop("AWS_DATA_PATH", "").partition(os.pathsep)
    kept = rest if first.endswith(_CLI_DATA) else first + divider + rest
    return {**child, "AWS_DATA_PATH": kept} if kept else child


def split_command(command: str) -> list[str]:
    """Return the words of a command as botocore splits ``credential_process``.

    Raises ValueError for a missing quote.
    """
    from botocore.compat import compat_shell_split

    words: list[str] = compat_shell_split(command)
    return words


_CHUNK, _KEPT = 65536, 64

# Reads a process group's id from this process, then a line once all is well. If the pipe ends
# without that line, this process died, and the group is killed.
_WATCHER = 'read -r group && [ "$group" ] && ! read -r _ && kill -s KILL -- "-$group"'


@dataclass(frozen=True)
class Done:
    """How a program ended; ``returncode`` is None if it couldn't be started or took too long.

    ``why`` says so then, and else is its last line on stderr.
    """

    returncode: int | None
    stdout: bytes = field(default=b"", repr=False)
    why: str = ""
    timed_out: bool = False
    stderr: bytes = field(default=b"", repr=False)

    @property
    def succeeded(self) -> bool:
        """Whether it ended with 0."""
        return self.returncode == 0

    @property
    def text(self) -> str:
        """What it wrote to stdout."""
        return self.stdout.decode("utf-8", "replace")


def run_to_end(
    words: Sequence[str],
    environment: Mapping[str, str],
    seconds: float,
    content: bytes = b"",
    folder: str | None = None,
) -> Done:
    """Run a program without a terminal; ``content`` is its stdin, ``folder`` where it runs.

    It gets no keys. It and its subprocesses are killed after ``seconds``, or if this process is
    interrupted.
    """
    session: dict[str, Any] = {"stdin": subprocess.PIPE, "cwd": folder, "start_new_session": True}
    output: list[bytes] = []
    errors: list[bytes] = []
    try:
        with started(words, environment, **session) as process:
            read = (drain, process.stdout, output), (drain, process.stderr, errors)
            wait_for(process, seconds, *read, (_feed, process.stdin, content))
    except StartError as error:
        return Done(None, why=str(error))
    except subprocess.TimeoutExpired:
        return Done(None, why=f"it took longer than {seconds:g} s", timed_out=True)
    stderr = b"".join(errors)
    lines = stderr.decode("utf-8", "replace").strip().splitlines()
    why = sanitize(lines[-1]) if lines else f"exit code {process.returncode}"
    return Done(process.returncode, b"".join(output), why, stderr=stderr)


class StartError(Exception):
    """A program can't be started; the text says why."""


@contextlib.contextmanager
def started(
    words: Sequence[str],
    environment: Mapping[str, str],
    on_start: Callable[[int], object] = lambda _pid: None,
    **options: Any,
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a program without keys; when the block ends, it and its subprocesses have ended too.

    On POSIX ``options`` must make it lead a group. A signal waits until ``on_start`` has got the
    process id. Raises StartError.
    """
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with contextlib.ExitStack() as signals:
        signals.enter_context(deferred("SIGTERM", "SIGHUP", "SIGINT"))
        try:
            process = _start(words, env=child_environment(environment), **pipes, **options)
        except (OSError, ValueError) as error:
            raise StartError(getattr(error, "strerror", None) or sanitize(error)) from None
        try:
            on_start(process.pid)
            signals.close()
        except BaseException:
            with process:  # which closes its pipes: nobody reads them yet
                _end_group(process)
            raise
        try:
            yield process
        finally:
            if process.poll() is None:
                _end_group(process)


def wait_for(process: subprocess.Popen[bytes], seconds: float, *works: tuple[Any, ...]) -> None:
    """Wait for a program, with a thread for each work and its arguments; raise TimeoutExpired."""
    workers = [
        threading.Thread(target=work, args=arguments, daemon=True) for work, *arguments in works
    ]
    for worker in workers:
        worker.start()
    process.wait(seconds)
    for worker in workers:
        # A process that the program left running may keep a pipe open.
        worker.join(1)


def drain(stream: IO[bytes], into: list[bytes]) -> None:
    """Read to the end, so that the program never blocks; keep the beginning and the end."""
    with stream:
        while chunk := os.read(stream.fileno(), _CHUNK):
            into[:] = [*into[:_KEPT], chunk]


def _feed(stream: IO[bytes], content: bytes) -> None:
    with contextlib.suppress(OSError), stream:
        stream.write(content)


@contextlib.contextmanager
def ending_with_this_process() -> Iterator[Callable[[int], None]]:
    """Yield a function that takes a process group's id: that group is killed if this process dies.

    A small shell watches this process, so it works for SIGKILL too, and in every thread.
    """
    watcher = start_watcher(_WATCHER)
    if not watcher:
        yield lambda _group: None
        return

    def tell(line: object) -> None:
        with contextlib.suppress(OSError):
            os.write(watcher.stdin.fileno(), f"{line}\n".encode())  # type: ignore[union-attr]

    try:
        yield tell
    finally:
        tell("")
        watcher.communicate()


def start_watcher(
    script: str, *arguments: str, stdout: int = subprocess.DEVNULL
) -> subprocess.Popen[bytes] | None:
    """Start a small shell that sees by its stdin when this process dies.

    None where there is no shell: Windows, some containers.
    """
    with contextlib.suppress(OSError):
        return subprocess.Popen(
            ["/bin/sh", "-c", script, *arguments],
            stdin=subprocess.PIPE,
            stdout=stdout,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            start_new_session=True,
        )
    return None


def _start(words: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
    if os.name == "nt":
        from awscli_mfa_plugin.system.windows import JobProgram

        return JobProgram(words, **options)
    return subprocess.Popen(words, **options)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    if os.name == "nt":
        process.kill()
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
