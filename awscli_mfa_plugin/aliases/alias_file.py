"""The CLI's alias file on the disk: read and changed as the other shared files are."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, cast

from awscli_mfa_plugin.files.alias_document import AliasDocument
from awscli_mfa_plugin.files.atomic import take_snapshot
from awscli_mfa_plugin.files.botocore_parser import read_as_the_cli
from awscli_mfa_plugin.files.shared_file import WAIT_SECONDS, SharedFile

if TYPE_CHECKING:
    from collections.abc import Callable

    from awscli_mfa_plugin.files.atomic import Snapshot
    from awscli_mfa_plugin.files.botocore_parser import Sections
    from awscli_mfa_plugin.files.document import SharedDocument
    from awscli_mfa_plugin.files.locks import Locks

ALIAS_FILE = os.path.join("~", ".aws", "cli", "alias")
"""Where the CLI looks for it; no setting names another place (awscli's ``alias.py``)."""


class AliasFile:
    """``~/.aws/cli/alias``, which may be missing."""

    def __init__(self, path: str, locks: Locks) -> None:
        """Keep the absolute path."""
        self.path = path
        self._locks = locks
        self._file = _File(path, locks, secret=False)

    def read(self) -> AliasDocument:
        """Return what the file holds now; raise UnparsableFileError, UnwritableFileError."""
        return cast("AliasDocument", self._file.read())

    def update(self, change: Callable[[AliasDocument], AliasDocument]) -> bool:
        """Put ``change`` of what the file holds into its place; tell whether anything changed.

        A file that an installation made goes when nothing is left in it. As SharedFile's.
        """
        made_by_us = False

        def noted(document: SharedDocument) -> AliasDocument:
            nonlocal made_by_us
            before = cast("AliasDocument", document)
            made_by_us = any(block.is_in_new_file for block in before.blocks())
            return change(before)

        changed = self._file.update(noted)
        if changed and made_by_us:
            self._remove_if_empty()
        return changed

    def _remove_if_empty(self) -> None:
        target = os.path.realpath(self.path)
        with self._locks.hold(f"file {target}", WAIT_SECONDS):
            if take_snapshot(target).content == b"":
                with suppress(OSError):
                    os.unlink(target)


class _File(SharedFile):
    """A shared file by the alias file's grammar: no nested options."""

    def read(self) -> SharedDocument:
        return self._document(take_snapshot(self.path))

    def _document(self, snapshot: Snapshot) -> SharedDocument:
        return AliasDocument.parse(snapshot.content, self.path)

    def _parsed(self, path: str) -> Sections:
        return read_as_the_cli(path, self.path, nested_options=False)
