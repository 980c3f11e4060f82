"""Locks among this user's processes; one that has to wait can say for whom."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import BusyError
from awscli_mfa_plugin.files.atomic import give_to_the_folders_owner, unwritable
from awscli_mfa_plugin.files.state import digest_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import filelock

    from awscli_mfa_plugin.files.state import StateFolder

_POLL_SECONDS = 0.05
# A holder that only writes a file is gone by then: no reason to speak of it.
_SILENT_SECONDS = 0.2


def this_process() -> str:
    """Return how this process is described to others: its id and, if it has one, its terminal."""
    if sys.platform != "win32":
        for descriptor in (0, 1, 2):
            with suppress(OSError):
                return f"process {os.getpid()} on {os.ttyname(descriptor)}"
    return f"process {os.getpid()}"


class Locks:
    """Locks by name, in the state folder; the system frees them when their holder ends."""

    def __init__(self, folder: StateFolder, holder: str = "") -> None:
        self._folder = folder
        self._holder = holder

    @contextmanager
    def hold(
        self, name: str, wait_seconds: float, on_wait: Callable[[str], None] | None = None
    ) -> Iterator[None]:
        """Hold the lock of ``name``; ``on_wait`` gets the holder's description, once.

        Raises BusyError when it isn't free after ``wait_seconds``, UnwritableFileError when the
        state folder can't be used.
        """
        from filelock import FileLock, Timeout

        self._folder.make()
        path = self._folder.file(f"{digest_name(name)}.lock")
        lock = FileLock(path, mode=0o600)
        try:
            if sys.platform != "win32":
                # Made here, since root would own what filelock makes.
                with suppress(FileExistsError):
                    os.close(_new_file(path))
            self._acquire(lock, path, wait_seconds, on_wait)
        except Timeout:
            raise BusyError(
                f"Gave up after waiting {wait_seconds:g} s for {self._other(path)}.",
                "Answer its question or stop it, then try again.",
            ) from None
        except OSError as error:
            raise unwritable(path, error) from error
        try:
            yield
        finally:
            # Gone before the lock is free: the next holder's note must not be removed.
            with suppress(OSError):
                os.unlink(_note(path))
            # The work is done; should this fail, the end of the process frees the lock.
            with suppress(OSError):
                lock.release()

    def _acquire(
        self,
        lock: filelock.BaseFileLock,
        path: str,
        wait_seconds: float,
        on_wait: Callable[[str], None] | None,
    ) -> None:
        from filelock import Timeout

        end = time.monotonic() + wait_seconds
        try:
            lock.acquire(timeout=min(_SILENT_SECONDS, wait_seconds), poll_interval=_POLL_SECONDS)
        except Timeout:
            if on_wait is not None:
                on_wait(self._other(path))
            lock.acquire(timeout=max(0, end - time.monotonic()), poll_interval=_POLL_SECONDS)
        self._leave_note(path)

    def _leave_note(self, path: str) -> None:
        # Beside the lock and not in it: a locked file can't be read on Windows.
        note = _note(path)
        with suppress(OSError):
            if os.path.lexists(note):
                os.unlink(note)  # a killed holder left it
            with open(_new_file(note), "w", encoding="utf-8", errors="replace") as file:
                file.write(self._holder or this_process())

    @staticmethod
    def _other(path: str) -> str:
        try:
            with open(_note(path), encoding="utf-8", errors="replace") as file:
                return file.read(200) or "another process"
        except OSError:
            return "another process"


def _new_file(path: str) -> int:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    give_to_the_folders_owner(descriptor, os.path.dirname(path))
    return descriptor


def _note(path: str) -> str:
    return f"{path[: -len('.lock')]}.holder"
