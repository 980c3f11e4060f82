"""Keeps what a rotation of access keys must not lose: a file of 0600 in the plugin's folder."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError, UnwritableFileError
from awscli_mfa_plugin.files.atomic import remove_leftovers, sync_folder, unwritable
from awscli_mfa_plugin.files.paths import names_in
from awscli_mfa_plugin.files.state import digest_name
from awscli_mfa_plugin.session.access_keys import as_json, from_json

if TYPE_CHECKING:
    from awscli_mfa_plugin.files.state import StateFolder
    from awscli_mfa_plugin.session.access_keys import Rotation

_START, _END = "rotation-", ".json"


class RotationJournal:
    """The rotations that aren't finished, a file each; to be used under one lock."""

    def __init__(self, folder: StateFolder) -> None:
        self._folder = folder

    def all(self) -> tuple[Rotation, ...]:
        """Return every rotation that isn't finished.

        Raises ConfigurationError for a journal that can't be read: it may hold the only copy of a
        key.
        """
        return tuple(self._read(path) for path in journal_paths(self._folder.path))

    def save(self, rotation: Rotation) -> None:
        """Write a rotation down, so that it survives a loss of power.

        Raises UnwritableFileError; what was written before stays then.
        """
        self._folder.write(_name_of(rotation), json.dumps(as_json(rotation), indent=2).encode())

    def remove(self, rotation: Rotation) -> None:
        """Remove a rotation that is finished; raise UnwritableFileError."""
        path = self._folder.file(_name_of(rotation))
        remove_leftovers(path)
        try:
            os.unlink(path)
        except OSError as error:
            raise unwritable(path, error) from error
        sync_folder(self._folder.path)

    @staticmethod
    def _read(path: str) -> Rotation:
        try:
            with open(path, encoding="utf-8") as file:
                return from_json(json.load(file))
        except OSError as error:
            reason = f"can't be read: {os.strerror(error.errno or 0)}"
            raise UnwritableFileError(path, reason, "Make it readable for you.") from error
        except (ValueError, KeyError, TypeError, RecursionError):
            raise ConfigurationError(
                f"{path} isn't a journal that this version can read.",
                "It may hold an access key. Use the version of the plugin that wrote it.",
            ) from None


def _name_of(rotation: Rotation) -> str:
    return f"{_START}{digest_name(rotation.old.access_key_id)}{_END}"


def check_none_is_left(folder: str) -> None:
    """Raise ConfigurationError if the plugin's folder has a journal, since that holds a key."""
    if journal_paths(folder):
        raise ConfigurationError(
            "A rotation of an access key isn't finished, and its journal may hold a key.",
            "End it first:  aws mfa keys rotate --finish  (or --undo)",
        )


def journal_paths(folder: str) -> tuple[str, ...]:
    """Return the paths of the journals in the plugin's folder."""
    found = (name for name in names_in(folder) if name.startswith(_START) and name.endswith(_END))
    return tuple(os.path.join(folder, name) for name in found)
