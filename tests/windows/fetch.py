"""Make the Windows of the tests, as pinned: ``python -m tests.windows.fetch``."""

from __future__ import annotations

import sys

from tests.hosts.cache import WINDOWS
from tests.hosts.fetch import fetch
from tests.hosts.recipes import UnavailableError
from tests.windows.recipe import build


def main() -> int:
    """Put it into the cache folder unless it is there; return 1 if that can't be."""
    try:
        outcome, failed = "made" if fetch(WINDOWS, build=build) else "there already", False
    except UnavailableError as reason:
        outcome, failed = f"not available: {reason}", True
    print(f"{WINDOWS}: {outcome}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
