"""Rotates an access key: at every moment a key that works is in the files or in the journal.

A rotation goes through the stages of ``session.access_keys``. Each is in the journal before what
it allows is done, so that a run that was killed anywhere is gone on with, or undone, by the next.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import (
    ConfigurationError,
    MfaError,
    ServiceError,
    ThrottledError,
    UnreachableError,
    WrongKeyError,
)
from awscli_mfa_plugin.keys.caller import Caller, check_is_own
from awscli_mfa_plugin.keys.deletion import remove_lost
from awscli_mfa_plugin.keys.listing import holders, rotate_command
from awscli_mfa_plugin.keys.places import discard, in_same_keyring, keyring_of, with_secret
from awscli_mfa_plugin.session.access_keys import (
    CREATED,
    CREATING,
    STORED,
    AccessKey,
    KeyPair,
    Rotation,
)
from awscli_mfa_plugin.session.records import CallerIdentity, Keys
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable

    from awscli_mfa_plugin.aws.iam import UserKeys
    from awscli_mfa_plugin.files.rotation_journal import RotationJournal
    from awscli_mfa_plugin.session.ports import Ports, Terminal
    from awscli_mfa_plugin.system.keyring_program import KeyringProgram

PAUSES = (1, 1, 2, 2, 3, 3, 5, 5, 5, 10, 10, 13)
"""Seconds between attempts with a new key: a minute in all; up to 20 s have been seen."""


@dataclass(frozen=True)
class Work:
    """What a rotation works with: who asks AWS, the user's keys there, the journal, the ports.

    ``terminal`` is muted where the settings forbid questions; ``keyring`` returns the keyring that
    a ``credential_process`` leads to; with ``yes`` a key is deleted without a question.
    """

    caller: Caller
    user: CallerIdentity
    keys: UserKeys
    journal: RotationJournal
    ports: Ports
    terminal: Terminal
    keyring: Callable[[str], KeyringProgram]
    yes: bool = False

    @property
    def user_name(self) -> str:
        """The user's name."""
        return self.user.user_name

    @property
    def can_ask(self) -> bool:
        """Whether a person is there."""
        return not self.terminal.unavailable_reason()

    def pending(self) -> Rotation | None:
        """Return the rotation of the source's key that isn't finished, or None.

        Raises ConfigurationError if another user is logged in than the one whose keys these are.
        """
        source = self.caller.source
        key_id, user = source.keys.access_key_id, (self.user_name, self.user.account)
        found = [each for each in self.journal.all() if each.concerns(source.profile, key_id, user)]
        found.sort(key=lambda each: key_id not in {each.old.access_key_id, each.new.access_key_id})
        rotation = found[0] if found else None
        if rotation and user != (rotation.user_name, rotation.account):
            # The user may have been renamed; another one's keys say nothing about these.
            own = {key_id, rotation.old.access_key_id, rotation.new.access_key_id}
            check_is_own(self.caller, self.user_name, self.keys.list(), own)
        return rotation

    def key_of(self, profile: str) -> KeyPair:
        """Return the access key that a profile has now, in the files or in the keyring.

        A key in the keyring has its secret only if it is the caller's.
        """
        keys, found = self.caller.source.keys, self.ports.files.profile(profile)
        if key_id := found.keyring_key_id:
            return KeyPair(key_id, keys.secret_access_key if key_id == keys.access_key_id else "")
        has = found.key_section
        return KeyPair(has.get("aws_access_key_id", ""), has.get("aws_secret_access_key", ""))

    def listed(self, key_id: str) -> AccessKey | None:
        """Return one of the user's keys as IAM lists it, or None."""
        return next((key for key in self.keys.list() if key.access_key_id == key_id), None)


ROTATED, WAITING, FINISHED, UNDONE = "rotated", "waiting", "finished", "undone"


@dataclass(frozen=True)
class RotationResult:
    """What a run came to: ``rotated``, ``waiting`` for its end, ``finished`` or ``undone``.

    ``others`` are the profiles that still have the key that is to go.
    """

    outcome: str
    rotation: Rotation
    old_is_active: bool = True
    others: tuple[str, ...] = ()


def begun(work: Work) -> Rotation:
    """Return the rotation that isn't finished; raise ConfigurationError if there is none."""
    rotation = work.pending()
    if rotation is None:
        raise ConfigurationError(
            f"No key of {work.caller.source.shown} is being rotated.",
            "Start with:  aws mfa keys rotate",
        )
    return rotation


WAIT_SECONDS = 10
"""Seconds to wait for another rotation on this machine."""


def turn(work: Work) -> AbstractContextManager[None]:
    """Let no other process on this machine rotate a key meanwhile; raise BusyError."""
    return work.ports.locks.hold("rotation of access keys", WAIT_SECONDS)


def complete(work: Work, rotation: Rotation) -> Rotation:
    """Bring a rotation to the stage where the new key is in the old one's place."""
    if rotation.stage == CREATING:
        rotation = _created(work, rotation)
    return _stored(work, rotation)


def _created(work: Work, rotation: Rotation) -> Rotation:
    remove_lost(work, rotation)
    try:
        new = work.keys.create()
    except MfaError as error:
        if error.is_safe_to_repeat:
            work.journal.remove(rotation)
        else:
            command = rotate_command(rotation.source_profile)
            error.remedy = f"AWS may have made a key. Go on with it:  {command}"
        raise
    made = replace(rotation, stage=CREATED, new=new)
    try:
        if rotation.keyring:
            keyring_of(work, rotation).put(new, rotation.old.access_key_id)
        work.journal.save(made)
    except MfaError:
        # Nobody has this key but us, so it goes. Where it can't, the next run finds it.
        with suppress(MfaError):
            work.keys.delete(new.access_key_id)
            discard(work, rotation, new.access_key_id)
            work.journal.remove(rotation)
        raise
    return made


def _stored(work: Work, rotation: Rotation) -> Rotation:
    new, in_keyring = with_secret(work, rotation, rotation.new), bool(rotation.keyring)
    names = rotation.profiles
    wait_until_known(work, new, rotation.source_profile)
    if in_keyring:
        names = in_same_keyring(work, rotation, names)
    old_id = rotation.old.access_key_id
    work.ports.files.replace_key(names, old_id, new, in_keyring=in_keyring)
    current = work.key_of(rotation.source_profile)
    if current != new and not (in_keyring and current == KeyPair(new.access_key_id)):
        name = sanitize(rotation.source_profile)
        what = f"Profile {name} has another access key by now"
        if current.access_key_id == old_id:
            what = f"The access key of profile {name} was moved during the rotation"
        raise ConfigurationError(
            f"{what}, so the new one wasn't stored.",
            f"Delete the new key again:  {rotate_command(rotation.source_profile, '--undo')}",
        )
    new = KeyPair(rotation.new.access_key_id)
    stored = replace(rotation, stage=STORED, new=new, stored=work.ports.clock.now())
    work.journal.save(stored)
    return stored


def wait_until_known(work: Work, pair: KeyPair, profile: str) -> None:
    """Wait until AWS accepts a key, a minute at most; raise ServiceError after that.

    Raises ConfigurationError for a key of another user.
    """
    keys = Keys(pair.access_key_id, pair.secret_access_key, "", profile)
    for pause in (*PAUSES, 0):
        try:
            identity = work.ports.sts.get_caller_identity(keys, work.caller.region)
        except (WrongKeyError, ThrottledError, UnreachableError):
            if pause:
                work.ports.wait(pause, "AWS doesn't know the key yet. Trying again in")
            continue
        if identity.arn == work.user.arn:
            return
        raise ConfigurationError(
            f"{sanitize(pair.access_key_id)} isn't a key of user {sanitize(work.user_name)}.",
            "Nothing was changed. Name the profile by --source-profile.",
        )
    raise ServiceError(
        f"AWS doesn't accept the key {sanitize(pair.access_key_id)} yet. Nothing is lost.",
        f"Go on with it:  {rotate_command(profile)}",
    )


def others_with(work: Work, key_id: str, but: tuple[str, ...]) -> tuple[str, ...]:
    """Return the other profiles that have a key."""
    return tuple(name for name in holders(key_id, work.ports.files) if name not in but)
