"""Makes changes that can be taken back: at once if one fails, or later by what was recorded."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import MfaError
from awscli_mfa_plugin.files.atomic import (
    ChangedMeanwhileError,
    make_private_folder,
    patiently,
    replace_file,
    unwritable,
)
from awscli_mfa_plugin.files.plugins_section import Undo
from awscli_mfa_plugin.files.shared_file import take_snapshot
from awscli_mfa_plugin.system.machine import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


class Changes(ExitStack):
    """What was done, with how to take it back."""

    def on_failure(self, undo: Callable[[], object]) -> None:
        """Remember how to take back what comes next."""
        self.callback(_take_back, undo)

    def write(self, path: str, content: bytes) -> None:
        """Put ``content`` into the file at ``path``, whole."""
        old = take_snapshot(path)
        if old.content == content:
            return
        self.on_failure(lambda: restore(path, old.content))
        make_private_folder(os.path.dirname(path))
        replace_file(path, content, old.status, secret=False)


@contextmanager
def all_or_nothing() -> Iterator[Changes]:
    """Yield the changes; leaving by an error takes all of them back, the last one first."""
    with Changes() as changes:
        yield changes
        changes.pop_all()


def _take_back(undo: Callable[[], object]) -> None:
    try:
        undo()
    except (MfaError, OSError, ChangedMeanwhileError) as problem:
        why = str(problem) or "a file was changed meanwhile."
        say(f"awscli-mfa: couldn't undo a change: {why}")


def restore(path: str, content: bytes | None) -> None:
    """Give a file its old content back; None removes it."""
    if content is None:
        with suppress(FileNotFoundError):
            os.unlink(path)
    elif os.path.isdir(os.path.dirname(path)):
        replace_file(path, content, take_snapshot(path).status, secret=False)


def missing_folders(folders: Iterable[str]) -> tuple[str, ...]:
    """Return those of the folders and of their ancestors that aren't there, outer ones first."""
    missing: dict[str, None] = {}
    for folder in folders:
        chain, path = [], folder
        while path and not os.path.isdir(path) and path != os.path.dirname(path):
            chain.append(path)
            path = os.path.dirname(path)
        missing |= dict.fromkeys(reversed(chain))
    return tuple(missing)


def remove_if_empty(folders: Iterable[str]) -> None:
    """Remove those folders that are empty, inner ones first."""
    for folder in sorted(folders, key=len, reverse=True):
        with suppress(OSError):
            os.rmdir(folder)


def remove_tree(folder: str) -> None:
    """Remove a folder with all that is in it, or a file or a link; raise UnwritableFileError."""
    try:
        if os.path.isdir(folder) and not os.path.islink(folder):
            patiently(lambda: shutil.rmtree(folder))
        elif os.path.lexists(folder):
            patiently(lambda: os.unlink(folder))
    except OSError as error:
        raise unwritable(folder, error) from error


@dataclass(frozen=True)
class WiredConfig:
    """A config file whose ``[plugins]`` was changed; ``is_new`` if there was no file before."""

    path: str
    is_new: bool
    undo: Undo


@dataclass(frozen=True)
class Record:
    """Everything outside of the installer's own folder that was made.

    ``path_files`` are the ``.pth`` files in v1's Pythons, ``made_folders`` the folders that were
    missing before, outer ones first.
    """

    configs: tuple[WiredConfig, ...] = ()
    path_files: tuple[str, ...] = ()
    made_folders: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """The files that name the plugin's folder."""
        return (*(config.path for config in self.configs), *self.path_files)

    def config_of(self, path: str) -> WiredConfig | None:
        """Return what was recorded of a config file."""
        return next((config for config in self.configs if config.path == path), None)

    def with_config(self, new: WiredConfig) -> Record:
        """Return a copy that knows of this change of a file in place of an older one."""
        others = tuple(config for config in self.configs if config.path != new.path)
        return replace(self, configs=(*others, new))

    def with_places(self, path_files: tuple[str, ...], made_folders: tuple[str, ...]) -> Record:
        """Return a copy that knows of more files and folders."""
        return Record(
            self.configs,
            tuple(dict.fromkeys((*self.path_files, *path_files))),
            tuple(dict.fromkeys((*self.made_folders, *made_folders))),
        )

    def render(self) -> bytes:
        """Return the record as the content of a file."""
        return (json.dumps(asdict(self), indent=1) + "\n").encode("ascii")


def read_record(content: bytes | None) -> Record:
    """Return the record that a file holds; an empty one for none, or for one that isn't ours."""
    try:
        record = json.loads(content or b"{}")
        configs = tuple(
            WiredConfig(
                str(config["path"]),
                bool(config["is_new"]),
                Undo(str(config["undo"]["before"]), str(config["undo"]["after"])),
            )
            for config in record.get("configs", ())
        )
        path_files = tuple(map(str, record.get("path_files", ())))
        return Record(configs, path_files, tuple(map(str, record.get("made_folders", ()))))
    except (ValueError, KeyError, TypeError, AttributeError):
        return Record()
