"""Helpers of the command tests: run a command on fakes, in the test's own process."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.session.records import Session
from tests.fakes import (
    LONG_LIVED,
    NOW,
    SERIAL,
    FakeFiles,
    FakeProcess,
    Fakes,
    FakeTerminal,
    context,
    session_section,
)

if TYPE_CHECKING:
    from awscli_mfa_plugin.commands.context import Context
    from awscli_mfa_plugin.commands.process import GlobalOptions
    from awscli_mfa_plugin.declaration import Result

SESSION = Session("ASIA1", "secret-1", "token-1", NOW + timedelta(hours=12))


def run(module: Any, context: Context, **given: Any) -> Result:
    """Run a subcommand with the given options."""
    result: Result = module.run(module.COMMAND.arguments(**given), context)
    return result


def data_of(result: Result) -> Any:
    """Return the data of a result that has some."""
    assert result.data is not None
    return result.data


def with_keys(*answers: str, **parts: Any) -> Fakes:
    """Return fakes in which profile default has long-lived keys."""
    files = FakeFiles({"default": {"region": "eu-west-1"}}, {"default": LONG_LIVED})
    return Fakes(files=files, terminal=FakeTerminal(*answers), **parts)


def with_session(lifetime: int = 43_200, age: int = 0) -> Fakes:
    """Return fakes in which profile mfa has a session."""
    config = {"mfa": {"mfa_source_profile": "default", "mfa_serial": SERIAL}}
    credentials = {"default": LONG_LIVED, "mfa": session_section(lifetime, age)}
    return Fakes(files=FakeFiles(config, credentials))


def with_credentials(options: GlobalOptions | None = None) -> tuple[Context, FakeProcess]:
    """Return a context in which profile work resolves to SESSION."""
    fakes = Fakes()
    process = FakeProcess(fakes, "work", SESSION)
    return context(fakes, options, process, parent_process=lambda: "fish"), process
