"""Tells who else could change a folder whose code runs with the user's keys."""

from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_ACCESS_LIST = "system.posix_acl_access"


def who_else_can_write(path: str, home: str) -> str:
    """Return why others can change what lies at ``path``, naming the folder; "" if none can."""
    found = open_place(path, home)
    return " ".join(found) if found else ""


def open_place(path: str, home: str) -> tuple[str, str] | None:
    """Return the path or folder where others can change what lies at ``path``, and why, or None.

    Looked at are the path, its ancestors as named, and those it leads to. A folder with the
    sticky bit, as /tmp, is fit above ``home`` alone: who could take the home away could change
    the config file as well. A group that holds the user alone is nobody else. Missing folders
    are passed over: they would be made closed.
    """
    if sys.platform == "win32":
        return None  # access there is by lists that the profile's folder comes with
    above_home = set(_with_ancestors(os.path.dirname(os.path.realpath(home))))
    looked_at = dict.fromkeys((*_with_ancestors(path), *_with_ancestors(os.path.realpath(path))))
    for folder in looked_at:
        why = _why_not_closed(folder, may_be_sticky=folder in above_home)
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


def _why_not_closed(path: str, *, may_be_sticky: bool) -> str:
    try:
        status = os.lstat(path)
    except OSError:
        return ""
    if sys.platform != "win32" and status.st_uid not in {0, os.geteuid()}:
        return "belongs to another user"
    is_sticky = may_be_sticky and status.st_mode & stat.S_ISVTX
    # Who can change a link is who can write in its folder.
    if stat.S_ISLNK(status.st_mode) or is_sticky:
        return ""
    if status.st_mode & stat.S_IWOTH:
        return "can be written by everybody"
    if status.st_mode & stat.S_IWGRP and not _is_private_group(path, status.st_gid):
        return "can be written by others of its group"
    return ""


def _is_private_group(path: str, group_id: int) -> bool:
    """Tell whether the group is the user's own, as Fedora and Debian give one to each user."""
    if sys.platform == "win32":
        return True
    import grp
    import pwd

    try:
        # With an access list the group's bit is a mask: it speaks for others too.
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
