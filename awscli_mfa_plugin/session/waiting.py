"""A new session whose file can't be written waits in the cache: its MFA code is used up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import (
    BusyError,
    ConfigurationError,
    MfaError,
    UnparsableFileError,
    UnwritableFileError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from awscli_mfa_plugin.session.ports import Ports
    from awscli_mfa_plugin.session.records import Session

_REMEDY = "The new session isn't lost: fix that and log in again. No new code is needed."


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
        raise ConfigurationError(error.what, _REMEDY) from error


def take_up(name: str, ports: Ports) -> None:
    """Store a session that is waiting, if it is valid and the newest one.

    Raises ConfigurationError as before.
    """
    session = ports.files.waiting_session(name)
    if session is None or not session.remaining(ports.clock.now()):
        return
    present = ports.files.session_of(ports.files.profile(name))
    if present is None or _is_newer(session, present):
        store(name, session, ports)


def _is_newer(session: Session, present: Session) -> bool:
    return not (session.issued and present.issued) or session.issued > present.issued
