"""A folder of one process in the plugin's own, removed at its end; a killed one's goes later."""

from __future__ import annotations

import os
import shutil
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import BusyError, MfaError
from awscli_mfa_plugin.files.atomic import make_private_folder, unwritable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from awscli_mfa_plugin.files.locks import Locks
    from awscli_mfa_plugin.files.state import StateFolder

MOST = 100
"""Processes at the same time."""

# Windows doesn't remove a file that is read-only.
_MODE = 0o600 if os.name == "nt" else 0o400


@contextmanager
def private_folder(state: StateFolder, locks: Locks) -> Iterator[str]:
    """Yield the path of a new folder, 0700; its name is the first number whose lock is free.

    Raises BusyError, UnwritableFileError.
    """
    remove_abandoned(state, locks)
    with ExitStack() as held:
        for number in range(MOST):
            with suppress(BusyError):
                held.enter_context(locks.hold(_lock_name(number), 0))
                path = _folder(state, number)
                break
        else:
            raise BusyError("Too many programs run by aws mfa exec --server.", "End one of them.")
        shutil.rmtree(path, ignore_errors=True)
        make_private_folder(path)
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)


def remove_abandoned(state: StateFolder, locks: Locks) -> None:
    """Remove the folders that nobody holds: their processes were killed."""
    for number in range(MOST):
        path = _folder(state, number)
        if os.path.lexists(path):
            with suppress(MfaError), locks.hold(_lock_name(number), 0):
                shutil.rmtree(path, ignore_errors=True)


def _folder(state: StateFolder, number: int) -> str:
    return state.file(f"exec-{number}")


def _lock_name(number: int) -> str:
    return f"exec {number}"


def write_private_file(path: str, content: bytes) -> None:
    """Make a file that nobody else can read, and that programs don't change by mistake."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
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
