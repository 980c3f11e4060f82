"""Writing the shared files: what is kept, and what is refused."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import TYPE_CHECKING, NamedTuple

import pytest
from botocore import configloader

from awscli_mfa_plugin.errors import (
    BusyError,
    ConfigurationError,
    UnparsableFileError,
    UnwritableFileError,
)
from awscli_mfa_plugin.files.atomic import replace_file, unwritable
from awscli_mfa_plugin.files.locks import Locks
from awscli_mfa_plugin.files.session_cache import SessionCache
from awscli_mfa_plugin.files.shared_file import SharedFile
from awscli_mfa_plugin.files.state import UsedCodes
from awscli_mfa_plugin.session.records import Session
from tests.fakes import FakeLocks
from tests.unit.store import (
    NEW,
    OLD,
    SECTION,
    credentials_file,
    homely,
    state_folder,
    temporary_files,
    with_session,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from awscli_mfa_plugin.files.document import SharedDocument

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes and owners of POSIX")

IS_ROOT = sys.platform != "win32" and os.geteuid() == 0
needs_root = pytest.mark.skipif(not IS_ROOT, reason="only root may mount and give files away")
needs_user = pytest.mark.skipif(IS_ROOT, reason="root may write anywhere")


def mode(path: Path) -> int:
    """Return the permission bits."""
    return path.stat().st_mode & 0o7777


def test_a_new_folder_and_file_are_private(tmp_path: Path) -> None:
    """``~/.aws`` is 0700, the file and our folder too, whatever the umask."""
    old_umask = os.umask(0)
    try:
        assert credentials_file(tmp_path).update(with_session)
    finally:
        os.umask(old_umask)
    path = tmp_path / ".aws" / "credentials"
    assert path.read_bytes() == SECTION
    assert [mode(path.parent), mode(path)] == [0o700, 0o600]
    folder = state_folder(tmp_path).path
    assert mode(type(path)(folder)) == 0o700
    assert {entry.stat().st_mode & 0o7777 for entry in os.scandir(folder)} == {0o600}


MODES = [
    (True, 0o600, 0o600),
    (True, 0o644, 0o600),
    (True, 0o400, 0o400),
    (False, 0o644, 0o644),
    (False, 0o640, 0o640),
    (False, 0o600, 0o600),
]


@pytest.mark.parametrize(("secret", "before", "after"), MODES)
def test_the_mode_is_kept_but_credentials_become_private(
    tmp_path: Path,
    secret: bool,  # noqa: FBT001 - pytest gives it by name
    before: int,
    after: int,
) -> None:
    """The config file keeps its mode; others lose access to the credentials file."""
    path = homely(tmp_path, mode=before)
    assert credentials_file(tmp_path, secret=secret).update(with_session)
    assert (path.read_bytes(), mode(path)) == (NEW, after)


@needs_root
def test_owner_and_group_are_kept(tmp_path: Path) -> None:
    """Root doesn't take over a user's file."""
    path = homely(tmp_path)
    os.chown(path, 1234, 4321)
    assert credentials_file(tmp_path).update(with_session)
    assert (path.stat().st_uid, path.stat().st_gid, mode(path)) == (1234, 4321, 0o600)


@pytest.mark.parametrize("exists", [True, False])
def test_a_symlink_is_followed(tmp_path: Path, exists: bool) -> None:  # noqa: FBT001 - by name
    """The target is replaced, or made; the link stays."""
    target = tmp_path / "dotfiles" / "aws" / "keys"
    link = tmp_path / ".aws" / "credentials"
    link.parent.mkdir()
    link.symlink_to("../dotfiles/aws/keys")
    if exists:
        target.parent.mkdir(parents=True)
        target.write_bytes(OLD)
    assert credentials_file(tmp_path).update(with_session)
    assert link.is_symlink()
    assert target.read_bytes() == (NEW if exists else SECTION)


def test_nothing_is_written_when_nothing_changes(tmp_path: Path) -> None:
    """The inode and its time are the same."""
    path = homely(tmp_path, NEW)
    before = path.stat()
    assert not credentials_file(tmp_path).update(with_session)
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_crlf_and_a_missing_last_newline_survive(tmp_path: Path) -> None:
    """The bytes around the change are unchanged."""
    path = homely(tmp_path, b"; c\r\n[A]\r\nX=1")
    assert credentials_file(tmp_path).update(
        lambda document: document.with_options("A", {"y": "2"})
    )
    assert path.read_bytes() == b"; c\r\n[A]\r\nX=1\r\ny = 2"


REFUSED = {
    "an option outside": (OLD + b"[x]\nnonsense\n", "line 10"),
    "a byte order mark, which no CLI reads": (b"\xef\xbb\xbf" + OLD, "line 1 starts with a byte"),
    "bytes that aren't UTF-8": (OLD + b"[\xff]\n", "line 9 isn't UTF-8"),
}


@pytest.mark.parametrize(("content", "text"), REFUSED.values(), ids=REFUSED.keys())
def test_an_unparsable_file_is_refused_untouched(tmp_path: Path, content: bytes, text: str) -> None:
    """The error has the line, in the check before and in the write."""
    path = homely(tmp_path, content)
    store = credentials_file(tmp_path)
    for attempt in (store.check_writable, lambda: store.update(with_session)):
        with pytest.raises(UnparsableFileError, match=text) as caught:
            attempt()
        assert str(path) in str(caught.value)
        assert "secret" not in str(caught.value)
    assert path.read_bytes() == content
    assert not temporary_files(path.parent)


def refuse(home: Path, path: Path, cause: str) -> None:
    """Expect that check and write refuse the file, and that it keeps its content."""
    before = path.read_bytes() if path.is_file() else None
    store = credentials_file(home, path)
    for attempt in (store.check_writable, lambda: store.update(with_session)):
        with pytest.raises(UnwritableFileError, match=cause) as caught:
            attempt()
        assert str(path) in caught.value.what
        assert caught.value.remedy
    assert not temporary_files(path.parent)
    assert (path.read_bytes() if path.is_file() else None) == before


def test_a_folder_a_pipe_and_a_device_are_refused(tmp_path: Path) -> None:
    """None of them is opened for writing, and nothing hangs."""
    folder, pipe = tmp_path / "folder", tmp_path / "pipe"
    folder.mkdir()
    os.mkfifo(pipe)
    for path in (folder, pipe):
        refuse(tmp_path, path, "isn't a regular file")
    store = credentials_file(tmp_path, type(tmp_path)(os.devnull))
    with pytest.raises(UnwritableFileError, match="isn't a regular file"):
        store.update(with_session)
    assert store.read().render() == b""


def test_a_hard_linked_file_is_refused(tmp_path: Path) -> None:
    """A rename would leave the old keys under the other name."""
    path = homely(tmp_path)
    os.link(path, tmp_path / "other")
    refuse(tmp_path, path, "hard link")


def test_a_symlink_loop_is_refused(tmp_path: Path) -> None:
    """There is no file to find."""
    path = tmp_path / "loop"
    path.symlink_to(path)
    with pytest.raises(UnwritableFileError, match="can't be read"):
        credentials_file(tmp_path, path).update(with_session)


@needs_user
def test_a_read_only_folder_is_refused(tmp_path: Path) -> None:
    """The file in it can't be replaced."""
    path = homely(tmp_path / "sealed")
    path.parent.chmod(0o500)
    try:
        refuse(tmp_path, path, "can't write to its folder")
    finally:
        path.parent.chmod(0o700)


@needs_user
def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    """It isn't taken for an empty one."""
    path = homely(tmp_path, mode=0o000)
    with pytest.raises(UnwritableFileError, match="can't be read"):
        credentials_file(tmp_path).update(with_session)
    assert path.stat().st_size == len(OLD)


@contextmanager
def mounted(*arguments: str) -> Iterator[None]:
    """Mount something, if this machine lets us."""
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"can't mount here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", arguments[-1]], check=True)


@needs_root
def test_a_bind_mounted_file_is_refused(tmp_path: Path) -> None:
    """A rename onto it fails, so the remedy names its folder."""
    path = homely(tmp_path)
    source = tmp_path / "source file"
    source.write_bytes(OLD)
    with mounted("--bind", str(source), str(path)):
        refuse(tmp_path, path, "mounted on its own")


@needs_root
def test_a_bind_mounted_file_is_refused_by_the_rename_too(tmp_path: Path) -> None:
    """If the check can't find the mount, the write fails and leaves nothing."""
    path = homely(tmp_path)
    source = tmp_path / "source"
    source.write_bytes(OLD)
    with mounted("--bind", str(source), str(path)):
        with pytest.raises(UnwritableFileError, match="mounted on its own"):
            replace_file(str(path), NEW)
        assert path.read_bytes() == OLD
    assert not temporary_files(path.parent)


@needs_root
def test_a_read_only_file_system_is_refused(tmp_path: Path) -> None:
    """By the check, before a code is used."""
    folder = tmp_path / "disk"
    folder.mkdir()
    with mounted("-t", "tmpfs", "none", str(folder)):
        path = folder / "credentials"
        path.write_bytes(OLD)
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        refuse(tmp_path, path, "read-only")


@needs_root
def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    """With a remedy; no temporary file is left."""
    folder = tmp_path / "disk"
    folder.mkdir()
    with mounted("-t", "tmpfs", "-o", "size=16k", "none", str(folder)):
        path = folder / "credentials"
        path.write_bytes(OLD)
        (folder / "filler").write_bytes(b"x" * 8192)
        big = {f"option{i}": "x" * 100 for i in range(100)}
        store = credentials_file(tmp_path, path)
        with pytest.raises(UnwritableFileError, match=r"disk is full\.\n.*Free some disk space"):
            store.update(lambda document: document.with_options("mfa", big))
        assert path.read_bytes() == OLD
        assert not temporary_files(folder)


CAUSES = {
    errno.EBUSY: ("mounted on its own", "Mount its folder (/home/u/.aws)"),
    errno.EXDEV: ("mounted on its own", "Mount its folder (/home/u/.aws)"),
    errno.EROFS: ("file system is read-only", "Make /home/u/.aws writable"),
    errno.EACCES: ("can't write to its folder", "Make /home/u/.aws writable"),
    errno.EPERM: ("can't write to its folder", "Make /home/u/.aws writable"),
    errno.ENOSPC: ("disk is full", "Free some disk space"),
    errno.EDQUOT: ("quota is used up", "Free some disk space"),
    errno.EIO: (os.strerror(errno.EIO), "its folder (/home/u/.aws)"),
}


@pytest.mark.parametrize("number", CAUSES)
def test_every_cause_has_a_remedy(number: int) -> None:
    """Known causes have words of ours, others the system's."""
    error = unwritable("/home/u/.aws/credentials", OSError(number, "x"))
    cause, remedy = CAUSES[number]
    assert cause in error.what
    assert remedy in error.remedy


def test_temporary_files_of_killed_processes_are_removed(tmp_path: Path) -> None:
    """Only regular files with our pattern, for this file; others stay."""
    path = homely(tmp_path)
    gone = path.parent / ".credentials.awscli-mfa-0123abcd.tmp"
    gone.write_text("half")
    kept = [
        path.parent / name
        for name in (
            ".credentials.awscli-mfa-0123abcd.tmp.bak",
            ".credentials.awscli-mfa-XYZ.tmp",
            ".config.awscli-mfa-0123abcd.tmp",
            "credentials.awscli-mfa-0123abcd.tmp",
        )
    ]
    for file in kept:
        file.write_text("mine")
    link = path.parent / ".credentials.awscli-mfa-00000000.tmp"
    link.symlink_to(kept[0])
    assert credentials_file(tmp_path).update(with_session)
    assert not gone.exists()
    assert all(file.exists() for file in [*kept, link])


def test_another_programs_concurrent_write_is_kept(tmp_path: Path) -> None:
    """The file is read again before the rename."""
    path = homely(tmp_path)
    seen: list[bytes] = []

    def change(document: SharedDocument) -> SharedDocument:
        seen.append(document.render())
        if len(seen) == 1:
            path.write_bytes(OLD + b"[theirs]\nx = 1\n")
        return with_session(document)

    assert credentials_file(tmp_path).update(change)
    assert seen == [OLD, OLD + b"[theirs]\nx = 1\n"]
    assert path.read_bytes() == OLD + b"[theirs]\nx = 1\n\n" + SECTION


def test_half_a_file_of_another_writer_is_read_again(tmp_path: Path) -> None:
    """A file that doesn't parse is refused only if it stays like that."""
    path = homely(tmp_path, b"[default]\naws_acc")
    store = credentials_file(tmp_path)
    parse = store._document

    def parse_and_finish(snapshot: object) -> SharedDocument:
        path.write_bytes(OLD)
        store._document = parse  # type: ignore[method-assign]
        return parse(snapshot)  # type: ignore[arg-type]

    store._document = parse_and_finish  # type: ignore[method-assign]
    assert store.update(with_session)
    assert path.read_bytes() == NEW


def test_a_file_that_keeps_changing_is_an_error(tmp_path: Path) -> None:
    """After some tries."""
    path = homely(tmp_path)
    contents = iter(range(1000))

    def change(document: SharedDocument) -> SharedDocument:
        path.write_bytes(OLD + b"# %d\n" % next(contents))
        return with_session(document)

    with pytest.raises(BusyError, match="keeps writing"):
        credentials_file(tmp_path).update(change)
    assert not temporary_files(path.parent)


def test_waiting_goes_on_while_others_write(tmp_path: Path) -> None:
    """However long it takes: the file changes, so the lock isn't stuck."""
    path, locks, others = homely(tmp_path), FakeLocks(), iter(range(3))

    def another_writes(_name: str) -> None:
        number = next(others, None)
        locks.busy = {} if number is None else {"file ": "process 7"}
        if number is not None:
            path.write_bytes(path.read_bytes() + b"# by another\n")

    locks.meanwhile = another_writes
    assert SharedFile(str(path), locks, secret=True).update(with_session)
    assert path.read_bytes().startswith(OLD + b"# by another\n" * 3)
    assert b"ASIANEW" in path.read_bytes()


def test_a_lock_that_is_held_while_nothing_changes_is_an_error(tmp_path: Path) -> None:
    """After the announced wait; the file isn't changed."""
    path, locks = homely(tmp_path), FakeLocks()
    locks.busy = {"file ": "process 7"}
    with pytest.raises(BusyError, match="process 7"):
        SharedFile(str(path), locks, secret=True).update(with_session)
    assert locks.requests == [(f"file {path}", 30)]
    assert path.read_bytes() == OLD


def test_a_change_that_raises_changes_nothing(tmp_path: Path) -> None:
    """The caller gets the error; the lock is free again."""
    path = homely(tmp_path)

    def change(document: SharedDocument) -> SharedDocument:
        return document.with_options("mfa", {"key": "two\nlines"})

    with pytest.raises(ConfigurationError):
        credentials_file(tmp_path).update(change)
    assert path.read_bytes() == OLD
    assert credentials_file(tmp_path).update(with_session)


def test_a_file_that_botocore_reads_differently_is_not_written(tmp_path: Path) -> None:
    """A wrong document doesn't reach the disk."""

    class Lying:
        """A document whose bytes don't match its options."""

        def __init__(self, document: SharedDocument) -> None:
            self.sections = document.sections

        def render(self) -> bytes:
            return SECTION

    path = homely(tmp_path)
    with pytest.raises(ConfigurationError, match="would misread"):
        credentials_file(tmp_path).update(lambda document: Lying(with_session(document)))  # type: ignore[arg-type,return-value]
    assert path.read_bytes() == OLD
    assert not temporary_files(path.parent)


@needs_root
def test_files_that_root_creates_in_a_users_home_belong_to_the_user(tmp_path: Path) -> None:
    """Folders, the file, a session in the cache, the lock, the record of used codes."""
    home = tmp_path / "ada"
    home.mkdir()
    os.chown(home, 1234, 4321)
    assert credentials_file(home).update(with_session)
    locks = Locks(state_folder(home))
    now = datetime.now(timezone.utc)
    session = Session("ASIANEW", "secret", "token", now)
    cache = SessionCache(str(home / ".aws/cli/cache"), "/credentials", locks)
    cache.save("mfa", "AKIAOLD", session)
    UsedCodes(state_folder(home), lambda: now).remember("GAHT12345678", "123456")
    with locks.hold("a lock", 1):
        made = {path: path.stat() for path in home.rglob("*")}
    assert {path.suffix for path in made} == {"", ".json", ".lock", ".holder"}
    assert {(status.st_uid, status.st_gid) for status in made.values()} == {(1234, 4321)}


class System(NamedTuple):
    """What ``replace_file`` asked the system for, in order."""

    calls: list[str]

    @classmethod
    def watching(cls, monkeypatch: pytest.MonkeyPatch) -> System:
        """Record each fsync, of a file or a folder, and each rename; they are executed too."""
        fsync, replace, system = os.fsync, os.replace, cls([])

        def noted_fsync(descriptor: int) -> None:
            is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
            system.calls.append("fsync of the folder" if is_folder else "fsync of the file")
            fsync(descriptor)

        def noted_replace(source: str, target: str) -> None:
            system.calls.append("rename")
            replace(source, target)

        monkeypatch.setattr(os, "fsync", noted_fsync)
        monkeypatch.setattr(os, "replace", noted_replace)
        return system


def test_the_file_is_on_the_disk_before_it_has_its_name_and_the_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a power failure there is the old file or the new one, complete."""
    homely(tmp_path)
    system = System.watching(monkeypatch)
    assert credentials_file(tmp_path).update(with_session)
    assert system.calls == ["fsync of the file", "rename", "fsync of the folder"]


def test_the_state_folder_is_private(tmp_path: Path) -> None:
    """Also an existing one that wasn't."""
    folder = state_folder(tmp_path)
    path = type(tmp_path)(folder.path)
    before = os.umask(0)
    try:
        folder.make()
    finally:
        os.umask(before)
    assert mode(path) == 0o700
    path.chmod(0o777)
    folder.make()
    assert mode(path) == 0o700


def test_a_group_that_cant_be_kept_loses_access(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new file has another group, whose members had no access to the old one."""
    path = homely(tmp_path, mode=0o664)
    real = path.stat()
    old = os.stat_result((*real[:5], real.st_gid + 1, *real[6:]))

    def refused(_descriptor: int, _uid: int, _gid: int) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "fchown", refused)
    replace_file(str(path), NEW, old, secret=False)
    assert (path.read_bytes(), mode(path)) == (NEW, 0o604)


def test_a_file_is_parsed_once_by_each_parser_until_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A login reads it many times, and it may have hundreds of thousands of profiles."""
    parsed: list[str] = []
    parse = configloader.raw_config_parse

    def counted(path: str, **options: object) -> object:
        parsed.append(os.path.basename(path))  # noqa: PTH119 - a string
        return parse(path, **options)

    monkeypatch.setattr(configloader, "raw_config_parse", counted)
    path = homely(tmp_path)
    store = credentials_file(tmp_path)
    before = store.read()
    store.check_writable()
    store.check_writable()
    assert store.read() is before
    assert store.update(with_session)
    after = store.read()
    assert after.render() == path.read_bytes() == NEW
    assert parsed.count("credentials") == 1
    assert len(parsed) == 2  # the other one was the replaced file
    path.write_bytes(OLD)
    assert store.read().sections() == before.sections() != after.sections()
    assert not store.update(lambda document: document)
    assert len(parsed) == 2
