"""Asks a question until the answer is valid: a line, or a number from a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from awscli_mfa_plugin.session.ports import Terminal

T = TypeVar("T")

_ATTEMPTS = 5


def ask_until_valid(
    question: str,
    default: str,
    read: Callable[[str], T],
    terminal: Terminal,
    *,
    may_be_empty: bool = False,
) -> T:
    """Return what ``read`` makes of the answer; Enter answers with ``default``.

    ``read`` raises ConfigurationError for an answer that isn't valid: the reason is shown and
    the question asked again, five times in all.
    """
    prompt = f"{question} [{sanitize(default)}]: " if default else f"{question}: "
    for _ in range(_ATTEMPTS):
        answer = terminal.ask(prompt) or default
        if not (answer or may_be_empty):
            continue
        try:
            return read(answer)
        except ConfigurationError as problem:
            # Its remedy is for the command line; here the next answer is one.
            terminal.tell(f"  {problem.what}\n")
    raise ConfigurationError(
        f"No valid answer to '{question.strip()}'.", "Nothing was changed. Try again."
    )


def choose(answers: Sequence[str], default: int, terminal: Terminal) -> int:
    """Show numbered answers; return the number of the chosen one, from 1."""
    terminal.tell("".join(f"  {number}  {text}\n" for number, text in enumerate(answers, 1)))

    def read(text: str) -> int:
        numbers = {str(number): number for number in range(1, len(answers) + 1)}
        if text not in numbers:
            raise ConfigurationError(f"Enter a number from 1 to {len(answers)}.")
        return numbers[text]

    return ask_until_valid("Choose", str(default), read, terminal)
