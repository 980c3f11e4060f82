"""A write is killed, or fails, at each of its system calls in turn."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.unit.killing import template_of
from tests.unit.store import (
    NEW,
    OLD,
    SECTION,
    credentials_file,
    homely,
    temporary_files,
    with_session,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.unit.killing import Call, Template


@pytest.fixture(scope="module")
def template() -> Iterator[Template]:
    """Yield the template process, if there is strace."""
    yield from template_of("tests.unit.one_write")


def home_of(folder: Path, name: str, *, exists: bool) -> Path:
    """Make a home with or without a credentials file."""
    home = folder / name
    home.mkdir()
    if exists:
        homely(home)
    return home


def calls_of_a_write(template: Template, folder: Path, *, exists: bool) -> list[Call]:
    """Return the system calls of a write from SIGCONT to its end, in order."""
    return template.calls(home_of(folder, "learn", exists=exists), folder / "calls")


def check_whole(home: Path, *, exists: bool) -> bool:
    """Check that the file is the old or the new one; return whether it is the new one."""
    path = home / ".aws" / "credentials"
    if not path.exists():
        assert not exists
        return False
    assert path.stat().st_mode & 0o7777 == 0o600
    content = path.read_bytes()
    assert content in ((OLD, NEW) if exists else (SECTION,))
    return content != OLD


def check_next_write(home: Path, *, exists: bool) -> None:
    """Check that the next write works at once and leaves no temporary file."""
    started = time.monotonic()
    credentials_file(home).update(with_session)
    assert time.monotonic() - started < 5
    path = home / ".aws" / "credentials"
    assert path.read_bytes() == (NEW if exists else SECTION)
    assert not temporary_files(path.parent)


@pytest.mark.parametrize("exists", [True, False], ids=["a file", "no folder"])
def test_a_kill_at_any_call_leaves_the_old_or_the_new_file(
    template: Template,
    tmp_path: Path,
    exists: bool,  # noqa: FBT001 - pytest gives it by name
) -> None:
    """Whole, 0600, at most one temporary file, which the next write removes."""
    calls = calls_of_a_write(template, tmp_path, exists=exists)
    seen: Counter[str] = Counter()
    for number, call in enumerate(calls):
        home = home_of(tmp_path, f"kill-{number}", exists=exists)
        answer = template.kill_at(call, home, tmp_path / "log")
        assert answer == "killed", call
        seen["new" if check_whole(home, exists=exists) else "old"] += 1
        leftover = temporary_files(home / ".aws")
        assert len(leftover) <= 1, call
        assert all(file.stat().st_mode & 0o777 == 0o600 for file in leftover), call
        seen["temporary"] += len(leftover)
        check_next_write(home, exists=exists)
    # The kills were spread over the whole write: before, in the middle, and after.
    assert all(seen[moment] >= 3 for moment in ("old", "new", "temporary")), seen


FAILING = frozenset((
    "close", "fchmod", "fchown", "fdatasync", "flock", "fstat", "fsync", "ftruncate",
    "getdents64", "mkdir", "open", "openat", "pwrite64", "read", "readv", "rename", "renameat",
    "renameat2", "unlink", "write",
))  # fmt: skip


@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
@pytest.mark.parametrize("exists", [True, False], ids=["a file", "no folder"])
def test_an_error_at_any_call_is_reported_or_harmless(
    template: Template,
    tmp_path: Path,
    exists: bool,  # noqa: FBT001 - pytest gives it by name
    error: str,
) -> None:
    """The write fails and the file is the old one, or it succeeds; no temporary file stays."""
    calls = calls_of_a_write(template, tmp_path, exists=exists)
    answers: Counter[str] = Counter()
    for number, call in enumerate(call for call in calls if call.name in FAILING):
        home = home_of(tmp_path, f"fail-{number}", exists=exists)
        inject = f"inject={call.name}:error={error}:when={call.nth}"
        answer = template.write(home, tmp_path / "log", "-e", inject)
        answers[answer] += 1
        assert answer in {"written", "refused"}, call
        assert check_whole(home, exists=exists) == (answer == "written"), call
        if (home / ".aws").exists():
            assert not temporary_files(home / ".aws"), call
        check_next_write(home, exists=exists)
    assert answers["refused"] >= 3
