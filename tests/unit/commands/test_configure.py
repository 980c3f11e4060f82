"""``aws mfa configure``: questions, manifests, and the first login."""

from __future__ import annotations

from typing import Any

import pytest

from awscli_mfa_plugin.commands import configure
from awscli_mfa_plugin.errors import CancelledError, UsageError
from tests.fakes import (
    LONG_LIVED,
    SERIAL,
    FakeFiles,
    FakeTerminal,
    World,
    context,
)
from tests.unit.commands.run import data_of, run, with_keys, with_session


def test_configure_asks_writes_and_logs_in() -> None:
    """The first login comes at once, if it is wanted."""
    world = with_keys("", "", "", "", "", "y", "y", "123456")
    result = run(configure, context(world))
    assert world.files.profile("mfa").get("mfa_serial") == SERIAL
    assert data_of(result)["Profile"] == "mfa"
    assert world.files.profile("mfa").is_ours


def test_configure_shows_without_writing() -> None:
    """``--dry-run`` ends with the diff."""
    world = with_keys("", "", "", "", "")
    result = run(configure, context(world), dry_run=True)
    assert "+[profile mfa]" in result.text
    assert world.files.writes == []


def test_configure_says_what_is_done_already_when_it_is_cancelled() -> None:
    """The settings stay; the login is for later."""
    world = World(
        files=FakeFiles({"default": {"region": "eu-west-1"}}, {"default": LONG_LIVED}),
        terminal=FakeTerminal("", "", "", "", "", "y", CancelledError("Cancelled.")),
    )
    with pytest.raises(CancelledError, match="The settings of mfa are saved"):
        run(configure, context(world))


def test_configure_exports_exactly() -> None:
    """Without a formatter: the text is a file."""
    result = run(configure, context(with_session()), export=True)
    assert "mfa" in result.exact
    assert result.data is None


@pytest.mark.parametrize(
    "given",
    [
        {"export": True, "dry_run": True},
        {"export": True, "from": "x.yaml"},
        {"yes": True},
        {"allow_commands": True},
    ],
)
def test_configure_refuses_options_that_dont_go_together(given: dict[str, Any]) -> None:
    """Before anything is read."""
    with pytest.raises(UsageError):
        run(configure, context(), **given)
