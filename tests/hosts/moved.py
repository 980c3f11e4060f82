"""Moves the clock of a CLI's process and of the embedded AWS together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws


class MovedClock:
    """One offset for both sides: the embedded AWS directly, a process by libfaketime."""

    def __init__(self, aws: EmbeddedAws) -> None:
        """Start at the present time."""
        self._aws = aws
        self._library = faketime_library()
        self._seconds = 0

    def move_to(self, seconds: int) -> None:
        """Move both sides to so many seconds after the start."""
        self._seconds = seconds
        self._aws.set_offset(seconds)

    @property
    def environment(self) -> dict[str, str]:
        """The variables that move a process's clock."""
        return {"LD_PRELOAD": self._library, "FAKETIME": f"+{self._seconds}s"}


def faketime_library() -> str:
    """Return the path of libfaketime; skip the test where it isn't installed."""
    found = sorted(Path("/usr/lib").glob("**/faketime/libfaketime.so.1"))
    if not found:
        pytest.skip("libfaketime isn't installed (Debian's package faketime)")
    return str(found[0])
