"""What a watch remembers from one process to the next."""

from __future__ import annotations

import json
import stat
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.files.state import StateFolder
from awscli_mfa_plugin.session.sessions import EXPIRING
from awscli_mfa_plugin.watch.steps import WatchState
from awscli_mfa_plugin.watch.watch_state import WatchStateFile, keep_schedulers, noted_schedulers
from tests.fakes import NOW

if TYPE_CHECKING:
    from pathlib import Path


def test_state_is_saved_for_the_next_process(tmp_path: Path) -> None:
    """0600, without a secret, and separate for each credentials file."""
    folder = StateFolder(str(tmp_path / "state"))
    done = WatchState(
        NOW, EXPIRING, prompted=True, notified=True, tries=2, next_try=NOW + timedelta(minutes=1)
    )
    WatchStateFile(folder, "/a", lambda: NOW).save("mfa", done)
    assert WatchStateFile(folder, "/a", lambda: NOW).load("mfa") == done
    assert WatchStateFile(folder, "/b", lambda: NOW).load("mfa") is None
    path = tmp_path / "state" / "watch.json"
    assert sys.platform == "win32" or stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.rglob("*.tmp")) == []


def test_state_of_old_sessions_is_dropped(tmp_path: Path) -> None:
    """A week after they expired."""
    folder = StateFolder(str(tmp_path / "state"))
    WatchStateFile(folder, "/a", lambda: NOW).save("old", WatchState(NOW))
    later = NOW + timedelta(days=8)
    WatchStateFile(folder, "/a", lambda: later).save("new", WatchState(later))
    assert len(json.loads((tmp_path / "state" / "watch.json").read_text())) == 1


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"a": 1}', '{"a": {"expiration": "?"}}', "\x00", '{"a": null}']
)
def test_an_unreadable_state_is_ignored(tmp_path: Path, content: str) -> None:
    """Then there is one more prompt, and no traceback."""
    folder = StateFolder(str(tmp_path))
    (tmp_path / "watch.json").write_text(content)
    state = WatchStateFile(folder, "/a", lambda: NOW)
    assert state.load("mfa") is None
    state.save("mfa", WatchState(NOW, EXPIRING))
    assert WatchStateFile(folder, "/a", lambda: NOW).load("mfa") == WatchState(NOW, EXPIRING)


def test_unwritable_state_is_kept_in_the_process(tmp_path: Path) -> None:
    """A full disk doesn't lead to a prompt every minute."""
    (tmp_path / "state").write_text("in the way")
    state = WatchStateFile(StateFolder(str(tmp_path / "state")), "/a", lambda: NOW)
    state.save("mfa", WatchState(NOW, EXPIRING))
    assert state.load("mfa") == WatchState(NOW, EXPIRING)


def test_schedulers_are_noted_for_the_uninstaller(tmp_path: Path) -> None:
    """Without a note it reads no crontab, which belongs to a user and not to a home."""
    folder = StateFolder(str(tmp_path / "state"))
    assert noted_schedulers(folder) == ()
    keep_schedulers(folder, [])
    keep_schedulers(folder, ["systemd", "cron"])
    assert noted_schedulers(folder) == ("systemd", "cron")
    keep_schedulers(folder, [])
    assert noted_schedulers(folder) == ()
