"""Decides which requests the credentials endpoint answers, and with what.

Source: AWS SDKs and Tools Reference Guide, "Container credential provider".
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from awscli_mfa_plugin.session.expiry import rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterable

    from awscli_mfa_plugin.errors import MfaError
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
