"""What a policy can deny in a rotation: found before a key is made, or explained where it ends."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import PermissionDeniedError, ServiceError
from awscli_mfa_plugin.keys.listing import rotate_command
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from awscli_mfa_plugin.keys.listing import UserKeys
    from awscli_mfa_plugin.keys.rotation import Work
    from awscli_mfa_plugin.session.access_keys import Rotation

NO_KEY = "NOSUCHACCESSKEYEXISTS"
"""An ID that IAM takes (16 to 128 letters or digits); those of keys start with AKIA or ASIA."""


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
