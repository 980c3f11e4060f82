"""Moves the clock of a CLI's process and of the embedded AWS together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.aws.totp import STEP_SECONDS

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


class RunningClock(MovedClock):
    """The same for processes that run: they follow the moves, by a file that libfaketime reads."""

    def __init__(self, aws: EmbeddedAws, file: Path) -> None:
        """Start at the present time; ``file`` keeps the offset."""
        super().__init__(aws)
        self._file = file
        self.move_to(0)

    def move_to(self, seconds: int) -> None:
        """Move both sides to so many seconds after the start."""
        new = self._file.with_suffix(".new")
        new.write_text(f"+{seconds}s\n")
        new.replace(self._file)
        super().move_to(seconds)

    def to_next_step(self) -> None:
        """Move on to where the devices show the next code."""
        self.move_to(self._seconds + STEP_SECONDS)

    def to_end_of_step(self, left: int = 2) -> None:
        """Move on until the devices show the next code in so many seconds, or one more."""
        until_next = int(STEP_SECONDS - self._aws.now().timestamp() % STEP_SECONDS)
        self.move_to(self._seconds + (until_next - left) % STEP_SECONDS)

    @property
    def environment(self) -> dict[str, str]:
        """The variables that make a process follow."""
        return {
            "LD_PRELOAD": self._library,
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
        }


def faketime_library() -> str:
    """Return the path of libfaketime; skip the test where it isn't installed."""
    found = sorted(Path("/usr/lib").glob("**/faketime/libfaketime.so.1"))
    if not found:
        pytest.skip("libfaketime isn't installed (Debian's package faketime)")
    return str(found[0])
