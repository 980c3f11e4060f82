"""``aws mfa keys rotate --finish`` and ``--undo``: the old key goes, or comes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import CancelledError, ConfigurationError
from awscli_mfa_plugin.keys.listing import described, holders, reports, rotate_command
from awscli_mfa_plugin.keys.lost_keys import remove_lost
from awscli_mfa_plugin.keys.rotation import (
    FINISHED,
    UNDONE,
    RotationResult,
    Work,
    check_in_no_keyring,
    others_with,
    turn,
    wait_until_known,
)
from awscli_mfa_plugin.session.access_keys import CREATED, CREATING, STORED, UNDOING, Rotation
from awscli_mfa_plugin.session.token_codes import agrees
from awscli_mfa_plugin.text import length_of_time, moment, quoted_list, sanitize

if TYPE_CHECKING:
    from datetime import datetime

    from awscli_mfa_plugin.keys.listing import KeyReport
    from awscli_mfa_plugin.session.access_keys import AccessKey

_OWN_USE = timedelta(minutes=15)
"""For so long after a rotation a use of the old key may be the rotation's own."""

_HEARD_LATE = timedelta(hours=4)
"""After so long a use has been reported (IAM user guide, "Things to know about last accessed")."""


def finish(work: Work, *, all_profiles: bool = False) -> RotationResult:
    """Delete the old key, if it isn't in use any more."""
    with turn(work):
        rotation = _pending(work)
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
            work.keys.delete(old.access_key_id)
        work.journal.remove(rotation)
        return RotationResult(FINISHED, rotation, old_is_active=False)


def undo(work: Work) -> RotationResult:
    """Bring the old key back, and delete the new one."""
    with turn(work):
        return undone(work, _pending(work))


def _pending(work: Work) -> Rotation:
    rotation = work.pending()
    if rotation is None:
        raise ConfigurationError(
            f"No key of {work.caller.source.shown} is being rotated.",
            "Start with:  aws mfa keys rotate",
        )
    return rotation


def _check_old_is_unneeded(work: Work, rotation: Rotation, *, all_profiles: bool) -> None:
    """Check that the source works with another key, and that no profile here has the old one."""
    old_id, source = rotation.old.access_key_id, rotation.source_profile
    current = work.key_of(source)
    others = others_with(work, old_id, (source,))
    if all_profiles and others and current.access_key_id != old_id:
        work.ports.files.replace_key(others, old_id, current)
    left = holders(old_id, work.ports.files)
    for name in left:
        check_in_no_keyring(work, name, old_id)
    if left:
        profiles = "profile" if len(left) == 1 else "profiles"
        raise ConfigurationError(
            f"The old key is still in {profiles} {quoted_list(left)}.",
            f"Undo the rotation:  {rotate_command(source, '--undo')}"
            if source in left
            else f"Give them the new key:  {rotate_command(source, '--finish --all-profiles')}",
        )
    wait_until_known(work, current, source)


def _agree_to_delete(work: Work, rotation: Rotation, old: AccessKey) -> None:
    """Ask before the old key goes; without a person it goes only if it surely isn't in use."""
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
            "Run this later, or in a terminal to delete it anyway.",
        )


def _sign_of_use(report: KeyReport, since: datetime, now: datetime) -> str:
    """Say why the old key may still be in use somewhere, or ""."""
    used = report.last_use.when if report.last_use else None
    if used and used > since + _OWN_USE:
        return f"It was used at {moment(used, now)}, after the rotation.\n"
    if report.key.is_active and now < since + _HEARD_LATE:
        return (
            f"The rotation was at {moment(since, now)}, and IAM reports uses up to "
            f"{length_of_time(_HEARD_LATE.total_seconds())} late.\n"
        )
    return ""


def undone(work: Work, rotation: Rotation) -> RotationResult:
    """Bring the old key back from any stage; the caller has the turn."""
    if rotation.stage == CREATING:
        remove_lost(work, rotation)
        work.journal.remove(rotation)
        return RotationResult(UNDONE, rotation)
    rotation = _with_old_in_place(work, rotation)
    new_id = rotation.new.access_key_id
    left = holders(new_id, work.ports.files)
    if not left and _new_goes(work, new_id):
        work.keys.delete(new_id)
    work.journal.remove(rotation)
    return RotationResult(UNDONE, rotation, others=left)


def _with_old_in_place(work: Work, rotation: Rotation) -> Rotation:
    """Let the old key work, and put it where the new one is."""
    old_id, new_id = rotation.old.access_key_id, rotation.new.access_key_id
    check_in_no_keyring(work, rotation.source_profile, new_id)
    current = work.key_of(rotation.source_profile).access_key_id
    if current not in {old_id, new_id} and rotation.stage != CREATED:
        raise ConfigurationError(
            f"Profile {sanitize(rotation.source_profile)} has another access key by now.",
            f"Keep that one:  {rotate_command(rotation.source_profile, '--finish')}",
        )
    old = work.listed(old_id)
    if old is None:
        raise ConfigurationError(
            f"The old key {sanitize(old_id)} was deleted, so it can't come back.",
            f"End the rotation:  {rotate_command(rotation.source_profile, '--finish')}",
        )
    if rotation.stage != UNDOING:
        rotation = replace(rotation, stage=UNDOING)
        work.journal.save(rotation)
    if not old.is_active:
        work.keys.set_active(old_id, active=True)
    wait_until_known(work, rotation.old, rotation.source_profile)
    work.ports.files.replace_key(holders(new_id, work.ports.files), new_id, rotation.old)
    return rotation


def _new_goes(work: Work, new_id: str) -> bool:
    if not work.listed(new_id):
        return False
    if not work.can_ask:
        return True
    return agrees(work.terminal, f"Delete the new key {sanitize(new_id)}? [Y/n] ", enter=True)
