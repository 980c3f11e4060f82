"""What the host gives a command; loaded by type checkers alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from awscli_mfa_plugin.core.ports import Ports
    from awscli_mfa_plugin.core.protocols import Clock
    from awscli_mfa_plugin.core.records import Profile


class World(Protocol):
    """What the host gives a command."""

    clock: Clock
    environment: Mapping[str, str]

    @property
    def session_profile(self) -> str | None:
        """The profile that the CLI's session names, or None."""

    def profiles(self) -> Iterable[Profile]:
        """Return all profiles as the CLI read them."""

    def ports(self, parsed_globals: Any) -> Ports:
        """Return the edges that implement the core's ports."""
