"""Does what Windows refuses while anybody has a file open."""

from __future__ import annotations

import time

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Callable

_IN_USE = (5, 32)
"""ERROR_ACCESS_DENIED and ERROR_SHARING_VIOLATION (Microsoft, System Error Codes)."""

PATIENCE_SECONDS = 2
_POLL_SECONDS = 0.05


def is_in_use(error: OSError) -> bool:
    """Return whether another program may have the file open; never so but on Windows."""
    return getattr(error, "winerror", None) in _IN_USE


def patiently(
    work: Callable[[], object],
    now: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Do the work, again and again for two seconds while a file is in use; raise OSError.

    An editor, a virus scanner or a shell's prompt has it open for a moment, even to read it.
    """
    end = now() + PATIENCE_SECONDS
    while True:
        try:
            work()
        except OSError as error:  # noqa: PERF203 - that is the point
            if not is_in_use(error) or now() >= end:
                raise
            sleep(_POLL_SECONDS)
        else:
            return
