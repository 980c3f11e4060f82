"""Keeps what ``store`` took out of a profile's file, in the plugin's folder."""

from __future__ import annotations

import json
import os
from contextlib import suppress

from awscli_mfa_plugin.errors import UnwritableFileError
from awscli_mfa_plugin.files.state import StateFolder, digest_name
from awscli_mfa_plugin.keyring.removed import Removed, as_json, from_json


class RemovedFile:
    """What is known of each profile of two shared files.

    It has no key. Without it ``restore`` works too, only not to the byte: no failure is an error.
    """

    def __init__(self, folder: StateFolder, *shared_files: str) -> None:
        self._folder, self._files = folder, shared_files

    def load(self, profile: str) -> Removed | None:
        """Return what was kept, or None."""
        try:
            with open(self._folder.file(self._name(profile)), encoding="utf-8") as file:
                return from_json(json.load(file))
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def save(self, profile: str, removed: Removed) -> None:
        """Keep something."""
        with suppress(UnwritableFileError):
            self._folder.write(self._name(profile), json.dumps(as_json(removed)).encode())

    def remove(self, profile: str) -> None:
        """Forget it."""
        with suppress(OSError):
            os.unlink(self._folder.file(self._name(profile)))

    def _name(self, profile: str) -> str:
        name = digest_name("\n".join((*self._files, profile)))
        return f"keyring-{name}.json"
