"""Reads alias packs: the one that comes with the plugin, and a team's own YAML file."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from awscli_mfa_plugin.aliases.reading import pack_of, unreadable
from awscli_mfa_plugin.errors import ConfigurationError, MfaError
from awscli_mfa_plugin.files.yaml_reader import root_of
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from awscli_mfa_plugin.aliases.pack import AliasPack

LARGEST = 64 * 1024
"""Bytes of a pack's file; a list of shortcuts is a few kilobytes."""

_FILE = os.path.join("alias", "aliases.yaml")


def packaged_pack() -> AliasPack:
    """Return the pack that comes with the plugin."""
    for path in places():
        if os.path.isfile(path):
            return read_pack(path)
    raise MfaError(
        f"The plugin's own alias pack isn't there: {places()[0]}.", "Install the plugin again."
    )


def places() -> tuple[str, str]:
    """Return where the plugin's own pack may lie: in the package, or in a checkout beside it."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    return os.path.join(package, _FILE), os.path.join(os.path.dirname(package), _FILE)


def read_pack(path: str) -> AliasPack:
    """Return the pack in the YAML file at ``path``; raise ConfigurationError with line and column.

    Nothing but plain text, lists and keys is taken: no anchors and aliases, by which a small file
    grows without end (YAML 1.2.2, section 3.2.2.2), and no tags.
    """
    content = _content(path)
    text = _text(content, path)
    root = root_of(text, lambda line, column, why: unreadable(path, line, column, why))
    return replace(pack_of(root, path), is_ours=content == _packaged())


def _packaged() -> bytes | None:
    return next((_content(path) for path in places() if os.path.isfile(path)), None)


def _content(path: str) -> bytes:
    try:
        if not os.path.isfile(path):
            raise _unusable(path, "isn't a file")
        with open(path, "rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise _unusable(path, f"can't be read: {os.strerror(error.errno or 0)}") from error
    if len(content) > LARGEST:
        raise _unusable(path, f"is larger than {LARGEST // 1024} KiB")
    return content


def _text(content: bytes, path: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - (content.rfind(b"\n", 0, error.start) + 1) + 1
        raise unreadable(path, line, column, "that isn't UTF-8") from None


def _unusable(path: str, why: str) -> ConfigurationError:
    return ConfigurationError(f"{sanitize(path)} {why}.", "Name the YAML file of an alias pack.")
