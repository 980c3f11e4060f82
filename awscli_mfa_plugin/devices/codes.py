"""Two codes in a row, as AWS wants them to enable a device, or for a resync of its clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from awscli_mfa_plugin.devices.owner import DeviceRequest, DeviceWork, Owner, device_of, owner_of
from awscli_mfa_plugin.errors import (
    CannotAskError,
    ConfigurationError,
    PermissionDeniedError,
    TokenProcessError,
    WrongCodeError,
)
from awscli_mfa_plugin.session.source import inherited
from awscli_mfa_plugin.session.token_codes import STEP_SECONDS, seconds_to_next_code, token_code
from awscli_mfa_plugin.text import short_device

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
                typed = self.ports.token_process(self.process)
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


def resync(request: DeviceRequest, work: DeviceWork) -> str:
    """Resync a device; return its serial."""
    owner = owner_of(request, work.ports)
    named = request.device or owner.profile.get("mfa_serial") or None
    if named and not request.device and not owner.has(named):
        named = None  # the profile's is gone
    serial = device_of(owner, named, work.ports).mfa_serial
    process = inherited("mfa_process", owner.profile, work.ports, request.source_profile)
    resync_device(serial, owner, work, process)
    return serial


def resync_device(serial: str, owner: Owner, work: DeviceWork, process: str = "") -> None:
    """Send two codes in a row that AWS accepts; ``process`` is a command that prints them."""
    ports = work.ports
    if reason := "" if process else ports.terminal.unavailable_reason():
        raise ConfigurationError(
            f"Two codes from {short_device(serial)} are needed, and {reason}.",
            "Run it in a terminal, or set mfa_process.",
        )
    if not process:
        ports.terminal.tell(f"Enter two codes from {short_device(serial)}, one after the other.\n")

    def send(pair: CodePair) -> None:
        named = (owner.user_name, serial, pair.codes, owner.region)
        try:
            # It has to work for who can't log in any more: long-lived keys first.
            work.calls.resync(owner.source.keys, *named)
        except PermissionDeniedError:
            if owner.session_keys is None:
                raise
            work.calls.resync(owner.session_keys, *named)

    pairs = CodePairs(ports, process, lambda code: ports.used_codes.is_used(serial, code))
    ports.used_codes.remember(serial, accepted_pair(pairs, send).codes[1])
