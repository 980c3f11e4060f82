"""Exchanges a token code for a session, and never offers AWS the same code twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import (
    AnswerLostError,
    BadAnswerError,
    CodeUsedError,
    MfaError,
    WrongCodeError,
)
from awscli_mfa_plugin.session.token_codes import (
    ENVIRONMENT,
    PROMPT,
    WAIT_FOR_DEVICE,
    TokenCode,
    TokenCodeSources,
    seconds_to_next_code,
)
from awscli_mfa_plugin.text import short_device

if TYPE_CHECKING:
    from awscli_mfa_plugin.session.ports import Ports
    from awscli_mfa_plugin.session.records import Keys, Session

ATTEMPTS = 3
"""Codes that are sent to AWS before a login gives up."""

_ALWAYS_REJECTED = "If your device's codes are always rejected:  aws mfa devices resync"

USED_CODES = 3
"""Codes used before that are taken from the sources before a login gives up."""


def exchange(
    keys: Keys,
    mfa_serial: str,
    duration_seconds: int,
    region: str,
    codes: TokenCodeSources,
    ports: Ports,
) -> Session:
    """Return a new session for the first code that AWS takes.

    After a wrong code at the prompt there is another prompt; a code whose answer got lost counts
    as used, and the next one is prompted for. Raises the last error when no code is left to try.
    """
    sent = used = 0
    while True:
        code = codes.next()
        try:
            with ports.locks.hold(f"device {mfa_serial}", WAIT_FOR_DEVICE):
                _check_unused(mfa_serial, code, ports)
                sent += 1
                return _sent(keys, mfa_serial, code, duration_seconds, region, ports)
        except CodeUsedError as error:
            used += 1
            if used >= USED_CODES or not codes.can_go_on(code):
                raise
            _wait_for_next_code(error, ports)
        except (WrongCodeError, AnswerLostError) as error:
            is_lost = isinstance(error, AnswerLostError)
            if sent >= ATTEMPTS and not is_lost:
                raise WrongCodeError(error.what, _ALWAYS_REJECTED) from None
            if sent >= ATTEMPTS or not (is_lost or code.origin in {PROMPT, ENVIRONMENT}):
                raise
            if not codes.can_go_on(code):
                raise
            _prepare_next(error, ports)


def _check_unused(mfa_serial: str, code: TokenCode, ports: Ports) -> None:
    if ports.used_codes.is_used(mfa_serial, code.digits):
        seconds = seconds_to_next_code(ports.clock.now())
        raise CodeUsedError(
            f"This code from {short_device(mfa_serial)} was already used. Each code works once.",
            f"Your device shows the next one in {seconds} s.",
        )


def _sent(
    keys: Keys, mfa_serial: str, code: TokenCode, duration_seconds: int, region: str, ports: Ports
) -> Session:
    """Call STS; remember the code unless AWS, or the network before it, said no."""
    used = True
    try:
        return ports.sts.get_session_token(keys, mfa_serial, code.digits, duration_seconds, region)
    except Exception as error:
        used = not isinstance(error, MfaError) or isinstance(error, _USES_THE_CODE)
        raise
    finally:
        if used:  # a Ctrl-C during the call counts too
            ports.used_codes.remember(mfa_serial, code.digits)


_USES_THE_CODE = (AnswerLostError, BadAnswerError)
"""Errors after which AWS may have taken the code; the same goes for unexpected exceptions."""


def _prepare_next(error: MfaError, ports: Ports) -> None:
    if isinstance(error, AnswerLostError):
        _wait_for_next_code(error, ports)
    else:
        ports.terminal.tell(f"{ports.style.red(error.what)}\n")


def _wait_for_next_code(error: MfaError, ports: Ports) -> None:
    ports.wait(seconds_to_next_code(ports.clock.now()), f"{error.what} Next code in")
