"""What is kept in the keyring, and the line of the config file that gets it from there.

A rotation's new key is there beside the old one until that one is deleted.
"""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.session.access_keys import KEY_ID, KeyPair
from awscli_mfa_plugin.text import quoted_list, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable

    from awscli_mfa_plugin.keyring.backends import Backend
    from awscli_mfa_plugin.session.records import Profile

CREDENTIALS, CONFIG = "credentials", "config"
"""The file that had the key before."""


@dataclass(frozen=True)
class Entry:
    """A key in the keyring, and which file it came from."""

    pair: KeyPair
    file: str = CREDENTIALS

    @property
    def _keys(self) -> dict[str, str]:
        secret = self.pair.secret_access_key
        return {"AccessKeyId": self.pair.access_key_id, "SecretAccessKey": secret}

    def as_text(self) -> str:
        """Return what the keyring holds under the access key ID."""
        return json.dumps({**self._keys, "File": self.file})

    def as_credentials(self) -> str:
        """Return what a ``credential_process`` prints for long-lived keys (AWS SDKs reference)."""
        return json.dumps({"Version": 1, **self._keys})


def entry_from(text: str, key_id: str) -> Entry:
    """Return the entry of a key; raise ValueError for anything that isn't one."""
    try:
        content = json.loads(text)
        pair = KeyPair(str(content["AccessKeyId"]), str(content["SecretAccessKey"]))
        file = str(content["File"])
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError("not an entry") from error
    if pair.access_key_id != key_id or not pair.secret_access_key:
        raise ValueError("another key's entry")
    return Entry(pair, CONFIG if file == CONFIG else CREDENTIALS)


def entry_in(keyring: Backend, key_id: str) -> Entry:
    """Return the entry of a key; raise ConfigurationError if there is none."""
    text = keyring.get(key_id)
    try:
        return entry_from(text or "", key_id)
    except ValueError:
        raise ConfigurationError(
            f"The keyring has no usable entry for {sanitize(key_id)}.",
            "Was it removed there? Store a key again with aws configure.",
        ) from None


def process_line(program: str, backend: str, key_id: str, *, on_windows: bool) -> str:
    """Return the ``credential_process`` that ``session.keyring_key_id`` reads."""
    quoted = f'"{program}"' if on_windows else shlex.quote(program)
    return f"{quoted} keyring get --backend {backend} {key_id}"


def backend_in(line: str) -> str:
    """Return the backend that such a line names."""
    return line.split()[-2]


def may_be_stored(key_id: str) -> bool:
    """Tell whether the line could name a key: IDs of other AWSs may have any form."""
    return bool(KEY_ID.fullmatch(key_id)) and key_id.startswith("AKIA")


def users_of(key_id: str, profiles: Iterable[Profile]) -> tuple[str, ...]:
    """Return the names of the profiles that get a key from the keyring."""
    return tuple(profile.name for profile in profiles if profile.keyring_key_id == key_id)


def put(keyring: Backend, pair: KeyPair, in_place_of: str) -> None:
    """Keep a key under its own ID; what is known of the old one goes for it too.

    Raises ConfigurationError if the keyring has no such old key, or doesn't keep the new one.
    """
    if not may_be_stored(pair.access_key_id) or not pair.secret_access_key:
        raise ConfigurationError("That isn't an access key of AWS.", "Nothing was stored.")
    text = replace(entry_in(keyring, in_place_of), pair=pair).as_text()
    keyring.set(pair.access_key_id, text)
    if keyring.get(pair.access_key_id) != text:
        raise ConfigurationError("The keyring didn't keep the key.", "Is there room left in it?")


def delete(keyring: Backend, key_id: str, profiles: Iterable[Profile]) -> None:
    """Remove a key; raise ConfigurationError if a profile gets it from there."""
    if users := users_of(key_id, profiles):
        raise ConfigurationError(
            f"The key {sanitize(key_id)} is in use by profile {quoted_list(users)}.",
            "Nothing was removed.",
        )
    keyring.delete(key_id)
