"""Shows and makes the changes that doctor offers: modes, the order of [plugins], leftovers."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from awscli_mfa_plugin.doctor.findings import CHANGE_MODE, REMOVE_FILE, Fix
from awscli_mfa_plugin.errors import UnwritableFileError
from awscli_mfa_plugin.files.atomic import take_snapshot, unwritable
from awscli_mfa_plugin.files.diffs import unified
from awscli_mfa_plugin.files.document import SharedDocument
from awscli_mfa_plugin.files.plugins_section import in_order
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from awscli_mfa_plugin.files.locks import Locks


def shown_change(fix: Fix) -> str:
    """Return what a fix would change, as text that is safe to show and holds no secret."""
    if fix.kind == CHANGE_MODE:
        return f"mode {fix.old_mode:04o} -> {fix.mode:04o}  {sanitize(fix.path)}"
    if fix.kind == REMOVE_FILE:
        return f"remove  {sanitize(fix.path)}"
    before = SharedDocument.parse(take_snapshot(fix.path).content or b"", fix.path)
    return unified(fix.path, before.render(), in_order(before).render()).rstrip("\n")


def make_change(fix: Fix, locks: Locks) -> None:
    """Make the change of a fix; raise an MfaError where it can't be."""
    if fix.kind == CHANGE_MODE:
        _change_mode(fix)
    elif fix.kind == REMOVE_FILE:
        _remove(fix.path)
    else:
        from awscli_mfa_plugin.files.shared_file import SharedFile

        SharedFile(fix.path, locks, secret=False).update(in_order)


def _change_mode(fix: Fix) -> None:
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(fix.path, flags)
    except PermissionError:
        # Not even its owner may read it.
        os.chmod(fix.path, fix.mode)
        return
    except OSError as error:
        raise unwritable(fix.path, error) from error
    try:
        if stat.S_IMODE(os.fstat(descriptor).st_mode) != fix.old_mode:
            raise UnwritableFileError(f"{fix.path} was changed meanwhile.", "Run doctor again.")
        os.fchmod(descriptor, fix.mode)
    except OSError as error:
        raise unwritable(fix.path, error) from error
    finally:
        os.close(descriptor)


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise unwritable(path, error) from error
