"""Keeps what a watch has told, so that the next process tells nothing twice."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.errors import BusyError, UnwritableFileError
from awscli_mfa_plugin.files.atomic import ChangedMeanwhileError, remove_leftovers, replace_file
from awscli_mfa_plugin.files.state import digest_name
from awscli_mfa_plugin.session.expiry import parsed_time, rfc3339
from awscli_mfa_plugin.watch.steps import ABANDONED, Told

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from awscli_mfa_plugin.files.locks import Locks
    from awscli_mfa_plugin.files.state import StateFolder

_FLAGS = ("asked", "is_told", "is_refused")


class WatchState:
    """``watch.json`` in the plugin's folder: by profile, what was told about its session.

    Only the one process that holds the watch's lock writes it.
    """

    def __init__(
        self, folder: StateFolder, credentials_path: str, now: Callable[[], datetime]
    ) -> None:
        """Keep where it is; profiles of one name in two credentials files are told apart."""
        self._folder = folder
        self._path = folder.file("watch.json")
        self._credentials_path = credentials_path
        self._now = now
        self._told: dict[str, Told] | None = None

    def recall(self, profile: str) -> Told | None:
        """Return what was done about the profile's last session, or None."""
        return self._all().get(self._key(profile))

    def keep(self, profile: str, told: Told) -> None:
        """Keep what was done; what can't be written is known to this process alone."""
        oldest = self._now() - ABANDONED
        kept = {key: has for key, has in self._all().items() if has.expiration > oldest}
        kept[self._key(profile)] = told
        self._told = kept
        content = json.dumps({key: _record(has) for key, has in kept.items()}, indent=1)
        with suppress(UnwritableFileError, ChangedMeanwhileError):
            self._folder.make()
            remove_leftovers(self._path)
            replace_file(self._path, content.encode("ascii"), durable=False)

    def _all(self) -> dict[str, Told]:
        if self._told is None:
            self._told = self._read()
        return self._told

    def _read(self) -> dict[str, Told]:
        try:
            with open(self._path, encoding="ascii") as file:
                records = json.load(file)
            return {str(key): _told(record) for key, record in records.items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return {}  # worth one question more

    def _key(self, profile: str) -> str:
        return digest_name(f"{self._credentials_path}\n{profile}")


def _record(told: Told) -> dict[str, Any]:
    record: dict[str, Any] = {field.name: getattr(told, field.name) for field in fields(Told)}
    record["expiration"] = rfc3339(told.expiration)
    record["next_try"] = rfc3339(told.next_try) if told.next_try else None
    return record


def _told(record: Any) -> Told:
    expiration = parsed_time(str(record["expiration"]))
    if expiration is None:
        raise ValueError(record)
    return Told(
        expiration,
        stage=str(record["stage"]),
        tries=int(record["tries"]),
        next_try=parsed_time(str(record["next_try"] or "")),
        **{name: bool(record[name]) for name in _FLAGS},
    )


def held_alone(locks: Locks) -> AbstractContextManager[None]:
    """Hold what makes this the only watch of the user; raise BusyError with the other's name."""

    def refuse(holder: str) -> None:
        raise BusyError(
            f"{holder} watches already, and one watch is enough for a user.",
            "End it first if this one is to take over.",
        )

    return locks.hold("watch", 0, refuse)


def other_watch(locks: Locks) -> str:
    """Return which process watches now, or ""."""
    try:
        with held_alone(locks):
            return ""
    except BusyError as busy:
        return busy.what.partition(" watches")[0]


_SCHEDULED = "watch-scheduled"


def keep_schedulers(folder: StateFolder, names: Sequence[str]) -> None:
    """Note which schedulers run the watch, for the uninstaller; a note that can't be is none."""
    path = folder.file(_SCHEDULED)
    with suppress(OSError, UnwritableFileError, ChangedMeanwhileError):
        if names:
            folder.make()
            replace_file(path, "\n".join(names).encode("ascii"), durable=False)
        else:
            os.unlink(path)


def noted_schedulers(folder: StateFolder) -> tuple[str, ...]:
    """Return the names that were noted.

    A crontab belongs to a user, not to a home: it isn't looked at without such a note.
    """
    try:
        with open(folder.file(_SCHEDULED), encoding="ascii") as file:
            return tuple(file.read().split())
    except (OSError, ValueError):
        return ()
