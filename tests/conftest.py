"""What every test starts with: an environment without settings for AWS or the network."""

from __future__ import annotations

import os
import signal
from functools import cache
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, settings

from tests.tools import link_tools

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_PREFIXES = ("AWS_", "AWSCLI_MFA_", "BOTO_", "PYTHON", "REQUESTS_", "SSL_CERT_")
_NAMES = {"ALL_PROXY", "CI", "HTTPS_PROXY", "HTTP_PROXY", "MFA_DEVICE", "NO_PROXY"}
# The variables that configure the tests themselves.
_KEPT = {"AWSCLI_MFA_REQUIRE_HOSTS"}


# On CI every run tries other examples, and a failure prints what reproduces it. Time is limited
# by pytest-timeout: a busy machine must not fail a single example. `mutants` is for runs that
# count survivors: few examples, the same each time.
settings.register_profile(
    "ci",
    print_blob=True,
    derandomize=False,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("mutants", max_examples=20, derandomize=True, deadline=None)


def pytest_configure() -> None:
    """Choose hypothesis's profile while the environment is still the caller's."""
    name = profile_for(os.environ)
    if name:
        settings.load_profile(name)


def profile_for(environment: Mapping[str, str]) -> str:
    """Return the profile that the environment asks for, or ""."""
    return environment.get("HYPOTHESIS_PROFILE") or ("ci" if environment.get("CI") else "")


def _tells_something(name: str) -> bool:
    upper = name.upper()
    return (upper.startswith(_PREFIXES) or upper in _NAMES) and name not in _KEPT


@pytest.fixture(scope="session", autouse=True)
def _signals_as_in_a_terminal() -> None:
    """Let Ctrl-C and a hangup reach children: background jobs and nohup ignore them."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in {"SIGQUIT", "SIGHUP"} & set(dir(signal)):
        signal.signal(getattr(signal, name), signal.SIG_DFL)


@pytest.fixture(scope="session", autouse=True)
def _one_loader() -> Iterator[None]:
    """Let botocore's sessions share a loader: each would read AWS's service models again."""
    import botocore.session

    loader = cache(botocore.session.create_loader)
    with patch.object(botocore.session, "create_loader", loader):
        yield


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for the PATH with the system's programs, except ``aws``."""
    return link_tools(tmp_path_factory.mktemp("tools") / "bin")


@pytest.fixture(scope="session", autouse=True)
def _nobodys_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Hide the developer's settings and home from code that runs inside the tests."""
    with pytest.MonkeyPatch.context() as environment:
        for name in filter(_tells_something, list(os.environ)):
            environment.delenv(name)
        home = str(tmp_path_factory.mktemp("nobodys-home"))
        for name in ("HOME", "USERPROFILE"):
            environment.setenv(name, home)
        yield
