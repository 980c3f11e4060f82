"""Asks each keyring that a profile's line leads to, without seeing the key."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from awscli_mfa_plugin.doctor.keyring import ObservedKeyring
from awscli_mfa_plugin.errors import KeyringError
from awscli_mfa_plugin.system.keyring_program import KeyringProgram

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from awscli_mfa_plugin.session.records import Profile

PATIENCE = 15
"""Seconds in which a keyring must answer doctor: somebody may be asked to unlock it."""


def seen_keyrings(
    profiles: Iterable[Profile], environment: Mapping[str, str], patience: float = PATIENCE
) -> Iterator[ObservedKeyring]:
    """Yield what each line of a profile with a key in the keyring leads to."""
    names: dict[tuple[str, str], list[str]] = {}
    for profile in profiles:
        if profile.keyring_key_id:
            line = profile.get("credential_process")
            names.setdefault((line, profile.keyring_key_id), []).append(profile.name)
    for (line, key_id), users in names.items():
        yield _seen(line, key_id, tuple(users), environment, patience)


def _seen(
    line: str, key_id: str, users: tuple[str, ...], environment: Mapping[str, str], patience: float
) -> ObservedKeyring:
    program = line.split(maxsplit=1)[0]
    try:
        keyring = KeyringProgram(line, environment, patience)
        program = keyring.program
        if not shutil.which(program, path=environment.get("PATH")):
            return ObservedKeyring(users, program, has_program=False)
        keyring.check(key_id)
    except KeyringError as error:
        return ObservedKeyring(users, program, unavailable_reason=error.what, remedy=error.remedy)
    return ObservedKeyring(users, program)
