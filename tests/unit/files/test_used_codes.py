"""The memory of used token codes, and the folder that it is in."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.errors import UnwritableFileError
from awscli_mfa_plugin.files.state import StateFolder, UsedCodes
from tests.unit.store import state_folder, temporary_files

if TYPE_CHECKING:
    from pathlib import Path

SERIAL = "arn:aws:iam::123456789012:mfa/../../a \x1b"
START = datetime(2026, 11, 24, 12, 0, 0, tzinfo=timezone.utc)  # the start of a time step


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        """Start at the start."""
        self.time = START

    def __call__(self) -> datetime:
        """Return the time."""
        return self.time


@pytest.fixture
def clock() -> Clock:
    """Return a clock at the start."""
    return Clock()


@pytest.fixture
def codes(tmp_path: Path, clock: Clock) -> UsedCodes:
    """Return an empty memory."""
    return UsedCodes(state_folder(tmp_path), clock)


def files(tmp_path: Path) -> list[Path]:
    """Return what the state folder holds."""
    return sorted(type(tmp_path)(state_folder(tmp_path).path).glob("*"))


def test_a_code_is_known_as_used_for_its_device_alone(codes: UsedCodes) -> None:
    """The same code of another device, or another code, is not used."""
    assert not codes.is_used(SERIAL, "123456")
    codes.remember(SERIAL, "123456")
    assert codes.is_used(SERIAL, "123456")
    assert not codes.is_used(SERIAL, "123457")
    assert not codes.is_used("GAHT12345678", "123456")


def test_the_last_code_counts(codes: UsedCodes) -> None:
    """A newer code takes the place of the older one."""
    codes.remember(SERIAL, "111111")
    codes.remember(SERIAL, "222222")
    assert codes.is_used(SERIAL, "222222")
    assert not codes.is_used(SERIAL, "111111")


@pytest.mark.parametrize("seconds", [0, 89, 119])
def test_a_code_is_known_while_aws_could_take_it(
    codes: UsedCodes, clock: Clock, seconds: int
) -> None:
    """Up to 120 s after the start of the step in which it was used."""
    codes.remember(SERIAL, "123456")
    clock.time += timedelta(seconds=seconds)
    assert codes.is_used(SERIAL, "123456")


@pytest.mark.parametrize("seconds", [120, 100_000, -31])
def test_an_old_record_is_forgotten_and_removed(
    tmp_path: Path, codes: UsedCodes, clock: Clock, seconds: int
) -> None:
    """After 120 s, or when the clock was put back, nothing is left of it."""
    codes.remember(SERIAL, "123456")
    clock.time += timedelta(seconds=seconds)
    assert not codes.is_used(SERIAL, "123456")
    assert files(tmp_path) == []


def test_the_record_is_closed_and_holds_no_code(tmp_path: Path, codes: UsedCodes) -> None:
    """0600, under a name without the serial, with nothing of the code in it."""
    codes.remember(SERIAL, "123456")
    (file,) = files(tmp_path)
    assert "123456" not in file.read_text()
    assert "mfa" not in file.name
    if sys.platform != "win32":
        assert file.stat().st_mode & 0o777 == 0o600
    first = file.read_bytes()
    codes.remember(SERIAL, "123456")
    assert file.read_bytes() != first, "two records of one code must not look alike"


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"step": "x"}', "\xff", '{"step": null}'])
def test_a_broken_record_is_none(tmp_path: Path, codes: UsedCodes, content: str) -> None:
    """AWS refuses a used code anyway: a memory that can't be read doesn't stop a login."""
    codes.remember(SERIAL, "123456")
    (file,) = files(tmp_path)
    file.write_text(content, encoding="latin-1")
    assert not codes.is_used(SERIAL, "123456")
    assert files(tmp_path) == []


def test_the_leftover_of_a_killed_process_goes(tmp_path: Path, codes: UsedCodes) -> None:
    """The next record takes it away."""
    codes.remember(SERIAL, "123456")
    (file,) = files(tmp_path)
    file.with_name(f".{file.name}.awscli-mfa-01234567.tmp").write_text("half")
    codes.remember(SERIAL, "123457")
    assert temporary_files(file.parent) == []


def test_a_memory_that_cannot_be_written_is_done_without(tmp_path: Path, clock: Clock) -> None:
    """A login doesn't fail over it."""
    (tmp_path / "file").write_text("")
    codes = UsedCodes(StateFolder(str(tmp_path / "file" / "state")), clock)
    codes.remember(SERIAL, "123456")
    assert not codes.is_used(SERIAL, "123456")


@pytest.mark.skipif(sys.platform == "win32", reason="modes of POSIX")
def test_a_state_folder_that_is_open_is_closed(tmp_path: Path) -> None:
    """Whoever made it, 0700 it is."""
    path = tmp_path / "state"
    path.mkdir(mode=0o755)
    StateFolder(str(path)).make()
    assert path.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("kind", ["a file", "a symlink"])
def test_a_state_folder_that_is_none_is_refused(tmp_path: Path, kind: str) -> None:
    """Nothing is kept behind a link that somebody else may have laid."""
    path = tmp_path / "state"
    if kind == "a file":
        path.write_text("")
    else:
        path.symlink_to(tmp_path)
    with pytest.raises(UnwritableFileError, match=r"state (isn't a folder|can't be replaced)"):
        StateFolder(str(path)).make()
