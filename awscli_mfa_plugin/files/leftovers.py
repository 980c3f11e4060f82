"""Temporary files that a killed process left."""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress

from awscli_mfa_plugin.files.atomic import MARK


def is_leftover(name: str, target: str = "") -> bool:
    """Return whether a file is a temporary one of ours, made beside ``target`` ("": any file)."""
    of = re.escape(target) if target else ".+"
    return bool(re.fullmatch(rf"\.{of}\.{MARK}-[0-9a-f]{{8}}\.tmp", name))


def remove_leftovers(target: str) -> None:
    """Remove the temporary files that killed processes left beside ``target``.

    Only while holding the target's lock: another's temporary file is in use without it.
    """
    folder, name = os.path.split(target)
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if is_leftover(entry.name, name) and _is_our_own_file(entry):
                with suppress(OSError):
                    os.unlink(entry.path)


def _is_our_own_file(entry: os.DirEntry[str]) -> bool:
    if not entry.is_file(follow_symlinks=False):
        return False
    return sys.platform == "win32" or entry.stat(follow_symlinks=False).st_uid == os.geteuid()
