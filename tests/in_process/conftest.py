"""One embedded AWS for all these tests, and an ``aws`` with its own home for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.aws import EmbeddedAws
from tests.in_process.aws import Aws

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


BOTH_WAYS = ("aws mfa", "awscli-mfa")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test of a module in ``BOTH`` with ``aws mfa`` and with ``awscli-mfa``."""
    if "aws" in metafunc.fixturenames and metafunc.module.__name__.split(".")[-1] in BOTH:
        metafunc.parametrize("aws", BOTH_WAYS, indirect=True)


BOTH = {
    "test_accounts",
    "test_bad_input",
    "test_console",
    "test_devices",
    "test_export_and_exec",
    "test_keys",
    "test_login",
    "test_logout",
    "test_long_lived_keys",
    "test_policy",
    "test_status",
}


@pytest.fixture
def aws(request: pytest.FixtureRequest, service: EmbeddedAws, tmp_path: Path) -> Aws:
    """Return an ``aws`` in a new home."""
    way = getattr(request, "param", "aws mfa")
    return Aws(tmp_path / "home", service, is_standalone=way == "awscli-mfa")
