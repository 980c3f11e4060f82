"""``aws mfa keys rotate``: what it asks first, and what it does once the new key is stored."""

from __future__ import annotations

from awscli_mfa_plugin.errors import CancelledError, ConfigurationError, PermissionDeniedError
from awscli_mfa_plugin.keys.caller import check_is_own
from awscli_mfa_plugin.keys.deletion import check_may_delete
from awscli_mfa_plugin.keys.ending import undone
from awscli_mfa_plugin.keys.listing import described, reports, rotate_command
from awscli_mfa_plugin.keys.places import check_same_place, discard, keyring_line
from awscli_mfa_plugin.keys.rotation import (
    ROTATED,
    WAITING,
    RotationResult,
    Work,
    complete,
    others_with,
    turn,
)
from awscli_mfa_plugin.session.access_keys import (
    CREATING,
    STORED,
    UNDOING,
    AccessKey,
    KeyPair,
    Rotation,
)
from awscli_mfa_plugin.session.token_codes import agrees
from awscli_mfa_plugin.text import quoted_list, sanitize

KEYS_PER_USER = 2
"""How many access keys a user can have, inactive ones too (IAM quotas)."""


def rotate(work: Work, *, all_profiles: bool = False) -> RotationResult:
    """Make a new key and store it, or go on where an earlier run stopped."""
    with turn(work):
        rotation = work.pending()
        if rotation and rotation.stage == UNDOING:
            return undone(work, rotation)
        if rotation and _is_over(work, rotation):
            if rotation.stage == STORED:
                discard(work, rotation, rotation.old.access_key_id)
            work.journal.remove(rotation)
            rotation = None
        if rotation is None:
            rotation = _begun(work, all_profiles=all_profiles)
        elif rotation.stage == STORED:
            return _retired(work, rotation, WAITING)
        else:
            work.ports.notes("Going on with a rotation that was interrupted.")
        return _retired(work, complete(work, rotation), ROTATED)


def _is_over(work: Work, rotation: Rotation) -> bool:
    """Tell whether a rotation came to its end without us: no secret is in its journal alone."""
    old_id = rotation.old.access_key_id
    if rotation.stage == CREATING:
        return work.key_of(rotation.source_profile).access_key_id != old_id
    return rotation.stage == STORED and not work.listed(old_id)


def _begun(work: Work, *, all_profiles: bool) -> Rotation:
    """Ask what has to be asked, make room for a new key, and write the start down."""
    source = work.caller.source
    key_id = source.keys.access_key_id
    line = _place_checked(work)
    listed = work.keys.list()
    check_is_own(work.caller, work.user_name, listed, {key_id})
    others = others_with(work, key_id, (source.profile,))
    check_same_place(work, source.profile, others)
    chosen = others if others and (all_profiles or _wanted(work, others)) else ()
    names = (source.profile, *chosen)
    work.ports.files.check_key_writable(names, key_id)
    check_may_delete(work.keys)
    surplus = _surplus(work, listed)
    rotation = Rotation(
        stage=CREATING,
        profiles=names,
        user_name=work.user_name,
        account=work.user.account,
        old=KeyPair(key_id, source.keys.secret_access_key),
        before=tuple(key.access_key_id for key in listed),
        started=work.ports.clock.now(),
        keyring=line,
    )
    work.journal.save(rotation)
    if surplus:  # last, when nothing else is known to be in the way
        work.keys.delete(surplus.access_key_id)
    return rotation


def _place_checked(work: Work) -> str:
    """Return the line that gets the key from the keyring, "" if the key is in a file."""
    source = work.caller.source
    if not source.profile:
        raise ConfigurationError(
            "The access key is in your environment, where a new one can't be stored.",
            "Name the profile that has the key by --source-profile.",
        )
    line = keyring_line(work.ports.files, source.profile)
    if line:
        work.keyring(line).check(source.keys.access_key_id)
    if work.key_of(source.profile).access_key_id != source.keys.access_key_id:
        raise ConfigurationError(
            f"Profile {sanitize(source.profile)} doesn't have its access key in the AWS files, "
            "so a new one can't be stored there.",
            "Replace it where it is kept, or name another profile by --source-profile.",
        )
    return line


def _wanted(work: Work, others: tuple[str, ...]) -> bool:
    if not work.can_ask:
        return False
    work.terminal.tell(f"Other profiles have the same key: {quoted_list(others)}\n")
    return agrees(work.terminal, "Update them too? [Y/n] ", enter=True)


def _surplus(work: Work, listed: tuple[AccessKey, ...]) -> AccessKey | None:
    """Return the key that goes, if a person agrees, where the user has two already."""
    if len(listed) < KEYS_PER_USER:
        return None
    in_use = work.caller.source.keys.access_key_id
    other = next(key for key in listed if key.access_key_id != in_use)
    other_id = sanitize(other.access_key_id)
    if not work.can_ask:
        raise ConfigurationError(
            "You have two access keys, the most that AWS allows: "
            f"{quoted_list((in_use, other_id))}.",
            f"If {other_id} isn't in use:  aws iam delete-access-key --user-name "
            f"{sanitize(work.user_name)} --access-key-id {other_id}",
        )
    now = work.ports.clock.now()
    found = reports(work.keys, listed, work.ports.files, now)
    lines = "".join(f"  {described(report, now)}\n" for report in found)
    work.terminal.tell(f"You have two access keys, the most that AWS allows:\n{lines}")
    if not agrees(work.terminal, f"Delete {other_id} for good, to make room? [y/N] "):
        raise CancelledError("No key was deleted. Nothing was changed.")
    return other


def _retired(work: Work, rotation: Rotation, outcome: str) -> RotationResult:
    """Ask whether the old key becomes inactive, once nothing here needs it."""
    old_id, name = rotation.old.access_key_id, rotation.source_profile
    current = work.key_of(name).access_key_id
    if current == old_id:
        raise ConfigurationError(
            f"Profile {sanitize(name)} has the old key again.",
            f"Undo the rotation:  {rotate_command(name, '--undo')}",
        )
    others = others_with(work, old_id, ())
    old = work.listed(old_id)
    is_active = old is not None and old.is_active
    if is_active and not others and current == rotation.new.access_key_id and work.can_ask:
        work.terminal.tell(
            f"Profile {sanitize(name)} has the new key {sanitize(current)}.\n"
            "Other machines, CI jobs and containers may still use the old one.\n"
        )
        if agrees(work.terminal, f"Make {sanitize(old_id)} inactive now? [y/N] "):
            try:
                work.keys.set_active(old_id, active=False)
                is_active = False
            except PermissionDeniedError as denied:
                work.ports.notes(f"The old key stays active. {denied.what}")
    return RotationResult(outcome, rotation, is_active, others)
