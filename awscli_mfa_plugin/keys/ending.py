"""Ends a rotation: ``--finish`` deletes the old key, ``--undo`` brings it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from awscli_mfa_plugin.errors import CancelledError, ConfigurationError
from awscli_mfa_plugin.keys.deletion import delete_key, explained, remove_lost
from awscli_mfa_plugin.keys.listing import KeyReport, described, holders, reports, rotate_command
from awscli_mfa_plugin.keys.places import (
    check_not_moved,
    check_same_place,
    discard,
    in_same_keyring,
    keyring_line,
    with_secret,
)
from awscli_mfa_plugin.keys.rotation import (
    FINISHED,
    UNDONE,
    RotationResult,
    Work,
    begun,
    others_with,
    turn,
    wait_until_known,
)
from awscli_mfa_plugin.session.access_keys import (
    CREATED,
    CREATING,
    STORED,
    UNDOING,
    AccessKey,
    Rotation,
)
from awscli_mfa_plugin.session.token_codes import agrees
from awscli_mfa_plugin.text import length_of_time, moment, quoted_list, sanitize

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
        if old := work.listed(rotation.old.access_key_id):
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
        work.ports.files.replace_key(others, old_id, current, in_keyring=bool(line))
    if left := holders(old_id, work.ports.files):
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


def undo(work: Work) -> RotationResult:
    """Bring the old key back, and delete the new one, unless IAM has heard of its use."""
    with turn(work):
        rotation = begun(work)
        if rotation.stage == STORED and not work.can_ask and not work.yes:
            _check_new_is_unused(work, rotation, "Nothing was changed")
        return undone(work, rotation)


def undone(work: Work, rotation: Rotation) -> RotationResult:
    """Bring the old key back from any stage; the caller has the turn."""
    if rotation.stage == CREATING:
        remove_lost(work, rotation)
        work.journal.remove(rotation)
        return RotationResult(UNDONE, rotation)
    rotation = _with_old_in_place(work, rotation)
    new_id = rotation.new.access_key_id
    left = holders(new_id, work.ports.files)
    if not left:
        _remove_new(work, rotation)
    work.journal.remove(rotation)
    return RotationResult(UNDONE, rotation, others=left)


def _with_old_in_place(work: Work, rotation: Rotation) -> Rotation:
    """Let the old key work, and put it where the new one is."""
    old_id, new_id = rotation.old.access_key_id, rotation.new.access_key_id
    check_not_moved(work, rotation)
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
    pair = with_secret(work, rotation, rotation.old)
    if rotation.stage != UNDOING:
        rotation = replace(rotation, stage=UNDOING)
        work.journal.save(rotation)
    if not old.is_active:
        name, shown = sanitize(rotation.source_profile), sanitize(old_id)
        with explained(
            "iam:UpdateAccessKey",
            f"The old key is inactive, and profile {name} still has the new one.",
            f"Ask an administrator to allow it, or to make {shown} active. Then:  "
            f"{rotate_command(rotation.source_profile, '--undo')}",
        ):
            work.keys.set_active(old_id, active=True)
    wait_until_known(work, pair, rotation.source_profile)
    files, having = work.ports.files, holders(new_id, work.ports.files)
    in_keyring = in_same_keyring(work, rotation, having)
    if in_keyring:
        files.replace_key(in_keyring, new_id, pair, in_keyring=True)
    files.replace_key(having, new_id, pair)
    return rotation


def _remove_new(work: Work, rotation: Rotation) -> None:
    """Delete the new key, unless a person keeps it."""
    new_id = rotation.new.access_key_id
    if new := work.listed(new_id):
        if work.can_ask and not work.yes and not _agrees_without_new(work, rotation, new):
            return
        if rotation.stored and not work.can_ask and not work.yes:
            old_id = sanitize(rotation.old.access_key_id)
            _check_new_is_unused(
                work, rotation, f"The old key {old_id} is back, and the new one wasn't deleted"
            )
        delete_key(work, rotation, new_id, "--undo")
    discard(work, rotation, new_id)


def _agrees_without_new(work: Work, rotation: Rotation, new: AccessKey) -> bool:
    now = work.ports.clock.now()
    (report,) = reports(work.keys, (new,), work.ports.files, now)
    is_in_use = _may_be_in_use(report, rotation)
    work.terminal.tell(f"The new key: {described(report, now)}\n")
    question = (
        f"Delete the new key {sanitize(new.access_key_id)}? {'[y/N]' if is_in_use else '[Y/n]'} "
    )
    return agrees(work.terminal, question, enter=not is_in_use)


def _check_new_is_unused(work: Work, rotation: Rotation, state: str) -> None:
    """Raise ConfigurationError if another machine may have the new key by now."""
    new, now = work.listed(rotation.new.access_key_id), work.ports.clock.now()
    if new is None:
        return
    (report,) = reports(work.keys, (new,), work.ports.files, now)
    if _may_be_in_use(report, rotation):
        use = f"was used at {moment(report.used, now)}" if report.used else "may be in use"
        raise ConfigurationError(
            f"{state}: the new key {sanitize(new.access_key_id)} {use}, and another machine may "
            "have it.",
            f"To delete it anyway:  {rotate_command(rotation.source_profile, '--undo --yes')}",
        )


def _may_be_in_use(report: KeyReport, rotation: Rotation) -> bool:
    """Tell whether a new key was used after its rotation, or a policy hides that."""
    return report.last_use is None or report.was_used_after(rotation.stored or rotation.started)
