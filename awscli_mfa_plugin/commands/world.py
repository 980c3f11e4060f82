"""What the host gives a command; loaded by type checkers alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from awscli_mfa_plugin.core.handing_out import HandoutRequest
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

    command_words: list[str] | None

    def handed_out(self, request: HandoutRequest, parsed_globals: Any) -> tuple[Session, str]:
        """Return a living session of a managed profile, or of a role on one, and its region."""

    def parent_process(self) -> str:
        """Return the name of the program that started this process, or ""."""

    def become(self, words: list[str], variables: Mapping[str, str]) -> int:
        """Run a program in place of this process; return its exit status where that can't be."""

    def note(self, text: str) -> None:
        """Say a line beside the result."""

    def session_of(self, profile: Profile) -> Session | None:
        """Return a profile's session from wherever it lives, or None."""

    def ports(self, parsed_globals: Any) -> Ports:
        """Return the edges that implement the core's ports."""
