"""A fresh embedded AWS for each test, and the user who has no device yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.aws import EmbeddedAws
from tests.unit.devices.user import Devices

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[EmbeddedAws]:
    """Start an embedded AWS; no file of this machine is read."""
    (tmp_path / "nothing").write_text("[default]\n")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "nothing"))
    with EmbeddedAws() as aws:
        yield aws


@pytest.fixture
def devices_of(aws: EmbeddedAws, tmp_path: Path) -> Callable[..., Devices]:
    """Return what makes a user of the embedded AWS at their machine."""
    return lambda user="nodevice", **more: Devices(aws, tmp_path / "state", user, **more)


@pytest.fixture
def devices(devices_of: Callable[..., Devices]) -> Devices:
    """Return the user without a device."""
    return devices_of()
