"""What a watch remembers from one process to the next."""

from __future__ import annotations

import json
import stat
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.files.state import StateFolder
from awscli_mfa_plugin.session.status import EXPIRING
from awscli_mfa_plugin.watch.steps import WatchState
from awscli_mfa_plugin.watch.watch_state import WatchStateFile, keep_schedulers, noted_schedulers
from tests.fakes import NOW

if TYPE_CHECKING:
    from pathlib import Path


def test_what_was_told_is_kept_for_the_next_process(tmp_path: Path) -> None:
    """0600, without any secret; two credentials files are told apart."""
    folder = StateFolder(str(tmp_path / "state"))
    done = WatchState(
        NOW, EXPIRING, prompted=True, notified=True, tries=2, next_try=NOW + timedelta(minutes=1)
    )
    WatchStateFile(folder, "/a", lambda: NOW).save("mfa", done)
    assert WatchStateFile(folder, "/a", lambda: NOW).load("mfa") == done
    assert WatchStateFile(folder, "/b", lambda: NOW).load("mfa") is None
    path = tmp_path / "state" / "watch.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.rglob("*.tmp")) == []


def test_what_was_told_of_old_sessions_goes(tmp_path: Path) -> None:
    """A week after its end nobody asks for a session any more."""
    folder = StateFolder(str(tmp_path / "state"))
    WatchStateFile(folder, "/a", lambda: NOW).save("old", WatchState(NOW))
    later = NOW + timedelta(days=8)
    WatchStateFile(folder, "/a", lambda: later).save("new", WatchState(later))
    assert len(json.loads((tmp_path / "state" / "watch.json").read_text())) == 1


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"a": 1}', '{"a": {"expiration": "?"}}', "\x00", '{"a": null}']
)
def test_a_memory_that_can_not_be_read_is_none(tmp_path: Path, content: str) -> None:
    """One question more, and no traceback."""
    folder = StateFolder(str(tmp_path))
    (tmp_path / "watch.json").write_text(content)
    state = WatchStateFile(folder, "/a", lambda: NOW)
    assert state.load("mfa") is None
    state.save("mfa", WatchState(NOW, EXPIRING))
    assert WatchStateFile(folder, "/a", lambda: NOW).load("mfa") == WatchState(NOW, EXPIRING)


def test_what_can_not_be_written_is_known_to_the_process(tmp_path: Path) -> None:
    """A full disk makes no one ask every minute."""
    (tmp_path / "state").write_text("in the way")
    state = WatchStateFile(StateFolder(str(tmp_path / "state")), "/a", lambda: NOW)
    state.save("mfa", WatchState(NOW, EXPIRING))
    assert state.load("mfa") == WatchState(NOW, EXPIRING)


def test_the_uninstaller_is_told_of_schedulers(tmp_path: Path) -> None:
    """A crontab belongs to a user and not to a home: without a note nobody looks into it."""
    folder = StateFolder(str(tmp_path / "state"))
    assert noted_schedulers(folder) == ()
    keep_schedulers(folder, [])
    keep_schedulers(folder, ["systemd", "cron"])
    assert noted_schedulers(folder) == ("systemd", "cron")
    keep_schedulers(folder, [])
    assert noted_schedulers(folder) == ()
