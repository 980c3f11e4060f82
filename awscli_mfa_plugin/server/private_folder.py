"""A folder of one process in the plugin's own, removed at its end; a killed one's goes later."""

from __future__ import annotations

import os
import shutil
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import BusyError
from awscli_mfa_plugin.files.atomic import make_private_folder, unwritable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from awscli_mfa_plugin.files.locks import Locks
    from awscli_mfa_plugin.files.state import StateFolder

MOST = 100
"""Processes at the same time."""


@contextmanager
def private_folder(state: StateFolder, locks: Locks) -> Iterator[str]:
    """Yield the path of a new folder, 0700.

    Its name is the first number whose lock is free; what is in a folder without a holder was left
    by a process that was killed. Raises BusyError, UnwritableFileError.
    """
    with ExitStack() as held:
        path = ""
        for number in range(MOST):
            candidate = state.file(f"exec-{number}")
            if path and not os.path.lexists(candidate):
                continue
            with ExitStack() as lock, suppress(BusyError):
                lock.enter_context(locks.hold(f"exec {number}", 0))
                shutil.rmtree(candidate, ignore_errors=True)
                if not path:
                    path = candidate
                    held.push(lock.pop_all())
        if not path:
            raise BusyError("Too many programs run by aws mfa exec --server.", "End one of them.")
        make_private_folder(path)
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)


def write_private_file(path: str, content: bytes) -> None:
    """Make a file that nobody else can read, and that programs don't change by mistake."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
        with open(descriptor, "wb") as file:
            file.write(content)
    except OSError as error:
        raise unwritable(path, error) from error


def is_unchanged(path: str, content: bytes) -> bool:
    """Tell whether a file still holds what was written."""
    try:
        with open(path, "rb") as file:
            return file.read() == content
    except OSError:
        return False
