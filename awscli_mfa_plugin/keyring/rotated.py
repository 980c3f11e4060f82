"""A rotation's new key, in the keyring beside the old one until that one is deleted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.keyring.entries import entry_in, may_be_stored, users_of
from awscli_mfa_plugin.text import quoted_list, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable

    from awscli_mfa_plugin.keyring.backends import Backend
    from awscli_mfa_plugin.session.access_keys import KeyPair
    from awscli_mfa_plugin.session.records import Profile


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
    users = users_of(key_id, profiles)
    if users:
        raise ConfigurationError(
            f"The key {sanitize(key_id)} is in use by profile {quoted_list(users)}.",
            "Nothing was removed.",
        )
    keyring.delete(key_id)
