"""Finds out whether others can change a folder whose code runs with the user's keys."""

from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_ACCESS_LIST = "system.posix_acl_access"


def who_else_can_write(path: str, home: str) -> str:
    """Return which folder others can change, and why, or ""."""
    found = open_place(path, home)
    return " ".join(found) if found else ""


def open_place(path: str, home: str) -> tuple[str, str] | None:
    """Return the path where others can change ``path``, and why; None if nobody else can.

    Checked are the path and the folders above it, also those that links lead to. A sticky folder
    such as /tmp is accepted only above ``home``. A group with no other member is accepted, and
    so is a folder that doesn't exist: it would be created private.
    """
    if sys.platform == "win32":
        return None  # there the user profile's access control lists apply
    above_home = set(_with_ancestors(os.path.dirname(os.path.realpath(home))))
    for folder in (*_with_ancestors(path), *_with_ancestors(os.path.realpath(path))):
        why = _why_open(folder, may_be_sticky=folder in above_home)
        if why:
            return folder, why
    return None


def _with_ancestors(path: str) -> Iterator[str]:
    path = os.path.abspath(path)
    while True:
        yield path
        if path == os.path.dirname(path):
            return
        path = os.path.dirname(path)


def _why_open(path: str, *, may_be_sticky: bool) -> str:
    try:
        status = os.lstat(path)
    except OSError:
        return ""
    if sys.platform != "win32" and status.st_uid not in {0, os.geteuid()}:
        return "belongs to another user"
    is_sticky = may_be_sticky and status.st_mode & stat.S_ISVTX
    # A link can be changed by whoever can write in its folder.
    if stat.S_ISLNK(status.st_mode) or is_sticky:
        return ""
    if status.st_mode & stat.S_IWOTH:
        return "can be written by everybody"
    if status.st_mode & stat.S_IWGRP and not _is_private_group(path, status.st_gid):
        return "can be written by its group"
    return ""


def _is_private_group(path: str, group_id: int) -> bool:
    """Return whether the group has only the user, as on Fedora and Debian."""
    if sys.platform == "win32":
        return True
    import grp
    import pwd

    try:
        # With an access list the group's bit is a mask for others too.
        if _ACCESS_LIST in getattr(os, "listxattr", lambda _path: [])(path):
            return False
        user = pwd.getpwuid(os.geteuid())
        group = grp.getgrgid(group_id)
    except (OSError, KeyError):
        return False
    if group_id == 0 == os.geteuid():
        return set(group.gr_mem) <= {user.pw_name}
    is_own = user.pw_gid == group_id and group.gr_name == user.pw_name
    return is_own and set(group.gr_mem) <= {user.pw_name}
