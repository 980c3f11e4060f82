"""Says whether a person may be asked: never, where the settings forbid it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import CannotAskError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from awscli_mfa_plugin.session.ports import Terminal


class MutedTerminal:
    """A terminal that asks nobody, and says why."""

    def __init__(self, reason: str) -> None:
        """Keep the reason, worded to stand behind «and»."""
        self._reason = reason

    def unavailable_reason(self) -> str:
        """Return the reason."""
        return self._reason

    def ask(self, question: str, *, hidden: bool = False) -> str:  # noqa: ARG002 - the port's
        """Refuse to ask."""
        raise CannotAskError(f"«{question.strip()}» can't be asked: {self._reason}.")

    def tell(self, text: str) -> None:
        """Say nothing."""


YES = frozenset({"y", "yes"})


def agrees(terminal: Terminal, question: str) -> bool:
    """Ask a question whose usual answer is no; tell whether it was yes."""
    return terminal.ask(question).lower() in YES


def terminal_for(
    prompt_setting: str, environment: Mapping[str, str], terminal: Terminal
) -> Terminal:
    """Return ``terminal``, or a muted one where the settings forbid questions.

    ``prompt_setting`` is ``mfa_prompt`` of the profile; ``AWS_MFA_PROMPT`` in the environment
    counts for one call, and ``CI`` for machines with nobody in front of them.
    """
    if environment.get("AWS_MFA_PROMPT", "").lower() == "never":
        return MutedTerminal("AWS_MFA_PROMPT=never forbids to ask")
    if prompt_setting.lower() == "never":
        return MutedTerminal("mfa_prompt = never forbids to ask")
    if environment.get("CI", "").lower() not in {"", "0", "false"}:
        return MutedTerminal("CI is set, so nobody is asked")
    return terminal
