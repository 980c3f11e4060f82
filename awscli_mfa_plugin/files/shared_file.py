"""Reads and changes one shared AWS file without losing anything of anyone."""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

from awscli_mfa_plugin.errors import BusyError, UnparsableFileError, UnwritableFileError
from awscli_mfa_plugin.files.atomic import (
    ChangedMeanwhileError,
    make_private_folder,
    remove_leftovers,
    replace_file,
    unwritable,
)
from awscli_mfa_plugin.files.botocore_parser import check_replacement, read_as_the_cli
from awscli_mfa_plugin.files.document import SharedDocument
from awscli_mfa_plugin.files.paths import encoding_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from awscli_mfa_plugin.files.botocore_parser import Sections
    from awscli_mfa_plugin.session.ports import Locks

    Version = tuple[int, int, int, int]

WAIT_SECONDS = 30
_ATTEMPTS = 20
_READ_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class Snapshot(NamedTuple):
    """A file's content, and what shows whether it is still the same; both None if it is missing."""

    content: bytes | None = None
    status: os.stat_result | None = None

    def is_same_as(self, other: Snapshot) -> bool:
        """Return whether nothing has changed between both."""
        before, after = (each.status and _version_of(each.status) for each in (self, other))
        return self.content == other.content and before == after


def take_snapshot(path: str) -> Snapshot:
    """Return what the regular file at ``path`` contains now.

    Raises UnwritableFileError for a file that can't be read, and for a folder, a pipe, a device.
    """
    try:
        # Opening a pipe or a device can do things: look first, and don't wait if it was swapped.
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise _irregular(path)
        with open(os.open(path, _READ_FLAGS), "rb") as file:
            status = os.fstat(file.fileno())
            content = file.read()
    except FileNotFoundError:
        return Snapshot()
    except OSError as error:
        reason = f"can't be read: {os.strerror(error.errno or 0)}"
        remedy = "Nothing was changed. Make the file readable for you."
        raise UnwritableFileError(path, reason, remedy) from error
    if not stat.S_ISREG(status.st_mode):
        raise _irregular(path)
    return Snapshot(content, status)


def _irregular(path: str) -> UnwritableFileError:
    return UnwritableFileError(path, "isn't a regular file", "Use a regular file instead.")


def version_at(path: str) -> Version | None:
    """Return what changes whenever a file is written, or None if it can't be looked at."""
    try:
        return _version_of(os.stat(path))
    except OSError:
        return None


def _version_of(status: os.stat_result) -> Version:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


class SharedFile:
    """The shared config file or credentials file at ``path``, which may be missing."""

    def __init__(self, path: str, locks: Locks, *, secret: bool) -> None:
        """Keep the absolute path; ``secret`` keeps the mode at 0600 or narrower."""
        self.path = path
        self._locks = locks
        self._secret = secret
        # A file may have hundreds of thousands of profiles: it is parsed once by each parser.
        self._known: tuple[bytes, SharedDocument] | None = None
        self._read: tuple[Version | None, SharedDocument] | None = None
        self._known_to_the_cli: tuple[Snapshot, Sections] | None = None

    def read(self) -> SharedDocument:
        """Return what the file holds now; a missing file is an empty one.

        So is a device or a pipe, as to botocore. Raises UnparsableFileError, UnwritableFileError.
        """
        if os.path.isdir(self.path):
            raise UnwritableFileError(
                self.path,
                "is a folder, but the AWS CLI needs a file there",
                "Move it away, or set AWS_SHARED_CREDENTIALS_FILE or AWS_CONFIG_FILE to a file.",
            )
        if os.path.exists(self.path) and not os.path.isfile(self.path):
            return SharedDocument.parse(b"", self.path, encoding_of(b""))
        version = version_at(self.path)
        if version is None or self._read is None or self._read[0] != version:
            self._read = (version, self._document(take_snapshot(self.path)))
        return self._read[1]

    def check_writable(self) -> None:
        """Raise ConfigurationError if :meth:`update` would refuse, as far as known before."""
        target = os.path.realpath(self.path)
        snapshot = take_snapshot(target)
        self._document(snapshot)
        self._as_the_cli(target, snapshot)
        _check_replaceable(target, snapshot)

    def update(self, change: Callable[[SharedDocument], SharedDocument]) -> bool:
        """Replace the content with ``change`` of it; return whether anything changed.

        ``change`` may be called several times: others may write at the same time.
        Raises BusyError, UnparsableFileError, UnwritableFileError; the file is unchanged then.
        """
        with self._turn():
            for _ in range(_ATTEMPTS):
                # Anew each time: the symlink may point elsewhere by now.
                target = os.path.realpath(self.path)
                remove_leftovers(target)
                snapshot = take_snapshot(target)
                try:
                    return self._try_update(target, snapshot, change)
                except ChangedMeanwhileError:
                    continue
                except UnparsableFileError:
                    # Not every writer is atomic: this may have been half of the file.
                    if take_snapshot(target).is_same_as(snapshot):
                        raise
        raise BusyError(
            f"Another program keeps writing {self.path}.",
            "Nothing was changed. Try again when that program is done.",
        )

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Hold the file's lock. As long as the file changes, the lock isn't stuck: keep waiting."""
        target = os.path.realpath(self.path)
        with ExitStack() as held:
            while True:
                before = take_snapshot(target)
                try:
                    held.enter_context(self._locks.hold(f"file {target}", WAIT_SECONDS))
                    break
                except BusyError:
                    if take_snapshot(target).is_same_as(before):
                        raise
            yield

    def _try_update(
        self, target: str, snapshot: Snapshot, change: Callable[[SharedDocument], SharedDocument]
    ) -> bool:
        before = self._document(snapshot)
        after = change(before)
        content = after.render()
        if content == (snapshot.content or b""):
            return False
        old = self._as_the_cli(target, snapshot)
        _check_replaceable(target, snapshot)
        make_private_folder(os.path.dirname(target))

        def check(temporary: str) -> None:
            check_replacement(old, self._parsed(temporary), before, after)
            if not take_snapshot(target).is_same_as(snapshot):
                raise ChangedMeanwhileError

        replace_file(target, content, snapshot.status, secret=self._secret, check=check)
        self._known = (content, after)
        return True

    def _document(self, snapshot: Snapshot) -> SharedDocument:
        content = snapshot.content or b""
        if self._known is None or self._known[0] != content:
            encoding = encoding_of(content)
            self._known = (content, SharedDocument.parse(content, self.path, encoding))
        return self._known[1]

    def _as_the_cli(self, target: str, snapshot: Snapshot) -> Sections:
        if snapshot.content is None:
            return {}
        if self._known_to_the_cli is None or not self._known_to_the_cli[0].is_same_as(snapshot):
            self._known_to_the_cli = (snapshot, self._parsed(target))
        return self._known_to_the_cli[1]

    def _parsed(self, path: str) -> Sections:
        return read_as_the_cli(path, self.path)


def _check_replaceable(target: str, snapshot: Snapshot) -> None:
    """Raise UnwritableFileError if a rename onto ``target`` (no symlink) can't or mustn't be.

    A full disk isn't noticed beforehand.
    """
    status = snapshot.status
    if status is not None and status.st_nlink > 1:
        # A rename would part the names, and the other would keep the old keys without a word.
        raise UnwritableFileError(
            target,
            "has a hard link, which would keep the old content",
            "Make the other name a symbolic link, then try again.",
        )
    if sys.platform != "win32":
        if status is not None and os.geteuid() not in {0, status.st_uid}:
            raise UnwritableFileError(
                target, "belongs to another user", "Take ownership with chown, or use another file."
            )
        _check_folder(target)
        if _is_mount_point(target):
            raise unwritable(target, OSError(errno.EBUSY, ""))


def _check_folder(target: str) -> None:
    folder = os.path.dirname(target)
    while not os.path.isdir(folder) and folder != os.path.dirname(folder):
        folder = os.path.dirname(folder)
    if not os.access(folder, os.W_OK | os.X_OK):
        read_only = sys.platform != "win32" and os.statvfs(folder).f_flag & os.ST_RDONLY
        raise unwritable(target, OSError(errno.EROFS if read_only else errno.EACCES, ""))


def _is_mount_point(path: str) -> bool:
    # os.path.ismount doesn't see a file that is mounted over another of the same file system.
    # The fifth column of mountinfo, see proc(5); only Linux has it, and only Linux has such files.
    escaped = path.replace("\\", "\\134")
    for character in " \t\n":
        escaped = escaped.replace(character, f"\\{ord(character):03o}")
    with suppress(OSError), open("/proc/self/mountinfo", "rb") as file:
        return any(os.fsencode(escaped) == line.split(b" ", 5)[4] for line in file)
    return False
