"""Where a rotated key is: in the files, or in the keyring and nowhere else."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError, MfaError
from awscli_mfa_plugin.session import keyring_key_id
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable

    from awscli_mfa_plugin.keys.rotation import Work
    from awscli_mfa_plugin.session.access_keys import KeyPair, Rotation
    from awscli_mfa_plugin.session.ports import SharedFiles
    from awscli_mfa_plugin.system.keyring_program import KeyringProgram


def keyring_line(files: SharedFiles, profile: str) -> str:
    """Return the ``credential_process`` that gets a profile's key from the keyring, or ""."""
    found = files.profile(profile)
    return found.get("credential_process") if found.keyring_key_id else ""


def keyring_of(work: Work, rotation: Rotation) -> KeyringProgram:
    """Return the keyring of a rotation.

    The source profile's line of now is used if it leads there: awscli-mfa may have moved.
    """
    line = keyring_line(work.ports.files, rotation.source_profile)
    is_same = _place(line) == _place(rotation.keyring)
    return work.keyring(line if is_same else rotation.keyring)


def in_same_keyring(work: Work, rotation: Rotation, names: Iterable[str]) -> tuple[str, ...]:
    """Return the profiles that get a key from the keyring of a rotation."""
    place = _place(rotation.keyring)
    lines = ((name, keyring_line(work.ports.files, name)) for name in names)
    return tuple(name for name, line in lines if line and _place(line) == place)


def with_secret(work: Work, rotation: Rotation, pair: KeyPair) -> KeyPair:
    """Return a key of a rotation with its secret, from the keyring if it is there.

    ``keyring restore`` may have moved it back to the source profile's file meanwhile.
    """
    if not rotation.keyring:
        return pair
    current = work.key_of(rotation.source_profile)
    if current.access_key_id == pair.access_key_id and current.secret_access_key:
        return current
    return keyring_of(work, rotation).get(pair.access_key_id)


def discard(work: Work, rotation: Rotation, key_id: str) -> None:
    """Remove a key that AWS no longer has from the keyring, if the rotation's keys are there.

    Nothing is lost if that fails, so it is only noted.
    """
    if not rotation.keyring:
        return
    try:
        keyring_of(work, rotation).delete(key_id)
    except MfaError as error:
        shown = sanitize(key_id)
        work.ports.notes(f"The keyring still has the deleted key {shown}: {error.clause}.")


def check_same_place(work: Work, source: str, names: Iterable[str]) -> None:
    """Raise ConfigurationError if a profile has the source's key in another place.

    A key in the keyring isn't written to a file, and a key in a file doesn't go to the keyring.
    """
    place, files = _place(keyring_line(work.ports.files, source)), work.ports.files
    for name in names:
        where = _place(keyring_line(files, name))
        if where == place:
            continue
        shown, quoted = sanitize(name), shlex.quote(sanitize(name))
        if where:
            has = f"in the keyring ({sanitize(where)})"
            remedy = f"Move it to the file first:  awscli-mfa keyring restore --profile {quoted}"
        else:
            has = "in a file"
            remedy = (
                "Move it into the keyring first:  awscli-mfa keyring store --backend "
                f"{shlex.quote(sanitize(place))} --profile {quoted}"
            )
        raise ConfigurationError(
            f"Profile {shown} has the key {has}, unlike profile {sanitize(source)}.", remedy
        )


def _place(line: str) -> str:
    """Return the name of the keyring that a line leads to, "" for the files."""
    return line.split()[-2] if keyring_key_id(line) else ""


def check_not_moved(work: Work, rotation: Rotation) -> None:
    """Raise ConfigurationError if the source's key was moved into a keyring meanwhile.

    One that was moved from the rotation's keyring back to a file is no problem.
    """
    name = rotation.source_profile
    if _place(keyring_line(work.ports.files, name)) not in {"", _place(rotation.keyring)}:
        raise ConfigurationError(
            f"The access key of profile {sanitize(name)} was moved into a keyring during the "
            "rotation.",
            "Move it back first:  awscli-mfa keyring restore --profile "
            f"{shlex.quote(sanitize(name))}",
        )
