"""What a move between a file and the keyring needs of the machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from awscli_mfa_plugin.keyring.removed import Removed
    from awscli_mfa_plugin.session.ports import SharedFiles
    from awscli_mfa_plugin.session.records import Profile

    class DocumentFile(Protocol):
        """One of both shared files."""

        def read(self) -> Any:
            """Return what the file holds now, as a document."""

        def check_writable(self) -> None:
            """Raise ConfigurationError if ``update`` would refuse, as far as is known."""

        def update(self, change: Callable[[Any], Any]) -> bool:
            """Put ``change`` of what the file holds into its place."""

    class Removals(Protocol):
        """What ``store`` took out of the files, by profile, without the keys."""

        def load(self, profile: str) -> Removed | None:
            """Return what was kept, or None."""

        def save(self, profile: str, removed: Removed) -> None:
            """Keep something."""

        def remove(self, profile: str) -> None:
            """Forget it."""


@dataclass(frozen=True)
class Machine:
    """The shared files, read as profiles and written as documents.

    ``why_not`` says why the CLIs of this machine don't get a key by a line, "" if they do.
    """

    files: SharedFiles
    config: DocumentFile
    credentials: DocumentFile
    why_not: Callable[[str, str], str]
    removals: Removals

    def profiles(self) -> list[Profile]:
        """Return all profiles."""
        return [self.files.profile(name) for name in self.files.profile_names()]
