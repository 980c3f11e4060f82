"""Replaces a file whole: what a reader or a crash sees is the old content or the new one."""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import UnwritableFileError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SECRET_MODE = 0o600
_MARK = "awscli-mfa"
_NEW_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)

_IN_USE = (5, 32)
"""ERROR_ACCESS_DENIED and ERROR_SHARING_VIOLATION (Microsoft, System Error Codes)."""

PATIENCE_SECONDS, _POLL_SECONDS = 2, 0.05

_OTHER_FOLDER = "Nothing was changed. Make {} writable for you, or use another file."
_ROOM = "Nothing was changed. Free some disk space, then try again."
_CAUSES = {
    errno.EBUSY: (
        "it is mounted on its own, as in a container",
        "Mount its folder ({}) instead of the file, or use another file.",
    ),
    errno.EROFS: ("its file system is read-only", _OTHER_FOLDER),
    errno.EACCES: ("you can't write to its folder", _OTHER_FOLDER),
    errno.ENOSPC: ("the disk is full", _ROOM),
    errno.EDQUOT: ("the disk quota is used up", _ROOM),
}
_HELD = (
    "another program has it open, or you may not change it",
    "Nothing was changed. Close that program (an editor, a virus scanner), then try again.",
)
_CAUSES |= {errno.EXDEV: _CAUSES[errno.EBUSY], errno.EPERM: _CAUSES[errno.EACCES]}


class ChangedMeanwhileError(Exception):
    """The file isn't any more what was read; start over."""


def make_private_folder(path: str) -> None:
    """Make a folder and its missing parents, 0700, if it isn't there; raise UnwritableFileError."""
    if not path or os.path.isdir(path):
        return
    make_private_folder(os.path.dirname(path))
    try:
        # Another of our processes may be faster.
        with suppress(FileExistsError):
            os.mkdir(path, 0o700)
            if sys.platform != "win32" and os.geteuid() == 0:
                # By its descriptor: the user could put a link in its place meanwhile.
                with _opened_folder(path, os.O_NOFOLLOW) as descriptor:
                    give_to_the_folders_owner(descriptor, os.path.dirname(path))
    except OSError as error:
        raise unwritable(path, error) from error


@contextmanager
def _opened_folder(path: str, flags: int = 0) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | flags)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def give_to_the_folders_owner(descriptor: int, folder: str) -> None:
    """Let root, on a user's behalf under sudo, leave the user what it makes in their folder."""
    if sys.platform != "win32" and os.geteuid() == 0:
        owner = os.stat(folder)
        if owner.st_uid:
            os.fchown(descriptor, owner.st_uid, owner.st_gid)


def replace_file(
    target: str,
    content: bytes,
    old: os.stat_result | None = None,
    *,
    secret: bool = True,
    durable: bool = True,
    check: Callable[[str], None] = lambda _temporary: None,
) -> None:
    """Put ``content`` in the place of ``target`` (no symlink; its folder is there), atomically.

    ``old`` gives owner and mode; a secret's mode is never wider than 0600, and so is a new
    file's. What isn't ``durable`` may be lost, but not torn, when the machine loses its power.
    ``check`` gets the temporary file's path just before the rename, to raise.
    Raises UnwritableFileError, the target untouched and the temporary file gone.
    """
    folder, name = os.path.split(target)
    temporary = os.path.join(folder, f".{name}.{_MARK}-{os.urandom(4).hex()}.tmp")
    try:
        descriptor = os.open(temporary, _NEW_FLAGS, _SECRET_MODE)
    except OSError as error:
        raise unwritable(target, error) from error
    try:
        if old is None:
            give_to_the_folders_owner(descriptor, folder)
        _fill(descriptor, content, old, secret=secret, durable=durable)
        # On the disk before it has the name: no reader ever sees the new name with old bytes.
        patiently(lambda: _rename(temporary, target, check))
    except BaseException as error:
        with suppress(OSError):
            os.unlink(temporary)
        if isinstance(error, FileNotFoundError):
            # Somebody removed the temporary file or the folder: everything may differ by now.
            raise ChangedMeanwhileError from error
        if isinstance(error, OSError):
            raise unwritable(target, error) from error
        raise
    if durable:
        sync_folder(folder)


def _rename(temporary: str, target: str, check: Callable[[str], None]) -> None:
    check(temporary)
    os.replace(temporary, target)


def replace_own_file(path: str, content: bytes, *, durable: bool = True) -> None:
    """Put ``content`` in the place of a file that only we write; the caller holds its lock.

    Raises UnwritableFileError; what was written before stays then.
    """
    remove_leftovers(path)
    try:
        replace_file(path, content, durable=durable)
    except ChangedMeanwhileError:
        raise unwritable(path, FileNotFoundError(errno.ENOENT, "")) from None


def sync_folder(path: str) -> None:
    """Let a new or removed name in a folder survive a loss of power.

    The change is made by now: a folder that can't be synced is no failure.
    """
    if sys.platform != "win32":
        with suppress(OSError), _opened_folder(path) as folder:
            os.fsync(folder)


def _fill(
    descriptor: int, content: bytes, old: os.stat_result | None, *, secret: bool, durable: bool
) -> None:
    with open(descriptor, "wb", buffering=0) as file:
        left = memoryview(content)
        while left:
            left = left[file.write(left) :]
        if old is not None:
            _take_over(descriptor, old, secret=secret)
        if durable:
            os.fsync(descriptor)


def _take_over(descriptor: int, old: os.stat_result, *, secret: bool) -> None:
    """Give the new file the old one's owner, group and mode."""
    if sys.platform != "win32":
        new = os.fstat(descriptor)
        mode = stat.S_IMODE(old.st_mode) & (_SECRET_MODE if secret else 0o7777)
        if new.st_uid != old.st_uid:
            os.fchown(descriptor, old.st_uid, -1)
        if new.st_gid != old.st_gid:
            try:
                os.fchown(descriptor, -1, old.st_gid)
            except PermissionError:
                # Not to be opened to the members of another group.
                mode &= ~0o070
        os.fchmod(descriptor, mode)


def is_leftover(name: str, target: str = "") -> bool:
    """Return whether a file is a temporary one of ours, made beside ``target`` ("": any file)."""
    of = re.escape(target) if target else ".+"
    return bool(re.fullmatch(rf"\.{of}\.{_MARK}-[0-9a-f]{{8}}\.tmp", name))


def remove_leftovers(target: str) -> None:
    """Remove the temporary files that killed processes left beside ``target``.

    Only while holding the target's lock: another's temporary file is in use without it.
    """
    folder, name = os.path.split(target)
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if not is_leftover(entry.name, name) or not entry.is_file(follow_symlinks=False):
                continue
            status = entry.stat(follow_symlinks=False)
            if sys.platform == "win32" or status.st_uid == os.geteuid():
                with suppress(OSError):
                    os.unlink(entry.path)


def remove_file(path: str) -> bool:
    """Remove a file; return whether it was there. Raises UnwritableFileError."""
    try:
        patiently(lambda: os.unlink(path))
    except FileNotFoundError:
        return False
    except OSError as error:
        raise unwritable(path, error) from error
    return True


def unwritable(path: str, error: OSError) -> UnwritableFileError:
    """Return the error to show for what the operating system said about writing ``path``."""
    number = error.errno or 0
    usual = "Nothing was changed. Check its disk and its folder ({}), then try again."
    cause, remedy = _CAUSES.get(number, (os.strerror(number), usual))
    if is_in_use(error):
        cause, remedy = _HELD
    folder = os.path.dirname(path)
    return UnwritableFileError(path, f"can't be replaced: {cause}", remedy.format(folder))


def is_in_use(error: OSError) -> bool:
    """Return whether another program may have the file open; never so but on Windows."""
    return getattr(error, "winerror", None) in _IN_USE


def patiently(
    work: Callable[[], object],
    now: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Do the work, again and again for two seconds while a file is in use; raise OSError.

    An editor, a virus scanner or a shell's prompt has it open for a moment, even to read it.
    """
    end = now() + PATIENCE_SECONDS
    while True:
        try:
            work()
        except OSError as error:  # noqa: PERF203 - that is the point
            if not is_in_use(error) or now() >= end:
                raise
            sleep(_POLL_SECONDS)
        else:
            return
