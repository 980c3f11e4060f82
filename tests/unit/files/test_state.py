"""The plugin's folder, the record of used MFA codes in it, and the CLIs that doctor knows."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.errors import UnwritableFileError
from awscli_mfa_plugin.files.state import CheckedClis, StateFolder, UsedCodes
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
    """Return an empty record."""
    return UsedCodes(state_folder(tmp_path), clock)


def files(tmp_path: Path) -> list[Path]:
    """Return what the state folder holds."""
    return sorted(type(tmp_path)(state_folder(tmp_path).path).glob("*"))


def test_a_code_is_used_for_its_device_only(codes: UsedCodes) -> None:
    """The same code of another device, or another code, isn't used."""
    assert not codes.is_used(SERIAL, "123456")
    codes.remember(SERIAL, "123456")
    assert codes.is_used(SERIAL, "123456")
    assert not codes.is_used(SERIAL, "123457")
    assert not codes.is_used("GAHT12345678", "123456")


def test_only_the_last_code_is_recorded(codes: UsedCodes) -> None:
    """A newer code replaces the older one."""
    codes.remember(SERIAL, "111111")
    codes.remember(SERIAL, "222222")
    assert codes.is_used(SERIAL, "222222")
    assert not codes.is_used(SERIAL, "111111")


@pytest.mark.parametrize("seconds", [0, 89, 119])
def test_a_code_is_recorded_while_aws_could_accept_it(
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
    """After 120 s, or when the clock was set back."""
    codes.remember(SERIAL, "123456")
    clock.time += timedelta(seconds=seconds)
    assert not codes.is_used(SERIAL, "123456")
    assert files(tmp_path) == []


def test_the_record_is_private_and_has_no_code(tmp_path: Path, codes: UsedCodes) -> None:
    """0600, with a name without the serial, and a digest in it."""
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
def test_a_broken_record_is_ignored(tmp_path: Path, codes: UsedCodes, content: str) -> None:
    """AWS rejects a used code anyway: an unreadable record doesn't stop a login."""
    codes.remember(SERIAL, "123456")
    (file,) = files(tmp_path)
    file.write_text(content, encoding="latin-1")
    assert not codes.is_used(SERIAL, "123456")
    assert files(tmp_path) == []


def test_the_temporary_file_of_a_killed_process_is_removed(
    tmp_path: Path, codes: UsedCodes
) -> None:
    """By the next write."""
    codes.remember(SERIAL, "123456")
    (file,) = files(tmp_path)
    file.with_name(f".{file.name}.awscli-mfa-01234567.tmp").write_text("half")
    codes.remember(SERIAL, "123457")
    assert temporary_files(file.parent) == []


def test_an_unwritable_record_is_no_error(tmp_path: Path, clock: Clock) -> None:
    """A login works without it."""
    (tmp_path / "file").write_text("")
    codes = UsedCodes(StateFolder(str(tmp_path / "file" / "state")), clock)
    codes.remember(SERIAL, "123456")
    assert not codes.is_used(SERIAL, "123456")


@pytest.mark.skipif(sys.platform == "win32", reason="modes of POSIX")
def test_the_state_folder_becomes_private(tmp_path: Path) -> None:
    """0700, whoever created it."""
    path = tmp_path / "state"
    path.mkdir(mode=0o755)
    StateFolder(str(path)).make()
    assert path.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("kind", ["a file", "a symlink"])
def test_a_file_or_symlink_instead_of_the_state_folder_is_refused(
    tmp_path: Path, kind: str
) -> None:
    """Somebody else may have made the link."""
    path = tmp_path / "state"
    if kind == "a file":
        path.write_text("")
    else:
        path.symlink_to(tmp_path)
    with pytest.raises(UnwritableFileError, match=r"state (isn't a folder|can't be replaced)"):
        StateFolder(str(path)).make()


def test_what_was_remembered_is_known(tmp_path: Path) -> None:
    """By path."""
    folder = StateFolder(str(tmp_path))
    CheckedClis(folder).remember({"/usr/bin/aws": "2.36.12"})
    assert CheckedClis(folder).versions() == {"/usr/bin/aws": "2.36.12"}


def test_nothing_is_written_where_the_plugin_was_never_used(tmp_path: Path) -> None:
    """Doctor makes no folder."""
    known = CheckedClis(StateFolder(str(tmp_path / "missing")))
    known.remember({"/usr/bin/aws": "2.36.12"})
    assert known.versions() == {}
    assert not (tmp_path / "missing").exists()


@pytest.mark.parametrize("content", ["", "[1]", "{", "[[[["])
def test_a_file_that_cannot_be_read_is_as_none(tmp_path: Path, content: str) -> None:
    """Then all are looked at again."""
    (tmp_path / "clis.json").write_text(content)
    known = CheckedClis(StateFolder(str(tmp_path)))
    assert known.versions() == {}
    known.remember({"/usr/bin/aws": "1.46.3"})
    assert known.versions() == {"/usr/bin/aws": "1.46.3"}
