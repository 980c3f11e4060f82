"""What a watch remembers: its prompts and notifications, and which schedulers run it."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.files.state import StateFolder, digest_name
from awscli_mfa_plugin.session.expiry import parsed_time, rfc3339
from awscli_mfa_plugin.watch.steps import ABANDONED, WatchState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from awscli_mfa_plugin.watch.schedulers import CommandLineScheduler


_STATES, _SCHEDULERS = "watch.json", "watch-scheduled"


class WatchStateFile:
    """``watch.json`` in the plugin's folder: what was done about each profile's session.

    Only the process that holds the watch's lock writes it.
    """

    def __init__(
        self, folder: StateFolder, credentials_path: str, now: Callable[[], datetime]
    ) -> None:
        """Name the file; profiles of different credentials files have different state."""
        self._folder = folder
        self._credentials_path = credentials_path
        self._now = now
        self._states: dict[str, WatchState] | None = None

    def load(self, profile: str) -> WatchState | None:
        """Return what was done about the profile's last session, or None."""
        return self._all().get(self._key(profile))

    def save(self, profile: str, state: WatchState) -> None:
        """Save what was done; if that fails, only this process knows it."""
        oldest = self._now() - ABANDONED
        states = {key: one for key, one in self._all().items() if one.expiration > oldest}
        states[self._key(profile)] = state
        self._states = states
        content = json.dumps({key: asdict(one) for key, one in states.items()}, default=rfc3339)
        self._folder.keep(_STATES, content.encode("ascii"))

    def _all(self) -> dict[str, WatchState]:
        if self._states is None:
            self._states = self._read()
        return self._states

    def _read(self) -> dict[str, WatchState]:
        try:
            with open(self._folder.file(_STATES), encoding="ascii") as file:
                records = json.load(file)
            return {str(key): _state_in(record) for key, record in records.items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return {}  # costs one more question

    def _key(self, profile: str) -> str:
        return digest_name(f"{self._credentials_path}\n{profile}")


def _state_in(record: Any) -> WatchState:
    expiration = parsed_time(str(record["expiration"]))
    if expiration is None:
        raise ValueError(record)
    return WatchState(
        expiration,
        stage=str(record["stage"]),
        tries=int(record["tries"]),
        next_try=parsed_time(str(record["next_try"] or "")),
        **{name: bool(record[name]) for name in ("prompted", "notified", "gave_up")},
    )


def keep_schedulers(folder: StateFolder, names: Sequence[str]) -> None:
    """Note which schedulers run the watch, for the uninstaller; ignore failures."""
    if names:
        folder.keep(_SCHEDULERS, "\n".join(names).encode("ascii"))
    else:
        with suppress(OSError):
            os.unlink(folder.file(_SCHEDULERS))


def noted_schedulers(folder: StateFolder) -> tuple[str, ...]:
    """Return the noted names.

    A crontab belongs to a user, not to a home: the uninstaller reads it only if it is noted.
    """
    try:
        with open(folder.file(_SCHEDULERS), encoding="ascii") as file:
            return tuple(file.read().split())
    except (OSError, ValueError):
        return ()


def scheduled_watches(
    environment: Mapping[str, str], state_folder: str
) -> list[CommandLineScheduler]:
    """Return the schedulers that run the watch, as noted in the state folder."""
    from awscli_mfa_plugin.watch.schedulers import schedulers

    names = noted_schedulers(StateFolder(state_folder))
    return [one for name in names for one in schedulers(environment, name)]
