"""Fixtures: each host in turn, a throw-away home in it, and the embedded AWS."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.hosts.cache import KINDS, WHEELS, is_fetched
from tests.hosts.home import NOWHERE, Home
from tests.hosts.host import Host, all_hosts
from tests.hosts.installed import build_wheel, install_console_script, install_plugin
from tests.hosts.installer import make_installer
from tests.hosts.once import made_once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.aws import EmbeddedAws

HERE = Path(__file__).parent
SECONDS = 300
"""The time limit of a test here."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what starts a real CLI, so that ``-m 'not hosts'`` leaves it out.

    It starts many processes, and the first test builds the plugin: it has more time.
    """
    for item in items:
        if HERE not in item.path.parents:
            continue
        if not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(SECONDS))
        if "host" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.hosts)
    items[:] = spread([item.get_closest_marker("slow") is not None for item in items], items)


def spread(is_slow: list[bool], items: list[pytest.Item]) -> list[pytest.Item]:
    """Return the tests with the slow ones evenly among the others.

    Neighbours run one after another in the same process, and those that wait for the next MFA
    code would be the last.
    """
    slow = [item for item, wait in zip(items, is_slow, strict=True) if wait]
    others = [item for item, wait in zip(items, is_slow, strict=True) if not wait]
    step = len(others) // len(slow) + 1 if slow else 1
    ordered = list[pytest.Item]()
    for at in range(max(len(slow), -(-len(others) // step))):
        ordered += slow[at : at + 1] + others[at * step : (at + 1) * step]
    return ordered


def need(name: str) -> None:
    """Skip the test that needs a host which wasn't fetched; where all are required, fail."""
    skip_or_fail(missing(name))


def missing(name: str) -> str:
    """Return that a host wasn't fetched and what to do, or ""."""
    return "" if is_fetched(name) else f"{name} isn't in the cache: python -m tests.hosts.fetch"


def skip_or_fail(reason: str) -> None:
    """Skip the test if there is a reason to; where all that it needs is required, fail."""
    if reason and os.environ.get("AWSCLI_MFA_REQUIRE_HOSTS"):
        pytest.fail(reason, pytrace=False)
    if reason:
        pytest.skip(reason)


@pytest.fixture(params=KINDS)
def host(request: pytest.FixtureRequest) -> Host:
    """Return each of the usual CLIs in turn, or of those that the test names."""
    name = request.param
    need(name)
    return next(host for host in all_hosts() if host.name == name)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which the plugin's wheel is."""
    return made_once(tmp_path_factory, "built", build_wheel)


@pytest.fixture(scope="session")
def plugin(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that holds the plugin, installed once for all tests."""
    need(WHEELS)
    made = made_once(
        tmp_path_factory, "plugin", lambda folder: install_plugin(folder / "plugin", built)
    )
    return made / "plugin"


@pytest.fixture(scope="session")
def console_script(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the program ``awscli-mfa`` in an environment without anything else."""
    made = made_once(
        tmp_path_factory, "script", lambda folder: install_console_script(folder / "venv", built)
    )
    return made / "venv" / "bin" / "awscli-mfa"


@pytest.fixture(scope="session")
def installer(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a virtual environment with the plugin and its dependencies."""
    need(WHEELS)
    made = made_once(
        tmp_path_factory, "installer", lambda folder: make_installer(folder / "venv", built)
    )
    return made / "venv"


@pytest.fixture
def network(request: pytest.FixtureRequest) -> dict[str, str]:
    """Return the variables with AWS's address: none works unless a test uses ``aws``.

    Every host can use the proxy, also Debian's without endpoint settings, and the embedded AWS
    sees which of AWS's own names is called.
    """
    if "aws" not in request.fixturenames:
        return NOWHERE
    aws: EmbeddedAws = request.getfixturevalue("aws")
    return {"HTTPS_PROXY": aws.proxy_url, "AWS_CA_BUNDLE": str(aws.ca_bundle)}


@pytest.fixture
def home(host: Host, plugin: Path, tmp_path: Path, network: dict[str, str]) -> Iterator[Home]:
    """Return a home with the plugin wired; it reaches no network until ``aws`` is used too."""
    home = Home(host, tmp_path / "home", plugin, network)
    yield home
    home.close()


@pytest.fixture
def plain_home(host: Host, tmp_path: Path, network: dict[str, str]) -> Iterator[Home]:
    """Return a home without the plugin."""
    home = Home(host, tmp_path / "plain-home", None, network)
    yield home
    home.close()


@pytest.fixture
def aws_state() -> Any:
    """Return what the embedded AWS is seeded with; a test module can override it."""
    return None


@pytest.fixture
def aws(aws_state: Any) -> Iterator[EmbeddedAws]:
    """Start the embedded AWS; the homes of the same test call it."""
    from tests.aws import EmbeddedAws

    with EmbeddedAws(aws_state) as aws:
        yield aws
