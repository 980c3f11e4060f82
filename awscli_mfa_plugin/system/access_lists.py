"""Finds out whether others can change a folder of Windows, by its access control list."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class Entry(NamedTuple):
    """An entry of an access control list: its type, its flags, its rights, and whose they are."""

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
    folder = os.path.abspath(folder)
    try:
        user = _this_user()
        above = os.path.dirname(folder)
        places = [(folder, True)]
        while above != places[-1][0]:
            places.append((above, False))
            above = os.path.dirname(above)
        return any(is_open(_entries(path), user, is_own_folder=own) for path, own in places)
    except OSError:
        return True


def _libraries() -> tuple[Any, Any]:
    import ctypes

    make: Any = ctypes.WinDLL  # type: ignore[attr-defined,unused-ignore]
    return make("advapi32", use_last_error=True), make("kernel32", use_last_error=True)


def _entries(path: str) -> list[Entry] | None:
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
            found.append(Entry(kind, flags, rights, _text_of(ace.value + 8)))
        return found
    finally:
        kernel.LocalFree(descriptor)


def _text_of(sid: int) -> str:
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
        return _text_of(int(c_void_p.from_buffer(buffer).value or 0))
    finally:
        kernel.CloseHandle(token)
