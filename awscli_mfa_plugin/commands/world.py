"""What the host gives a command; loaded by type checkers alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from awscli_mfa_plugin.core.ports import Ports
    from awscli_mfa_plugin.core.protocols import Clock
    from awscli_mfa_plugin.core.records import Profile, Session


class World(Protocol):
    """What the host gives a command."""

    clock: Clock
    environment: Mapping[str, str]

    @property
    def session_profile(self) -> str | None:
        """The profile that the CLI's session names, or None."""

    def profiles(self) -> Iterable[Profile]:
        """Return all profiles as the CLI read them."""

    def note(self, text: str) -> None:
        """Say a line beside the result."""

    def session_of(self, profile: Profile) -> Session | None:
        """Return a profile's session from wherever it lives, or None."""

    def ports(self, parsed_globals: Any) -> Ports:
        """Return the edges that implement the core's ports."""
