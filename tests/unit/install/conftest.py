"""What is installed comes from this environment, so each dependency must be in it."""

from __future__ import annotations

import pytest

from awscli_mfa_plugin.install.install_paths import DEPENDENCIES


@pytest.fixture(autouse=True)
def dependencies() -> None:
    """Skip, and say why, in an environment older than setup.cfg."""
    for package in DEPENDENCIES:
        pytest.importorskip(package, reason=f"{package} is missing: run make .venv again")
