"""pytest's plugin under Wine: leaves out what can't be there, with the reason."""

from __future__ import annotations

from fnmatch import fnmatch
from typing import TYPE_CHECKING

import pytest

from tests.windows.left_out import FILES, TESTS

if TYPE_CHECKING:
    from pathlib import Path


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out what can't be imported."""
    return True if any(collection_path.as_posix().endswith(f"/{name}") for name in FILES) else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what the list names."""
    for item in items:
        # The parameters may have brackets, which are sets to fnmatch.
        name = item.nodeid.replace("[", "(").replace("]", ")")
        for pattern, reason in TESTS.items():
            if fnmatch(name, pattern.replace("[", "(").replace("]", ")")):
                item.add_marker(pytest.mark.skip(reason=f"Wine: {reason}"))
