"""The tests here run Windows programs by Wine: only ``make test-windows`` collects them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.aws import EmbeddedAws
from tests.hosts.cache import WINDOWS, host_folder, is_fetched
from tests.hosts.installed import build_wheel
from tests.hosts.users import REGION, keys_of
from tests.windows.machine import Machine
from tests.windows.wine import Wine, copy_prefix, windows_path

if TYPE_CHECKING:
    from collections.abc import Iterator

collect_ignore_glob = [] if os.environ.get("AWSCLI_MFA_WINDOWS") else ["test_*.py"]
SECONDS = 1200
"""The time limit of a test here: Wine starts slowly, and the first one installs the plugin."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the tests of this folder more time."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(SECONDS))


@pytest.fixture(scope="session")
def wine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wine]:
    """Return a running copy of Windows, with the plugin in the Python of its installer."""
    if not is_fetched(WINDOWS):
        pytest.fail("Windows isn't in the cache: python -m tests.windows.fetch", pytrace=False)
    folder = tmp_path_factory.mktemp("windows")
    copy_prefix(host_folder(WINDOWS) / "prefix", folder / "prefix")
    wine = Wine(folder / "prefix")
    wine.start()
    try:
        wheel = build_wheel(folder)
        words = ("-m", "pip", "install", "--quiet", "--no-deps", "--no-index")
        wine.check(r"C:\Installer\python.exe", *words, windows_path(wheel))
        yield wine
    finally:
        wine.stop()


@pytest.fixture(scope="session")
def machine(wine: Wine) -> Iterator[Machine]:
    """Return that Windows with a user who has keys, and an AWS that knows them."""
    with EmbeddedAws() as aws:
        machine = Machine(wine, aws)
        machine.config.parent.mkdir(parents=True)
        machine.config.write_text(f"[default]\nregion = {REGION}\n", "utf-8")
        machine.credentials.write_text(f"# my keys\n{keys_of(aws, 'ada')}", "utf-8")
        yield machine
        machine.close()
