"""The lines of the shared files that have a long-lived key, or get one from the keyring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from awscli_mfa_plugin.session import keyring_key_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from awscli_mfa_plugin.files.document import SharedDocument
    from awscli_mfa_plugin.session.access_keys import KeyPair


def names_key(section: Mapping[str, str], key_id: str) -> bool:
    """Return whether a section has a key, or gets it from the keyring."""
    in_line = keyring_key_id(section.get("credential_process"))
    return key_id in {section.get("aws_access_key_id"), in_line}


def with_key_id_in_line(
    document: SharedDocument, sections: Iterable[str], key_id: str, new: KeyPair
) -> SharedDocument:
    """Return a copy in which the sections that get one key from the keyring get another."""
    for section in sections:
        line = document.options(section).get("credential_process", "")
        if keyring_key_id(line) == key_id:
            line = line.removesuffix(key_id) + new.access_key_id
            document = document.with_options(section, {"credential_process": line})
    return document


def with_key(
    document: SharedDocument, sections: Iterable[str], key_id: str, new: KeyPair
) -> SharedDocument:
    """Return a copy in which the sections that have one key have another."""
    options = {
        "aws_access_key_id": new.access_key_id,
        "aws_secret_access_key": new.secret_access_key,
    }
    for section in sections:
        if document.options(section).get("aws_access_key_id") == key_id:
            document = document.with_options(section, options)
    return document
