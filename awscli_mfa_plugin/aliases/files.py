"""Reads and writes the CLI's alias file, and reads packs from YAML files."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.aliases.pack import KIND, AliasPack, pack_of
from awscli_mfa_plugin.errors import ConfigurationError, MfaError
from awscli_mfa_plugin.files.alias_document import AliasDocument
from awscli_mfa_plugin.files.botocore_parser import read_as_the_cli
from awscli_mfa_plugin.files.paths import encoding_of
from awscli_mfa_plugin.files.shared_file import WAIT_SECONDS, SharedFile, Snapshot, take_snapshot
from awscli_mfa_plugin.files.yaml_reader import root_of, text_of
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable

    from awscli_mfa_plugin.files.botocore_parser import Sections
    from awscli_mfa_plugin.files.locks import Locks

LARGEST_PACK = 64 * 1024
"""Bytes of a pack's file; a list of shortcuts is a few kilobytes."""

_PACK_FILE = os.path.join("alias", "aliases.yaml")


class AliasFile(SharedFile):
    """``~/.aws/cli/alias``, which may be missing; its grammar has no nested options."""

    def __init__(self, path: str, locks: Locks) -> None:
        super().__init__(path, locks, secret=False)

    def read(self) -> AliasDocument:
        """Return what the file contains now; raise UnparsableFileError, UnwritableFileError."""
        return self._document(take_snapshot(self.path))

    def update(self, change: Callable[[Any], Any]) -> bool:
        """Replace the file's content with ``change`` of it; return whether anything changed.

        A file that an installation created is removed once it is empty. Errors as SharedFile's.
        """
        made_by_us = False

        def noted(before: Any) -> Any:
            nonlocal made_by_us
            made_by_us = any(block.is_in_new_file for block in before.blocks())
            return change(before)

        changed = super().update(noted)
        if changed and made_by_us:
            target = os.path.realpath(self.path)
            with self._locks.hold(f"file {target}", WAIT_SECONDS), suppress(OSError):
                if take_snapshot(target).content == b"":
                    os.unlink(target)
        return changed

    def _document(self, snapshot: Snapshot) -> AliasDocument:
        encoding = encoding_of(snapshot.content or b"")
        return AliasDocument.parse(snapshot.content, self.path, encoding)

    def _parsed(self, path: str) -> Sections:
        return read_as_the_cli(path, self.path, nested_options=False)


def packaged_pack() -> AliasPack:
    """Return the pack that comes with the plugin."""
    path = packaged_path()
    if not path:
        raise MfaError("The plugin's own alias pack is missing.", "Install the plugin again.")
    return read_pack(path)


def packaged_path() -> str:
    """Return where the plugin's own pack is: in the package, or in a checkout beside it; or ""."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    places = (os.path.join(base, _PACK_FILE) for base in (package, os.path.dirname(package)))
    return next((path for path in places if os.path.isfile(path)), "")


def read_pack(path: str) -> AliasPack:
    """Return the pack in the YAML file at ``path``; raise ConfigurationError with line and column.

    Only plain text, lists and keys are allowed: no anchors and aliases, by which a small file can
    grow without end (YAML 1.2.2, section 3.2.2.2), and no tags.
    """
    content = _content(path)
    root = root_of(text_of(content, path, KIND), path, KIND)
    own = packaged_path()
    return replace(pack_of(root, path), is_ours=bool(own) and content == _content(own))


def _content(path: str) -> bytes:
    why = "isn't a file"
    if os.path.isfile(path):
        try:
            with open(path, "rb") as file:
                content = file.read(LARGEST_PACK + 1)
        except OSError as error:
            why = f"can't be read: {os.strerror(error.errno or 0)}"
        else:
            if len(content) <= LARGEST_PACK:
                return content
            why = f"is larger than {LARGEST_PACK // 1024} KiB"
    raise ConfigurationError(f"{sanitize(path)} {why}.", "Name the YAML file of an alias pack.")
