"""No test runs for ever, and hypothesis says on CI what reproduces a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import settings

from tests.conftest import profile_for

if TYPE_CHECKING:
    import pytest


def test_every_test_has_a_time_limit(pytestconfig: pytest.Config) -> None:
    """pytest-timeout is there and has a default."""
    assert 0 < float(pytestconfig.getini("timeout")) <= 300


def test_ci_tries_new_examples_and_prints_them() -> None:
    """A failure must be reproducible."""
    assert profile_for({"CI": "true"}) == "ci"
    ci = settings.get_profile("ci")
    assert ci.print_blob
    assert not ci.derandomize


def test_the_profile_can_be_named() -> None:
    """By a variable, before that of CI; otherwise hypothesis's own default is left alone."""
    assert profile_for({"CI": "true", "HYPOTHESIS_PROFILE": "mutants"}) == "mutants"
    assert profile_for({"CI": ""}) == ""
    assert settings.get_profile("mutants").derandomize
