"""Deletes keys in a rotation: what a policy may deny, and a key whose secret a killed run lost."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError, PermissionDeniedError, ServiceError
from awscli_mfa_plugin.keys.listing import described, holders, reports, rotate_command
from awscli_mfa_plugin.keys.places import discard
from awscli_mfa_plugin.session.token_codes import agrees
from awscli_mfa_plugin.text import moment, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from awscli_mfa_plugin.aws.iam import UserKeys
    from awscli_mfa_plugin.keys.rotation import Work
    from awscli_mfa_plugin.session.access_keys import AccessKey, Rotation

NO_KEY = "NOSUCHACCESSKEYEXISTS"
"""An ID that IAM takes (16 to 128 letters or digits); those of keys start with AKIA or ASIA."""

_NEAR = timedelta(minutes=15)
"""How far from the start of a rotation a key that it made can be dated."""


class StoppedByPolicyError(PermissionDeniedError):
    """A denial in the middle of a rotation; its remedy says how to go on."""


def check_may_delete(keys: UserKeys) -> None:
    """Raise PermissionDeniedError if the user may delete no key.

    IAM judges a call before it looks for the key, so one that deletes nothing tells (inferred, not
    tried; ``iam:SimulatePrincipalPolicy`` would need a permission of its own). Whatever else AWS
    answers is left to the calls that matter.
    """
    try:
        keys.delete(NO_KEY)
    except PermissionDeniedError as denied:
        raise PermissionDeniedError(
            "Nothing was changed: without iam:DeleteAccessKey, the old key could never be deleted. "
            f"{denied.what}",
            denied.remedy,
        ) from None
    except ServiceError:
        return


@contextmanager
def explained(action: str, state: str, remedy: str) -> Iterator[None]:
    """Say what a denial of an action leaves, and who can end it."""
    try:
        yield
    except PermissionDeniedError:
        raise StoppedByPolicyError(f"Your policy doesn't allow {action}. {state}", remedy) from None


def delete_key(work: Work, rotation: Rotation, key_id: str, option: str) -> None:
    """Delete a key of a rotation; ``option`` goes on with it after a denial."""
    command, shown = rotate_command(rotation.source_profile, option), sanitize(key_id)
    with explained(
        "iam:DeleteAccessKey",
        f"The key {shown} still exists. Profile {sanitize(rotation.source_profile)} has the other.",
        f"Ask an administrator to allow it, or to delete {shown}. Then:  {command}",
    ):
        work.keys.delete(key_id)


def remove_lost(work: Work, rotation: Rotation) -> None:
    """Delete the key that a killed run made, and whose secret nobody has.

    Raises ConfigurationError, nothing changed, for a key that may be somebody's.
    """
    for key in work.keys.list():
        if key.access_key_id in rotation.before or _is_at_hand(work, key.access_key_id):
            continue
        key_id, user = sanitize(key.access_key_id), sanitize(work.user_name)
        if not _may_be_removed(work, key, rotation):
            raise ConfigurationError(
                f"AWS has an access key that wasn't there before the rotation: {key_id}.",
                f"If nobody uses it:  aws iam delete-access-key --user-name {user} "
                f"--access-key-id {key_id}",
            )
        with explained(
            "iam:DeleteAccessKey",
            f"An interrupted rotation left the key {key_id}, whose secret is lost.",
            f"Ask an administrator to allow it, or to delete {key_id}. Then:  "
            f"{rotate_command(rotation.source_profile)}",
        ):
            work.keys.delete(key.access_key_id)
        discard(work, rotation, key.access_key_id)
        work.ports.notes(f"Deleted {key_id}, whose secret was lost with an interrupted rotation.")


def _is_at_hand(work: Work, key_id: str) -> bool:
    """Tell whether a key is in use here, so that its secret isn't lost."""
    in_use = work.caller.source.keys.access_key_id
    return key_id == in_use or bool(holders(key_id, work.ports.files))


def _may_be_removed(work: Work, key: AccessKey, rotation: Rotation) -> bool:
    now = work.ports.clock.now()
    is_near = key.created is not None and abs(key.created - rotation.started) < _NEAR
    (report,) = reports(work.keys, (key,), work.ports.files, now)
    # One of another time, or in use, is likely to be another machine's, or from the console.
    is_likely = is_near and report.last_use is not None and report.used is None
    if not work.can_ask:
        return is_likely
    when = moment(key.created, now) if key.created else "an unknown time"
    work.terminal.tell(
        "A rotation was interrupted while AWS made a new key, and its secret was lost. This may "
        f"be that key:\n  {described(report, now)}, made at {when}\n"
    )
    choice = "[Y/n]" if is_likely else "[y/N]"
    return agrees(work.terminal, f"Delete it for good? {choice} ", enter=is_likely)
