"""``aws mfa exec``: the program and its environment."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from awscli_mfa_plugin.commands import exec  # noqa: A004 - the subcommand's own name
from awscli_mfa_plugin.commands.process import GlobalOptions
from awscli_mfa_plugin.errors import UsageError
from awscli_mfa_plugin.session.credentials import CredentialsRequest
from tests.fakes import (
    FakeProcess,
    Fakes,
    context,
)
from tests.unit.commands.run import SESSION, run, with_credentials

if TYPE_CHECKING:
    from collections.abc import Callable


def exec_program(calls: list[tuple[list[str], Any]]) -> Callable[..., int]:
    """Return a function that records the program, and fails as for a missing one."""

    def keep(words: list[str], variables: Any) -> int:
        calls.append((words, variables))
        return 127

    return keep


@pytest.mark.parametrize("program", [None, [sys.executable, "apply"]])
def test_exec_runs_the_program_or_the_shell(program: list[str] | None) -> None:
    """With the session and the profile's name in the environment, and no profile beside it."""
    fakes = Fakes(environment={"AWS_PROFILE": "other"})
    calls: list[tuple[list[str], Any]] = []
    process = FakeProcess(fakes, "work", SESSION)
    here = context(
        fakes,
        GlobalOptions(region="eu-west-1"),
        process,
        exec_program=exec_program(calls),
    )
    assert run(exec, here, program=program).exit_code == 127
    [(words, variables)] = calls
    assert words == (program or [])
    assert variables["AWS_ACCESS_KEY_ID"] == "ASIA1"
    assert variables["AWS_REGION"] == "eu-west-1"
    assert (variables["AWS_MFA_PROFILE"], variables["AWS_PROFILE"]) == ("work", "")
    assert variables["AWSUME_PROFILE"] == "work"
    assert fakes.notes == ["Ignoring AWS_PROFILE from your environment."]


def test_exec_needs_a_program_after_the_hyphens() -> None:
    """Before credentials are resolved."""
    here, process = with_credentials()
    with pytest.raises(UsageError):
        run(exec, here, program=[])
    assert process.requests == []


def test_a_program_that_isnt_there_is_told_before_anything_is_asked() -> None:
    """No code is spent on it."""
    here, process = with_credentials()
    assert run(exec, here, program=["nosuchcmd"]).exit_code == 127
    assert process.requests == []


def test_the_server_takes_the_place_of_keys_in_the_environment() -> None:
    """It gets the request and the program's words, and nothing is resolved here."""
    fakes = Fakes(environment={"AWS_PROFILE": "other"})
    calls: list[tuple[CredentialsRequest, list[str]]] = []

    def serve_program(request: CredentialsRequest, words: list[str]) -> int:
        calls.append((request, words))
        return 9

    process = FakeProcess(fakes, "work")
    here = context(fakes, None, process, serve_program=serve_program)
    assert run(exec, here, program=[sys.executable], server=True, min_remaining=60).exit_code == 9
    assert run(exec, here, server=True).exit_code == 9
    assert calls == [
        (CredentialsRequest("work", min_remaining=60), [sys.executable]),
        (CredentialsRequest("work"), []),
    ]
    assert fakes.notes[0] == "Ignoring AWS_PROFILE from your environment."
