"""The session that the endpoint provides: which one, and when another one is fetched."""

from __future__ import annotations

import shlex
from datetime import timedelta
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError, MfaError
from awscli_mfa_plugin.server.requests import OK, UNAVAILABLE, document, refusal
from awscli_mfa_plugin.session.expiry import expiry_window
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from awscli_mfa_plugin.session.ports import Clock
    from awscli_mfa_plugin.session.records import Session

PAUSE = timedelta(minutes=1)
"""How long to wait before a session that couldn't be fetched is fetched again."""

SHORTEST_PAUSE = timedelta(seconds=1)


class Supply:
    """Holds a session until it has expired, and fetches the next one before.

    One thread refreshes it; any thread may ask for an answer, which never waits.
    """

    def __init__(
        self,
        profile: str,
        first: Session,
        fetch: Callable[[], Session | None],
        is_logged_out: Callable[[], bool],
        clock: Clock,
    ) -> None:
        """Keep the first session; ``profile`` is where to log in for another one.

        ``fetch`` returns the session that there is now, or None; whatever it raises, it is called
        again later. ``is_logged_out`` says whether a logout removed the session.
        """
        name = sanitize(profile)
        remedy = f"Log in:  aws mfa login --profile {shlex.quote(name)}"
        what = f"The MFA session of profile {name} has expired."
        self._expired: MfaError = ConfigurationError(what, remedy)
        self._logged_out = ConfigurationError(f"You have logged out of profile {name}.", remedy)
        self._session: Session | None = None
        self._failure: MfaError | None = None
        self._fetch = fetch
        self._is_logged_out = is_logged_out
        self._clock = clock
        self._hold(first)

    def refresh(self) -> datetime:
        """Fetch another session if this one expires soon; return when to come back (aware)."""
        now = self._clock.now()
        if self._is_logged_out():
            self._session, self._failure, self._expires_soon = None, self._logged_out, now
            return now + PAUSE
        if now < self._expires_soon:
            return self._expires_soon
        try:
            session = self._fetch()
            self._failure = None
        except Exception as error:  # noqa: BLE001 - the program needs the next one, whatever failed
            self._failure = error if isinstance(error, MfaError) else None
            return now + PAUSE
        if session is None or session == self._session or not session.remaining(now):
            return now + PAUSE
        self._hold(session)
        # A clock that is off may let it expire soon at once.
        return max(self._expires_soon, now + SHORTEST_PAUSE)

    def answer(self) -> tuple[int, bytes]:
        """Return the HTTP status and the body for the program."""
        session = self._session
        if session and session.remaining(self._clock.now()):
            return OK, document(session)
        return UNAVAILABLE, refusal(self._failure or self._expired)

    def _hold(self, session: Session) -> None:
        self._session = session
        # Nobody wrote down when a role's session began.
        lifetime = session.lifetime if session.issued else session.expiration - self._clock.now()
        self._expires_soon = session.expiration - expiry_window(lifetime)
