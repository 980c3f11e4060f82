"""``aws mfa keys rotate --finish``: the old key is deleted."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import CancelledError, ConfigurationError
from awscli_mfa_plugin.keys.deletion import delete_key
from awscli_mfa_plugin.keys.listing import described, holders, reports, rotate_command
from awscli_mfa_plugin.keys.places import check_same_place, discard, keyring_line
from awscli_mfa_plugin.keys.rotation import (
    FINISHED,
    RotationResult,
    Work,
    begun,
    others_with,
    turn,
    wait_until_known,
)
from awscli_mfa_plugin.session.access_keys import CREATING, STORED, Rotation
from awscli_mfa_plugin.session.token_codes import agrees
from awscli_mfa_plugin.text import length_of_time, moment, quoted_list, sanitize

if TYPE_CHECKING:
    from datetime import datetime

    from awscli_mfa_plugin.keys.listing import KeyReport
    from awscli_mfa_plugin.session.access_keys import AccessKey

_HEARD_LATE = timedelta(hours=4)
"""After so long a use has been reported (IAM user guide, "Things to know about last accessed")."""


def finish(work: Work, *, all_profiles: bool = False) -> RotationResult:
    """Delete the old key, if it isn't in use any more."""
    with turn(work):
        rotation = begun(work)
        ours = {rotation.old.access_key_id, rotation.new.access_key_id}
        is_ours = work.key_of(rotation.source_profile).access_key_id in ours
        if rotation.stage == CREATING or (rotation.stage != STORED and is_ours):
            raise ConfigurationError(
                f"The rotation of profile {sanitize(rotation.source_profile)} was interrupted.",
                f"Go on with it first:  {rotate_command(rotation.source_profile)}",
            )
        _check_old_is_unneeded(work, rotation, all_profiles=all_profiles)
        old = work.listed(rotation.old.access_key_id)
        if old:
            _agree_to_delete(work, rotation, old)
            delete_key(work, rotation, old.access_key_id, "--finish")
        discard(work, rotation, rotation.old.access_key_id)
        work.journal.remove(rotation)
        return RotationResult(FINISHED, rotation, old_is_active=False)


def _check_old_is_unneeded(work: Work, rotation: Rotation, *, all_profiles: bool) -> None:
    """Check that the source works with another key, and that no profile here has the old one."""
    old_id, source = rotation.old.access_key_id, rotation.source_profile
    current, line = work.key_of(source), keyring_line(work.ports.files, source)
    others = others_with(work, old_id, (source,))
    if all_profiles and others and current.access_key_id != old_id:
        check_same_place(work, source, others)
        in_keyring = bool(line)
        work.ports.files.replace_key(others, old_id, current, in_keyring=in_keyring)
    left = holders(old_id, work.ports.files)
    if left:
        profiles = "profile" if len(left) == 1 else "profiles"
        raise ConfigurationError(
            f"The old key is still in {profiles} {quoted_list(left)}.",
            f"Undo the rotation:  {rotate_command(source, '--undo')}"
            if source in left
            else f"Give them the new key:  {rotate_command(source, '--finish --all-profiles')}",
        )
    if line and not current.secret_access_key:
        current = work.keyring(line).get(current.access_key_id)
    wait_until_known(work, current, source)


def _agree_to_delete(work: Work, rotation: Rotation, old: AccessKey) -> None:
    """Ask before the old key goes; without a person it goes only if it surely isn't in use."""
    if work.yes:
        return
    now = work.ports.clock.now()
    (report,) = reports(work.keys, (old,), work.ports.files, now)
    warning = _sign_of_use(report, rotation.stored or rotation.started, now)
    if work.can_ask:
        work.terminal.tell(f"The old key: {described(report, now)}\n{warning}")
        if not agrees(work.terminal, "Delete it for good? [y/N] "):
            raise CancelledError("The old key was kept.")
    elif warning:
        raise ConfigurationError(
            f"The old key was kept. {warning.rstrip()}",
            "Run this later, or to delete it anyway:  "
            f"{rotate_command(rotation.source_profile, '--finish --yes')}",
        )


def _sign_of_use(report: KeyReport, since: datetime, now: datetime) -> str:
    """Say why the old key may still be in use somewhere, or ""."""
    if report.used and report.was_used_after(since):
        return f"It was used at {moment(report.used, now)}, after the rotation.\n"
    if report.key.is_active and now < since + _HEARD_LATE:
        return (
            f"The rotation was at {moment(since, now)}, and IAM reports uses up to "
            f"{length_of_time(_HEARD_LATE.total_seconds())} late.\n"
        )
    return ""
