"""Finds out whether others can change a folder whose code runs with the user's keys."""

from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ACCESS_LIST = "system.posix_acl_access"


def who_else_can_write(path: str, home: str) -> str:
    """Return which folder others can change, and why, or ""."""
    return " ".join(open_place(path, home) or ())


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


class Entry(NamedTuple):
    """An entry of Windows' access control list: its type, flags, rights, and whose they are."""

    kind: int
    flags: int
    rights: int
    sid: str


_ALLOWED = 0
_INHERIT_ONLY = 0x08
_TRUSTED = (
    "S-1-5-18",  # SYSTEM
    "S-1-5-32-544",  # administrators
    "S-1-3-0",  # who makes a file
    "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464",  # TrustedInstaller
)
"""Whoever is one of these can change everything anyway (Microsoft, Well-known SIDs)."""

_REPLACES = 0x40 | 0x10000 | 0x40000 | 0x80000 | 0x10000000 | 0x40000000
"""To delete a child or the folder, to change its list or owner, everything, to write."""

_ADDS_FILES = 0x02


def is_open(entries: Iterable[Entry] | None, user: str, *, is_own_folder: bool) -> bool:
    """Return whether anybody but the user and administrators can change what lies in a folder.

    In the folder of the program itself a new file can do it, a DLL. Above that, everybody may
    add files to a drive's root. Without a list (None) everybody can do everything.
    """
    if entries is None:
        return True
    rights = _REPLACES | (_ADDS_FILES if is_own_folder else 0)
    return any(
        entry.kind == _ALLOWED
        and not entry.flags & _INHERIT_ONLY
        and entry.rights & rights
        and entry.sid not in {*_TRUSTED, user}
        for entry in entries
    )


def others_can_change(folder: str) -> bool:
    """Return whether others can change what lies in a folder; also if that can't be found out."""
    try:
        user = _this_user()
        return any(
            is_open(_access_list(path), user, is_own_folder=not above)
            for above, path in enumerate(_with_ancestors(folder))
        )
    except OSError:
        return True


def _libraries() -> tuple[Any, Any]:
    import ctypes

    make: Any = ctypes.WinDLL  # type: ignore[attr-defined,unused-ignore]
    return make("advapi32", use_last_error=True), make("kernel32", use_last_error=True)


def _access_list(path: str) -> list[Entry] | None:
    """Return a folder's list; None if it has none, which lets everybody do everything."""
    import ctypes
    from ctypes import byref, c_void_p, wintypes

    advapi, kernel = _libraries()
    acl, descriptor = c_void_p(), c_void_p()
    status = advapi.GetNamedSecurityInfoW(
        wintypes.LPCWSTR(path), 1, 4, None, None, byref(acl), None, byref(descriptor)
    )
    if status:
        raise OSError(status, path)
    try:
        if not acl.value:
            return None
        count = ctypes.cast(acl.value + 4, ctypes.POINTER(wintypes.WORD))[0]
        found = []
        for number in range(count):
            ace = c_void_p()
            if not advapi.GetAce(acl, number, byref(ace)) or ace.value is None:
                raise OSError(0, path)
            kind, flags = ctypes.cast(ace.value, ctypes.POINTER(ctypes.c_ubyte * 2))[0]
            rights = ctypes.cast(ace.value + 4, ctypes.POINTER(wintypes.DWORD))[0]
            found.append(Entry(kind, flags, rights, _sid_text(ace.value + 8)))
        return found
    finally:
        kernel.LocalFree(descriptor)


def _sid_text(sid: int) -> str:
    from ctypes import byref, c_void_p, wintypes

    advapi, kernel = _libraries()
    text = wintypes.LPWSTR()
    if not advapi.ConvertSidToStringSidW(c_void_p(sid), byref(text)):
        return ""
    try:
        return str(text.value)
    finally:
        kernel.LocalFree(text)


def _this_user() -> str:
    """Return the user's SID, from the token of this process."""
    import ctypes
    from ctypes import byref, c_void_p, wintypes

    advapi, kernel = _libraries()
    kernel.GetCurrentProcess.restype = wintypes.HANDLE
    token, size = wintypes.HANDLE(), wintypes.DWORD()
    process = wintypes.HANDLE(kernel.GetCurrentProcess())
    if not advapi.OpenProcessToken(process, 8, byref(token)):
        raise OSError(0, "token")
    try:
        buffer = ctypes.create_string_buffer(256)
        if not advapi.GetTokenInformation(token, 1, buffer, len(buffer), byref(size)):
            raise OSError(0, "token")
        return _sid_text(int(c_void_p.from_buffer(buffer).value or 0))
    finally:
        kernel.CloseHandle(token)
