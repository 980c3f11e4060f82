"""Runs doctor's checks in their order, and asks before each change that it may make."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from awscli_mfa_plugin.doctor.environment import check_environment, check_network_settings
from awscli_mfa_plugin.doctor.files import check_files
from awscli_mfa_plugin.doctor.findings import NOTE, Finding
from awscli_mfa_plugin.doctor.profiles import check_profiles, profiles_of
from awscli_mfa_plugin.doctor.wiring import check_wiring
from awscli_mfa_plugin.errors import CancelledError, MfaError
from awscli_mfa_plugin.session.token_codes import agrees

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from awscli_mfa_plugin.doctor.findings import Fix
    from awscli_mfa_plugin.doctor.observations import Observations
    from awscli_mfa_plugin.session.ports import Notes, Terminal

NOT_CALLED = Finding(
    "sts", NOTE, "AWS wasn't called: neither STS, the clock nor MFA serials are checked."
)


def local_findings(machine: Observations, only: str | None) -> list[Finding]:
    """Return what is found without a call; ``only`` is the profile to look at, None for all."""
    profiles = profiles_of(machine)
    return [
        *check_wiring(machine),
        *check_files(machine),
        *check_environment(machine.environment, profiles),
        *check_profiles(profiles, only),
        *check_network_settings(machine.network),
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
    """Show each change that findings offer, ask, and make it; tell whether any was made.

    ``is_agreed`` is ``--yes``. Where nobody can be asked, nothing changes.
    """
    fixes = list(dict.fromkeys(finding.fix for finding in findings if finding.fix))
    if not fixes:
        notes("There is nothing that --fix can mend.")
        return False
    nobody = "" if is_agreed else terminal.unavailable_reason()

    def mends(fix: Fix) -> bool:
        notes(show(fix))
        is_wanted = not nobody and (is_agreed or _wanted(terminal))
        if is_wanted:
            make(fix)
        return is_wanted

    made = [_reporting(partial(mends, fix), notes) for fix in fixes]
    if nobody:
        notes(f"Nothing was changed: {nobody}. --yes makes the changes shown.")
    return any(made)


def _reporting(call: Callable[[], bool], notes: Notes) -> bool:
    """Return what a call returns; False where it raises an error, which is told."""
    try:
        return call()
    except CancelledError:
        raise
    except MfaError as error:
        notes(str(error))
        return False


def _wanted(terminal: Terminal) -> bool:
    try:
        return agrees(terminal, "Make this change? [y/N] ")
    except CancelledError as error:
        if error.by_interrupt:
            raise
        return False
