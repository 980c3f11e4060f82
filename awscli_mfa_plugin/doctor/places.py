"""Sees who owns a file or folder, and who else can write there."""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import replace

from awscli_mfa_plugin.doctor.observations import ANOTHERS, MINE, ROOTS, FileSight
from awscli_mfa_plugin.system.trust import who_else_can_write


def seen_file(path: str, home: str) -> FileSight | None:
    """Return what is seen of a file or folder; None where there is none, and on Windows."""
    if sys.platform == "win32":
        return None  # access there is by lists that the profile's folder comes with
    try:
        status = os.stat(path)
    except OSError:
        return None
    owners = {0: ROOTS, os.geteuid(): MINE}
    why = who_else_can_write(path, home)
    names = (f"{path} ", f"{os.path.realpath(path)} ")
    itself = next((name for name in names if why.startswith(name)), "")
    return FileSight(
        path,
        stat.S_IMODE(status.st_mode),
        owners.get(status.st_uid, ANOTHERS),
        why[len(itself) :] if itself else "",
    )


def open_place(path: str, home: str) -> FileSight | None:
    """Return the path, or the ancestor of it, to which others can write."""
    why = who_else_can_write(path, home)
    if not why:
        return None
    for start in (os.path.abspath(path), os.path.realpath(path)):
        place = start
        while not why.startswith(f"{place} ") and place != os.path.dirname(place):
            place = os.path.dirname(place)
        if why.startswith(f"{place} "):
            found = seen_file(place, home)
            return replace(found, why_open=why[len(place) + 1 :]) if found else None
    return None
