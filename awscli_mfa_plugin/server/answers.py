"""Which requests the credentials endpoint answers, and with which session.

Source: AWS SDKs and Tools Reference Guide, "Container credential provider".
"""

from __future__ import annotations

import hmac
import json
import shlex
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError, MfaError
from awscli_mfa_plugin.session.expiry import expiry_window, rfc3339
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from awscli_mfa_plugin.session.ports import Clock
    from awscli_mfa_plugin.session.records import Session

OK, FORBIDDEN, WRONG_METHOD, UNAVAILABLE = 200, 403, 405, 503
"""HTTP's statuses (RFC 9110, section 15)."""


@dataclass(frozen=True)
class Door:
    """What a request must have: ``host`` and port, ``path`` with its slash, and the token."""

    host: str
    path: str = field(repr=False)
    token: str = field(repr=False)

    @property
    def url(self) -> str:
        """What the program gets as ``AWS_CONTAINER_CREDENTIALS_FULL_URI``."""
        return f"http://{self.host}{self.path}"


def status_of(method: str, path: str, headers: Iterable[tuple[str, str]], door: Door) -> int:
    """Return 200 for a request of the program's, or the status of its refusal.

    A web page that made its own name point to this machine sends that name as ``Host``, and can't
    set ``Authorization`` without asking first by another method.
    """
    if method != "GET":
        return WRONG_METHOD
    given = [(name.lower(), value) for name, value in headers]
    hosts, tokens = (
        [value for has, value in given if has == name] for name in ("host", "authorization")
    )
    pairs = ((path, door.path), (_only(hosts), door.host), (_only(tokens), door.token))
    # All three are compared, so that the time doesn't tell which one is wrong.
    same = [_is_same(value, wanted) for value, wanted in pairs]
    return OK if all(same) else FORBIDDEN


def _only(values: list[str]) -> str:
    return values[0] if len(values) == 1 else ""


def _is_same(given: str, wanted: str) -> bool:
    """Compare as bytes, in constant time; nothing is the same as an empty text."""
    pair = (text.encode("utf-8", "surrogatepass") for text in (given, wanted))
    return hmac.compare_digest(*pair) and bool(wanted)


def document(session: Session) -> bytes:
    """Return a session as SDKs expect it of this endpoint."""
    return json.dumps(
        {
            "AccessKeyId": session.access_key_id,
            "SecretAccessKey": session.secret_access_key,
            "Token": session.session_token,
            "Expiration": rfc3339(session.expiration).replace("+00:00", "Z"),
        }
    ).encode()


def refusal(error: MfaError) -> bytes:
    """Return why there is no session; SDKs show ``message`` in their own error."""
    message = str(error).replace("\n", " ")
    return json.dumps({"code": "SessionUnavailable", "message": message}).encode()


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
