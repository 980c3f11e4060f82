"""What merging an alias pack needs from the machine; loaded by type checkers alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from awscli_mfa_plugin.files.alias_document import AliasDocument


class AliasStore(Protocol):
    """The CLI's alias file."""

    path: str

    def read(self) -> AliasDocument:
        """Return what the file holds now."""

    def update(self, change: Callable[[AliasDocument], AliasDocument]) -> bool:
        """Put ``change`` of what the file holds into its place; tell whether anything changed."""
