"""Access keys of a user, as IAM lists them, and a rotation as its journal has it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from awscli_mfa_plugin.session.expiry import parsed_time, rfc3339

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

OLD_DAYS = 90
"""From here on a key is marked: what most rules about rotation ask for (CIS AWS benchmark)."""

KEY_ID = re.compile(r"\w{16,128}", re.ASCII)
"""What IAM takes as ``AccessKeyId`` (IAM API reference, DeleteAccessKey)."""


@dataclass(frozen=True)
class AccessKey:
    """An access key as ``iam:ListAccessKeys`` gives it; ``created`` is aware UTC or None."""

    access_key_id: str
    is_active: bool
    created: datetime | None = None


@dataclass(frozen=True)
class LastUse:
    """When a key was last used, None for never, as far as IAM has heard: it takes hours."""

    when: datetime | None = None
    service: str = ""
    region: str = ""


@dataclass(frozen=True)
class KeyPair:
    """An access key ID with its secret; the secret is "" where it isn't kept any more."""

    access_key_id: str
    secret_access_key: str = field(default="", repr=False)


CREATING, CREATED, STORED, UNDOING = STAGES = ("creating", "created", "stored", "undoing")
"""How far a rotation is.

CREATING: AWS may have made a key whose secret was lost. CREATED: the journal has the new key; the
files may have it too. STORED: the files have the new key, and it works; the old key isn't deleted
yet. UNDOING: the old key is on its way back into the files.
"""


@dataclass(frozen=True)
class Rotation:
    """A rotation that isn't finished.

    ``profiles`` are those whose key is replaced, the source profile first. ``before`` are the IDs
    of the user's keys before there was a new one. Times are aware UTC. ``keyring`` is the source
    profile's ``credential_process`` if the keys are in the keyring, and then nowhere else.
    """

    stage: str
    profiles: tuple[str, ...]
    user_name: str
    account: str
    old: KeyPair
    before: tuple[str, ...]
    started: datetime
    new: KeyPair = KeyPair("")
    stored: datetime | None = None
    keyring: str = ""

    @property
    def source_profile(self) -> str:
        """The profile whose key is rotated."""
        return self.profiles[0]

    def concerns(self, profile: str, key_id: str, user: tuple[str, str]) -> bool:
        """Return whether this is the rotation of the key that a profile has.

        ``user`` is the name and the account of the user whose key it is now: with other files, or
        by hand, the profile may have got another user's.
        """
        if key_id in {self.old.access_key_id, self.new.access_key_id}:
            return True
        return (profile, *user) == (self.source_profile, self.user_name, self.account)


def as_json(rotation: Rotation) -> dict[str, Any]:
    """Return what the journal holds; a secret in the keyring isn't in it."""

    def pair(pair: KeyPair) -> dict[str, str]:
        secret = "" if rotation.keyring else pair.secret_access_key
        return {"AccessKeyId": pair.access_key_id, "SecretAccessKey": secret}

    return {
        "Version": 1,
        "Stage": rotation.stage,
        "Profiles": list(rotation.profiles),
        "UserName": rotation.user_name,
        "Account": rotation.account,
        "Old": pair(rotation.old),
        "New": pair(rotation.new),
        "Before": list(rotation.before),
        "Started": rfc3339(rotation.started),
        "Stored": rfc3339(rotation.stored) if rotation.stored else None,
        "Keyring": rotation.keyring,
    }


def from_json(content: Mapping[str, Any]) -> Rotation:
    """Return the rotation in a journal; raise ValueError, KeyError or TypeError for anything else.

    A stage that isn't known is one of a newer version of the plugin.
    """

    def pair(name: str) -> KeyPair:
        found = content[name]
        return KeyPair(str(found["AccessKeyId"]), str(found["SecretAccessKey"]))

    started = parsed_time(str(content["Started"]))
    profiles = tuple(str(name) for name in content["Profiles"])
    if content["Stage"] not in STAGES or started is None or not profiles:
        raise ValueError("not a journal of this version")
    return Rotation(
        stage=content["Stage"],
        profiles=profiles,
        user_name=str(content["UserName"]),
        account=str(content["Account"]),
        old=pair("Old"),
        before=tuple(str(key_id) for key_id in content["Before"]),
        started=started,
        new=pair("New"),
        stored=parsed_time(str(content["Stored"])) if content["Stored"] else None,
        keyring=str(content.get("Keyring") or ""),
    )
