"""Keeps the session of one profile alive while another command runs."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import CancelledError, CannotAskError, ConfigurationError, MfaError
from awscli_mfa_plugin.text import length_of_time, sanitize

if TYPE_CHECKING:
    from collections.abc import Callable

    from awscli_mfa_plugin.session.ports import Clock
    from awscli_mfa_plugin.session.records import Session


class Renewal:
    """The session of a profile: handed out while it lives, renewed once it is due.

    A refusal is remembered for as long as the session is the same: a command asks at most once
    for a session, and then the old one serves to its end.
    """

    def __init__(
        self,
        profile: str,
        stored: Callable[[], Session | None],
        renew: Callable[[str], Session | None],
        clock: Clock,
    ) -> None:
        """Keep how a session is read and made.

        ``renew`` gets a line that says why, and returns the new session; it raises MfaError.
        """
        self._profile = profile
        self._stored = stored
        self._renew = renew
        self._clock = clock
        self._session: Session | None = None
        self._refusal: MfaError | None = None
        self._tried: tuple[Session | None] | None = None

    def session(self) -> Session:
        """Return a session that lives, renewed first if it is due.

        Raises ConfigurationError, once the session is over and can't be renewed, with the
        command to run; CancelledError if Ctrl-C was the answer to the question.
        """
        if self._session is None or self._session.is_expiring(self._clock.now()):
            self._session = self._stored() or self._session
        if self._session is None or self._session.is_expiring(self._clock.now()):
            self._try_to_renew()
        if self._session is not None and self._session.remaining(self._clock.now()):
            return self._session
        raise self._over()

    def stored(self) -> Session | None:
        """Return the session as it is, also one that is over: nothing is asked or made."""
        return self._session or self._stored()

    def living(self) -> Session:
        """Return the session as it is; nothing is asked or made.

        Raises ConfigurationError, with the command to run, if it is over or isn't there.
        """
        self._session = self.stored()
        if self._session is None or not self._lives():
            raise self._over()
        return self._session

    def _try_to_renew(self) -> None:
        if self._tried == (self._session,):
            return
        self._tried, self._refusal = (self._session,), None
        try:
            self._session = self._renew(self._why()) or self._session
        except CancelledError as cancelled:
            self._refusal = cancelled
            if cancelled.by_interrupt or not self._lives():
                raise
        except MfaError as refusal:
            self._refusal = refusal

    def _lives(self) -> bool:
        return self._session is not None and self._session.remaining(self._clock.now()) > 0

    def _why(self) -> str:
        name = sanitize(self._profile)
        if self._session is None:
            return f"Profile {name} needs a session."
        remaining = self._session.remaining(self._clock.now())
        if not remaining:
            return f"The session of profile {name} is over."
        return f"The session of profile {name} is due: {length_of_time(remaining)} left."

    def _over(self) -> ConfigurationError:
        name = sanitize(self._profile)
        what = "is over" if self._session is not None else "isn't there yet"
        refusal = self._refusal
        why = f": {refusal.what}" if refusal else "."
        remedy = f"Log in: aws mfa login --profile {shlex.quote(name)}"
        if refusal and refusal.remedy and not isinstance(refusal, CannotAskError):
            remedy = refusal.remedy  # a login would end in the same way
        return ConfigurationError(f"The session of profile {name} {what}{why}", remedy)
