"""One embedded AWS for all these tests, and an ``aws`` with its own home for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.aws import EmbeddedAws
from tests.doors.aws import Aws

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def one_service() -> Iterator[EmbeddedAws]:
    """Start the embedded AWS once."""
    with EmbeddedAws() as service:
        yield service


@pytest.fixture
def service(one_service: EmbeddedAws) -> EmbeddedAws:
    """Return the embedded AWS as new."""
    one_service.reset()
    return one_service


@pytest.fixture
def aws(service: EmbeddedAws, tmp_path: Path) -> Aws:
    """Return an ``aws`` in a new home."""
    return Aws(tmp_path / "home", service)
