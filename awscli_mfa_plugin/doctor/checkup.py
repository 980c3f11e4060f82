"""Runs doctor's checks in order; shows each change that would fix one, asks, and makes it."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

from awscli_mfa_plugin.doctor.environment import (
    check_environment,
    check_keyring,
    check_network_settings,
)
from awscli_mfa_plugin.doctor.files import check_files
from awscli_mfa_plugin.doctor.findings import (
    CHANGE_MODE,
    NOTE,
    REMOVE_FILE,
    Finding,
    Fix,
    Observations,
)
from awscli_mfa_plugin.doctor.profiles import check_profiles
from awscli_mfa_plugin.doctor.wiring import check_wiring
from awscli_mfa_plugin.errors import CancelledError, MfaError, UnwritableFileError
from awscli_mfa_plugin.files.atomic import remove_file, unwritable
from awscli_mfa_plugin.files.document import SharedDocument
from awscli_mfa_plugin.files.plugins_section import in_order
from awscli_mfa_plugin.files.shared_file import SharedFile, take_snapshot
from awscli_mfa_plugin.session.token_codes import agrees
from awscli_mfa_plugin.text import short_path, unified

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from awscli_mfa_plugin.files.locks import Locks
    from awscli_mfa_plugin.session.ports import Notes, Terminal

NOT_CALLED = Finding(
    "sts", NOTE, "AWS wasn't called, so STS, the clock and MFA devices weren't checked."
)


def local_findings(machine: Observations, only: str | None) -> list[Finding]:
    """Return what is found without calling AWS; ``only`` is the profile to check, None for all."""
    return [
        *check_wiring(machine),
        *check_files(machine),
        *check_environment(machine),
        *check_profiles(machine, only),
        *check_keyring(machine, only),
        *check_network_settings(machine),
    ]


def apply_fixes(
    findings: Iterable[Finding],
    *,
    show: Callable[[Fix], str],
    make: Callable[[Fix], None],
    terminal: Terminal,
    notes: Notes,
    is_agreed: bool,
) -> bool:
    """Show each change, ask, and make it; return whether any was made.

    ``is_agreed`` is ``--yes``. Without a terminal, nothing is changed.
    """
    fixes = list(dict.fromkeys(finding.fix for finding in findings if finding.fix))
    if not fixes:
        notes("Nothing to fix.")
        return False
    nobody = "" if is_agreed else terminal.unavailable_reason()
    made = False
    for fix in fixes:
        with _errors_noted(notes):
            notes(show(fix))
            if not nobody and (is_agreed or _wanted(terminal)):
                make(fix)
                made = True
    if nobody:
        notes(f"Nothing was changed: {nobody}. Use --yes to make these changes.")
    return made


@contextmanager
def _errors_noted(notes: Notes) -> Iterator[None]:
    try:
        yield
    except CancelledError:
        raise
    except MfaError as error:
        notes(str(error))


def _wanted(terminal: Terminal) -> bool:
    try:
        return agrees(terminal, "Make this change? [y/N] ")
    except CancelledError as error:
        if error.by_interrupt:
            raise
        return False


def shown_change(fix: Fix, home: str = "") -> str:
    """Return what a fix would change; safe to show, without a secret, ``~`` for the home folder."""
    if fix.kind == CHANGE_MODE:
        return f"Change mode {fix.old_mode:04o} to {fix.mode:04o}: {short_path(fix.path, home)}"
    if fix.kind == REMOVE_FILE:
        return f"Remove {short_path(fix.path, home)}"
    before = SharedDocument.parse(take_snapshot(fix.path).content or b"", fix.path)
    return unified(fix.path, before.render(), in_order(before).render()).rstrip("\n")


def make_change(fix: Fix, locks: Locks) -> None:
    """Make the change; raise an MfaError if that fails."""
    if fix.kind == CHANGE_MODE:
        _change_mode(fix)
    elif fix.kind == REMOVE_FILE:
        remove_file(fix.path)
    else:
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
            raise UnwritableFileError(fix.path, "was changed in the meantime", "Run doctor again.")
        os.fchmod(descriptor, fix.mode)
    except OSError as error:
        raise unwritable(fix.path, error) from error
    finally:
        os.close(descriptor)
