"""A rotation on real files is killed at each system call that changes something."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.session.access_keys import STORED
from tests.unit.keys.one_rotation import (
    UserOnDisk,
    home_with_a_key,
    journal_of,
    key_in,
    rotate_in,
)
from tests.unit.keys.user import OLD
from tests.unit.killing import Template, template_of
from tests.unit.store import temporary_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# A kill at any other call is a kill at the next of these.
CHANGING = {
    "flock", "fchmod", "fsync", "mkdir", "openat", "rename", "renameat", "renameat2", "unlink",
    "unlinkat", "write",
}  # fmt: skip


@pytest.fixture(scope="module")
def template() -> Iterator[Template]:
    """Yield the template process, if there is strace."""
    yield from template_of("tests.unit.keys.one_rotation")


def check_no_key_is_lost(home: Path, call: object) -> None:
    """Check that the file's key works, and that what is on the disk is for its owner alone."""
    user = UserOnDisk(home)
    assert user.works(key_in(home)), call
    for path in (home / ".aws").rglob("*"):
        if path.is_file() and b"secret" in path.read_bytes():
            assert path.stat().st_mode & 0o77 == 0, (call, path)


def check_the_next_run_ends(home: Path, call: object) -> None:
    """Check that there is one new key, stored, and no file with a secret too many."""
    rotate_in(home)
    user, new = UserOnDisk(home), key_in(home)
    assert new != OLD, call
    assert user.works(new), call
    assert user.active == {OLD.access_key_id: False, new.access_key_id: True}, call
    (rotation,) = journal_of(home).all()
    assert (rotation.stage, rotation.old, rotation.new.secret_access_key) == (STORED, OLD, ""), call
    folder = home / ".aws"
    assert not temporary_files(folder), call
    assert not temporary_files(folder / "cli" / "awscli-mfa"), call


@pytest.mark.timeout(300)
def test_killed_at_each_change(template: Template, tmp_path: Path) -> None:
    """At every moment a key that works is in the file; the next run ends the rotation."""
    learn = tmp_path / "learn"
    home_with_a_key(learn)
    calls = template.calls(learn, tmp_path / "log")
    killed = 0
    for number, call in enumerate(call for call in calls if call.name in CHANGING):
        home = tmp_path / f"kill-{number}"
        home_with_a_key(home)
        killed += template.kill_at(call, home, tmp_path / "log") == "killed"
        check_no_key_is_lost(home, call)
        check_the_next_run_ends(home, call)
    assert killed > 50
