"""A fresh embedded AWS for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.aws import EmbeddedAws

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def aws() -> Iterator[EmbeddedAws]:
    """Start an embedded AWS with the seed's accounts."""
    with EmbeddedAws() as aws:
        yield aws
