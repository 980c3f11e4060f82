"""The token command: a scripted one and a real one."""

from __future__ import annotations

import os
import shlex
from functools import partial
from typing import TYPE_CHECKING, Protocol

import pytest

from awscli_mfa_plugin.errors import CancelledError, TokenProcessError
from awscli_mfa_plugin.session.token_codes import token_code
from awscli_mfa_plugin.system.token_process import run_token_process
from tests.fakes import FakeNotes, FakeTokenProcess

if TYPE_CHECKING:
    from pathlib import Path

    from awscli_mfa_plugin.session.ports import TokenProcess

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the command is a shell script")


class Edge(Protocol):
    """A token process, and the way to script its command."""

    def prints(self, *outputs: str) -> tuple[TokenProcess, str]:
        """Return the process, and a command that prints one output a run."""

    def fails(self, error: TokenProcessError | CancelledError) -> tuple[TokenProcess, str]:
        """Return the process, and a command that fails, or is cancelled by Ctrl-C."""


class Fake:
    """Scripts the outputs."""

    def prints(self, *outputs: str) -> tuple[TokenProcess, str]:
        """Return the process, and any command."""
        return FakeTokenProcess(*outputs), "command"

    def fails(self, error: TokenProcessError | CancelledError) -> tuple[TokenProcess, str]:
        """Return the process, and any command."""
        return FakeTokenProcess(error), "command"


class Real:
    """Writes a script that prints the next line of a file at each run."""

    def __init__(self, folder: Path) -> None:
        """Keep the folder; its name holds a blank and a quote."""
        self._folder = folder / "it's here"
        self._folder.mkdir()
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
        self._process = partial(
            run_token_process, environment=environment, notes=FakeNotes(), seconds=20
        )

    def prints(self, *outputs: str) -> tuple[TokenProcess, str]:
        """Return the process, and the script's command."""
        for number, output in enumerate(outputs):
            (self._folder / f"{number}.out").write_text(output, encoding="utf-8")
        return self._process, self._script(
            'cd "$(dirname "$0")"\nset -- *.out\ncat "$1"\nrm "$1"\n'
        )

    def fails(self, error: TokenProcessError | CancelledError) -> tuple[TokenProcess, str]:
        """Return the process, and the script's command."""
        is_cancelled = isinstance(error, CancelledError)
        return self._process, self._script("kill -INT $$\n" if is_cancelled else "exit 3\n")

    def _script(self, text: str) -> str:
        script = self._folder / "code.sh"
        script.write_text(f"#!/bin/sh\n{text}", encoding="utf-8")
        script.chmod(0o700)
        return shlex.quote(str(script))


@pytest.fixture(params=["fake", "real"])
def edge(request: pytest.FixtureRequest, tmp_path: Path) -> Edge:
    """Return what makes the process."""
    return Fake() if request.param == "fake" else Real(tmp_path)


@pytest.mark.parametrize("output", ["123456", "123456\n", " 123 456\n", "123-456\r\n"])
def test_a_printed_code_is_returned(edge: Edge, output: str) -> None:
    """However the command sets it."""
    process, command = edge.prints(output)
    assert token_code(process(command)) == "123456"


@pytest.mark.parametrize(
    "output", ["", "\n", "12345", "no code today", "\uff11\uff12\uff13\uff14\uff15\uff16"]
)
def test_output_that_is_no_code_is_returned_too(edge: Edge, output: str) -> None:
    """The caller judges it: nothing is added, and nothing raised."""
    process, command = edge.prints(output)
    printed = process(command)
    assert printed.strip() == output.strip()
    assert token_code(printed) is None


def test_every_run_is_a_new_one(edge: Edge) -> None:
    """Running the command again gives the next code."""
    process, command = edge.prints("111111", "222222", "333333")
    assert [process(command).strip() for _ in range(3)] == ["111111", "222222", "333333"]


def test_a_failing_command_is_an_error_with_a_remedy(edge: Edge) -> None:
    """Of the class that the caller expects."""
    process, command = edge.fails(TokenProcessError("It failed with 3.", "Run it by hand."))
    with pytest.raises(TokenProcessError, match=r"failed with (exit code )?3") as caught:
        process(command)
    assert caught.value.remedy


def test_ctrl_c_in_the_command_cancels(edge: Edge) -> None:
    """The whole command, as at a prompt of ours."""
    process, command = edge.fails(CancelledError("Cancelled.", by_interrupt=True))
    with pytest.raises(CancelledError) as caught:
        process(command)
    assert caught.value.by_interrupt
