"""What one call of a command is given beside its own arguments: global options and a screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class GlobalOptions:
    """The CLI's global options of one call; None where one wasn't given.

    ``verify_ssl`` is False, a CA bundle's path, or None; the timeouts are seconds.
    """

    profile: str | None = None
    region: str | None = None
    output: str | None = None
    query: Any = None
    endpoint_url: str | None = None
    verify_ssl: bool | str | None = None
    connect_timeout: int | None = None
    read_timeout: int | None = None
    color: str | None = None

    @property
    def asks_for_data(self) -> bool:
        """Whether the result goes through the CLI's formatter.

        A configured ``output`` alone doesn't ask for it: people get the text.
        """
        return self.output is not None or self.query is not None


@dataclass(frozen=True)
class Screen:
    """Where the result is shown: whether that is a terminal, and in which encoding."""

    is_terminal: bool = False
    encoding: str = "utf-8"
