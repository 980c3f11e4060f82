"""The terminal: scripted answers, and a real pseudo-terminal on which they are typed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from awscli_mfa_plugin.errors import CancelledError, CannotAskError, MfaError
from tests.fakes import FakeTerminal

if sys.platform == "win32":
    pytest.skip("a terminal of POSIX", allow_module_level=True)

from tests.hosts.terminal import CTRL_C, CTRL_D
from tests.unit.system.test_terminal import Asking, without_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

QUESTION = "Token code: "


class Edge(Protocol):
    """Asks one question on a terminal; the outcome is returned as JSON."""

    def asked(self, keys: str, *, hidden: bool = False) -> dict[str, Any]:
        """Return the outcome when somebody types ``keys``."""

    def asked_nobody(self) -> dict[str, Any]:
        """Return the outcome when nobody can be prompted."""

    def unavailable_reason(self, *, nobody: bool) -> str:
        """Return why nobody can be asked, when there is somebody, or nobody."""


def outcome_of(terminal: FakeTerminal, *, hidden: bool = False) -> dict[str, Any]:
    """Return the outcome of a question to a fake."""
    try:
        return {"value": terminal.ask(QUESTION, hidden=hidden)}
    except MfaError as error:
        return {
            "error": type(error).__name__,
            "exit code": error.exit_code,
            "by interrupt": getattr(error, "by_interrupt", None),
        }


class Fake:
    """Scripts what is typed."""

    def asked(self, keys: str, *, hidden: bool = False) -> dict[str, Any]:
        """Script the line, or the key that cancels."""
        answers: dict[str, str | BaseException] = {
            CTRL_C: CancelledError("Cancelled.", by_interrupt=True),
            CTRL_D: CancelledError("Cancelled."),
        }
        return outcome_of(FakeTerminal(answers.get(keys, keys.rstrip("\r"))), hidden=hidden)

    def asked_nobody(self) -> dict[str, Any]:
        """Ask in vain."""
        return outcome_of(FakeTerminal(nobody="there is no terminal"))

    def unavailable_reason(self, *, nobody: bool) -> str:
        """Ask the fake."""
        return FakeTerminal(nobody="there is no terminal" if nobody else "").unavailable_reason()


class Real:
    """Types on a pseudo-terminal."""

    def __init__(self, asking: Asking) -> None:
        """Keep what asks."""
        self._asking = asking

    def asked(self, keys: str, *, hidden: bool = False) -> dict[str, Any]:
        """Type the keys."""
        terminal = self._asking.start("ask", QUESTION, hidden=hidden)
        terminal.expect(QUESTION)
        terminal.send(keys)
        return self._asking.outcome(terminal)

    def asked_nobody(self) -> dict[str, Any]:
        """Ask without a terminal."""
        return without_terminal(self._asking, "ask", QUESTION)

    def unavailable_reason(self, *, nobody: bool) -> str:
        """Ask with a terminal, or without."""
        if nobody:
            return str(without_terminal(self._asking, "unavailable_reason")["value"])
        return str(self._asking.outcome(self._asking.start("unavailable_reason"))["value"])


@pytest.fixture(params=["fake", "real"])
def edge(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Edge]:
    """Yield what asks."""
    asking = Asking(tmp_path)
    yield Fake() if request.param == "fake" else Real(asking)
    asking.close()


@pytest.mark.parametrize(
    ("keys", "line"), [("123456\r", "123456"), (" 123 456  \r", "123 456"), ("\r", "")]
)
def test_the_typed_line_is_stripped(edge: Edge, keys: str, line: str) -> None:
    """An empty line is an answer too: the caller asks again."""
    assert edge.asked(keys)["value"] == line


def test_a_hidden_line_is_the_same_line(edge: Edge) -> None:
    """It is only not shown."""
    assert edge.asked("123456\r", hidden=True)["value"] == "123456"


@pytest.mark.parametrize(("key", "by_interrupt"), [(CTRL_C, True), (CTRL_D, False)])
def test_cancelling_raises(edge: Edge, key: str, *, by_interrupt: bool) -> None:
    """With exit code 130; Ctrl-C cancels the whole command."""
    outcome = edge.asked(key)
    assert outcome["error"] == CancelledError.__name__
    assert (outcome["exit code"], outcome["by interrupt"]) == (130, by_interrupt)


def test_nobody_can_be_asked_without_a_terminal(edge: Edge) -> None:
    """The reason continues a sentence after 'and'; asking anyway is an error."""
    assert edge.unavailable_reason(nobody=False) == ""
    assert edge.unavailable_reason(nobody=True)[0].islower()
    outcome = edge.asked_nobody()
    assert outcome["error"] == CannotAskError.__name__
    assert outcome["exit code"] == 253
