"""Tells whether a person was asked: once a session is enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from awscli_mfa_plugin.core.protocols import Terminal


class AskedTerminal:
    """A terminal that remembers whether a question was put on it."""

    def __init__(self, terminal: Terminal) -> None:
        """Keep the terminal; nothing was asked yet."""
        self._terminal = terminal
        self.was_asked = False

    def why_not(self) -> str:
        """Return why nobody can be asked there, or ""."""
        return self._terminal.why_not()

    def tell(self, text: str) -> None:
        """Show text that belongs to a question."""
        self._terminal.tell(text)

    def ask(self, question: str, *, hidden: bool = False) -> str:
        """Ask, and remember it; raise what the terminal raises."""
        self.was_asked = True
        return self._terminal.ask(question, hidden=hidden)
