"""Exchanges a token code for a session, and stores it; neither the code nor the session gets lost.

AWS is never offered the same code twice. A session whose file can't be written waits in the cache.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import (
    AnswerLostError,
    BadAnswerError,
    BusyError,
    CodeUsedError,
    ConfigurationError,
    MfaError,
    UnparsableFileError,
    UnwritableFileError,
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
    from collections.abc import Mapping

    from awscli_mfa_plugin.session.ports import Ports
    from awscli_mfa_plugin.session.records import Keys, Session

ATTEMPTS = 3
"""Codes that are sent to AWS before a login gives up."""

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
                remedy = "If your device's codes are always rejected:  aws mfa devices resync"
                raise WrongCodeError(error.what, remedy) from None
            may_be_mistyped = code.origin in {PROMPT, ENVIRONMENT}
            if sent >= ATTEMPTS or not (is_lost or may_be_mistyped) or not codes.can_go_on(code):
                raise
            if is_lost:
                _wait_for_next_code(error, ports)
            else:
                ports.terminal.tell(f"{ports.style.red(error.what)}\n")


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
    except (AnswerLostError, BadAnswerError):
        raise
    except MfaError:
        used = False
        raise
    finally:
        if used:  # a Ctrl-C during the call and an unexpected exception count too
            ports.used_codes.remember(mfa_serial, code.digits)


def _wait_for_next_code(error: MfaError, ports: Ports) -> None:
    ports.wait(seconds_to_next_code(ports.clock.now()), f"{error.what} Next code in")


def store(
    name: str, session: Session, ports: Ports, settings: Mapping[str, str] | None = None
) -> None:
    """Store the new session of a profile; if its file can't be written, keep it in the cache.

    Raises ConfigurationError then: a login that can write takes it from there. ``settings`` are
    written then too, since that login makes no plan.
    """
    try:
        ports.files.write_session(name, session)
    except (UnwritableFileError, UnparsableFileError, BusyError) as error:
        try:
            ports.files.keep_waiting(name, session)
            if settings:
                ports.files.write_settings(name, settings)
        except (MfaError, OSError):
            raise error from None
        remedy = "The new session isn't lost: fix that and log in again. No new code is needed."
        raise ConfigurationError(error.what, remedy) from error


def take_up(name: str, ports: Ports) -> None:
    """Store a session that is waiting, if it is valid and the newest one.

    Raises ConfigurationError as before.
    """
    session = ports.files.waiting_session(name)
    if session is None or not session.remaining(ports.clock.now()):
        return
    present = ports.files.session_of(ports.files.profile(name))
    is_older = present and session.issued and present.issued and session.issued <= present.issued
    if not is_older:
        store(name, session, ports)
