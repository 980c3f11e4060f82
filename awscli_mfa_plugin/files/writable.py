"""Tells ahead whether a file could be replaced, before a token code is spent on its content."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress

from awscli_mfa_plugin.errors import UnwritableFileError
from awscli_mfa_plugin.files.atomic import Snapshot, unwritable


def check_replaceable(target: str, snapshot: Snapshot) -> None:
    """Raise UnwritableFileError if a rename onto ``target`` (no symlink) can't or mustn't be.

    A full disk can't be told ahead.
    """
    status = snapshot.status
    if status is not None and status.st_nlink > 1:
        # A rename would part the names, and the other would keep the old keys without a word.
        raise UnwritableFileError(
            f"{target} has a second name (a hard link), which would keep the old content.",
            "Make the other name a symbolic link, then try again.",
        )
    if sys.platform != "win32":
        if status is not None and os.geteuid() not in {0, status.st_uid}:
            raise UnwritableFileError(
                f"{target} belongs to another user, and its owner must stay.",
                "Give it to yourself with chown, or use another file.",
            )
        _check_folder(target)
        if _is_mount_point(target):
            raise unwritable(target, OSError(errno.EBUSY, ""))


def _check_folder(target: str) -> None:
    folder = os.path.dirname(target)
    while not os.path.isdir(folder) and folder != os.path.dirname(folder):
        folder = os.path.dirname(folder)
    if not os.access(folder, os.W_OK | os.X_OK):
        read_only = sys.platform != "win32" and os.statvfs(folder).f_flag & os.ST_RDONLY
        raise unwritable(target, OSError(errno.EROFS if read_only else errno.EACCES, ""))


def _is_mount_point(path: str) -> bool:
    # os.path.ismount doesn't see a file that is mounted over another of the same file system.
    # The fifth column of mountinfo, see proc(5); only Linux has it, and only Linux has such files.
    escaped = path.replace("\\", "\\134")
    for character in " \t\n":
        escaped = escaped.replace(character, f"\\{ord(character):03o}")
    with suppress(OSError), open("/proc/self/mountinfo", "rb") as file:
        return any(os.fsencode(escaped) == line.split(b" ", 5)[4] for line in file)
    return False
