"""Remembers devices that a command is adding or removing, for the next run if it is killed."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import UnwritableFileError

if TYPE_CHECKING:
    from awscli_mfa_plugin.files.state import StateFolder

_FILE = "devices.json"


class UnfinishedDevices:
    """``devices.json`` in the plugin's folder: what is under way, by device and user.

    Only the process that holds the lock of the devices writes it. No seed is in it.
    """

    def __init__(self, folder: StateFolder) -> None:
        self._folder = folder

    def of(self, user_arn: str) -> dict[str, str]:
        """Return what is under way for a user: CREATING, ADDING or REMOVING by serial."""
        return {
            serial: doing for serial, (owner, doing) in self._all().items() if owner == user_arn
        }

    def note(self, serial: str, user_arn: str, doing: str) -> None:
        """Remember a device before AWS is called; raise UnwritableFileError if that fails."""
        self._write({**self._all(), serial: (user_arn, doing)})

    def forget(self, serial: str) -> None:
        """Forget a device that is as it should be; failing to costs one more question."""
        known = self._all()
        if known.pop(serial, None):
            with suppress(UnwritableFileError):
                self._write(known)

    def _all(self) -> dict[str, tuple[str, str]]:
        try:
            with open(self._folder.file(_FILE), encoding="ascii") as file:
                records = json.load(file)
            return {
                str(serial): (str(record["user"]), str(record["doing"]))
                for serial, record in records.items()
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return {}

    def _write(self, known: dict[str, tuple[str, str]]) -> None:
        records = {
            serial: {"user": owner, "doing": doing} for serial, (owner, doing) in known.items()
        }
        self._folder.write(_FILE, json.dumps(records).encode("ascii"))
