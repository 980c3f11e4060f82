"""Tells whether a person was asked: once a session is enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import CannotAskError, MfaError, UnshownError

if TYPE_CHECKING:
    from awscli_mfa_plugin.session.protocols import Terminal


_MOST_QUESTIONS = 4
"""Three codes that AWS may refuse, and one slip of the fingers."""


class AskedTerminal:
    """A terminal that remembers whether a question was put on it."""

    def __init__(self, terminal: Terminal) -> None:
        """Keep the terminal; nothing was asked yet."""
        self._terminal = terminal
        self.was_asked = False
        self._left = _MOST_QUESTIONS

    def why_not(self) -> str:
        """Return why nobody can be asked there, or ""."""
        return self._terminal.why_not()

    def tell(self, text: str) -> None:
        """Show text that belongs to a question."""
        self._terminal.tell(text)

    def ask(self, question: str, *, hidden: bool = False) -> str:
        """Ask, and remember it; raise what the terminal raises.

        Raises CannotAskError after a few questions: a dialog that answers without a person would
        be asked again and again.
        """
        if self._left == 0:
            raise CannotAskError("No token code was typed.", "Log in on a terminal.")
        self._left -= 1
        try:
            answer = self._terminal.ask(question, hidden=hidden)
        except UnshownError:
            raise
        except MfaError:
            self.was_asked = True
            raise
        self.was_asked = True
        return answer
