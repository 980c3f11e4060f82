"""What a subcommand returns, and the option that several share."""

from __future__ import annotations

from awscli_mfa_plugin.declaration import INTEGER, Option

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


MIN_REMAINING = Option(
    "min-remaining", "Make a new session unless at least this many seconds are left.", INTEGER
)


class Result:
    """The result of a subcommand, for whoever runs it to show.

    ``data`` is for the CLI's formatter, in AWS's casing; ``text`` is for people, without its last
    line end. ``exact`` is text in place of both that must arrive as it is. All may be empty.
    """

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        text: str = "",
        exit_code: int = 0,
        *,
        exact: str = "",
    ) -> None:
        """Keep what is to be shown."""
        self.data = data
        self.text = text
        self.exit_code = exit_code
        self.exact = exact
