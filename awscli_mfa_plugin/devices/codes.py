"""Two codes in a row, as AWS wants them to enable a device or to measure its clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import CannotAskError, TokenProcessError, WrongCodeError
from awscli_mfa_plugin.session.token_codes import STEP_SECONDS, seconds_to_next_code, token_code

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from awscli_mfa_plugin.session.ports import Ports

ATTEMPTS = 3
"""Pairs that are sent to AWS before a command gives up."""

LATE_STEPS = 2
"""Time steps after the first code's from which on AWS may take the pair for a slow clock's."""

_ENTER_A_CODE = "Enter the 6-digit code from your MFA device."
_QUESTIONS = ("First code: ", "Next code:  ")


@dataclass(frozen=True)
class CodePair:
    """Two codes of which the second follows the first, and when the first was entered."""

    codes: tuple[str, str] = field(repr=False)
    entered: datetime

    def is_late(self, now: datetime) -> bool:
        """Tell whether AWS may take the pair, and the device for one whose clock is slow."""
        steps = [int(moment.timestamp()) // STEP_SECONDS for moment in (self.entered, now)]
        return steps[1] - steps[0] > LATE_STEPS


@dataclass(frozen=True)
class CodePairs:
    """Where pairs come from: a command (``mfa_process``), or a person at the terminal.

    ``is_used`` tells of a code that AWS has had already.
    """

    ports: Ports
    process: str = ""
    is_used: Callable[[str], bool] = lambda _: False

    def next(self) -> CodePair:
        """Return a pair; raise CancelledError, CannotAskError, TokenProcessError."""
        first = self._code(0, "")
        entered = self.ports.clock.now()
        self.ports.wait(seconds_to_next_code(entered), "Next code in")
        return CodePair((first, self._code(1, first)), entered)

    def _code(self, number: int, before: str) -> str:
        """Return a code that isn't the one before."""
        for _ in range(10):
            if self.process:
                typed = self.ports.token_process.run(self.process)
            else:
                typed = self.ports.terminal.ask(_QUESTIONS[number])
            code = token_code(typed)
            if code and code != before and not self.is_used(code):
                return code
            if code:
                self.ports.terminal.tell("That code was already used. Wait for the next one.\n")
            elif typed:
                self.ports.terminal.tell(f"{_ENTER_A_CODE}\n")
            if self.process:
                raise TokenProcessError(
                    "The command in mfa_process didn't print two codes in a row.",
                    "Run it yourself to check: it must print only the MFA code.",
                )
        raise CannotAskError("No MFA code was entered.", _ENTER_A_CODE)


def accepted_pair(pairs: CodePairs, send: Callable[[CodePair], None]) -> CodePair:
    """Return the first pair that ``send`` doesn't raise WrongCodeError for; try three times."""
    attempt = 1
    while True:
        pair = pairs.next()
        try:
            send(pair)
        except WrongCodeError as wrong:
            if attempt == ATTEMPTS or pairs.process:
                raise
            pairs.ports.terminal.tell(f"{wrong.what}\n")
            # A code that is still shown may be used up.
            pairs.ports.wait(seconds_to_next_code(pairs.ports.clock.now()), "Next code in")
            attempt += 1
        else:
            return pair
