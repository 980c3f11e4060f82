"""The federation endpoint: a role's keys become a sign-in token, which lets a browser in once.

IAM user guide, "Enable custom identity broker access to the AWS console": only roles and federated
users sign in; ``SessionDuration`` is refused for a role that was assumed with temporary keys, and
so is a role that was assumed with those and a ``DurationSeconds``. A refusal is an HTML page.
"""

from __future__ import annotations

import json
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from tests.aws.errors import AwsError
from tests.aws.http import Request, Response

if TYPE_CHECKING:
    from datetime import datetime

    from tests.aws.state import Session, State

HOSTS = frozenset({"signin.aws.amazon.com", "signin.amazonaws-us-gov.com", "signin.amazonaws.cn"})
_VALID = timedelta(minutes=15)


def asked_of(request: Request) -> dict[str, str]:
    """Return the parameters, of the query or of a form."""
    text = request.query or request.body.decode("utf-8", "replace")
    return {name: values[-1] for name, values in parse_qs(text).items()}


def session_id(asked: dict[str, str]) -> str:
    """Return the access key that a request names, or ""."""
    try:
        return str(json.loads(asked.get("Session", "{}")).get("sessionId", ""))
    except (ValueError, AttributeError):
        return ""


def answer_signin(request: Request, state: State, now: datetime) -> Response:
    """Answer as the federation endpoint."""
    asked = asked_of(request)
    actions = {"getSigninToken": _signin_token, "login": _login}
    if request.path != "/federation" or asked.get("Action") not in actions:
        raise _refused("unknown")
    return actions[asked["Action"]](asked, state, now)


def _signin_token(asked: dict[str, str], state: State, now: datetime) -> Response:
    session = _session(asked, state, now)
    if session.caller.kind != "role":
        raise _refused("only roles and federated users sign in")
    if session.chained and ("SessionDuration" in asked or session.has_duration):
        raise _refused("a duration, for a role that was assumed with temporary keys")
    token = secrets.token_urlsafe(60)
    with state.lock:
        state.signin_tokens[token] = now + _VALID
    body = json.dumps({"SigninToken": token}).encode()
    return Response(200, {"Content-Type": "application/json"}, body)


def _session(asked: dict[str, str], state: State, now: datetime) -> Session:
    try:
        keys = json.loads(asked["Session"])
        session = state.sessions[keys["sessionId"]]
        given = keys["sessionKey"], keys["sessionToken"]
    except (KeyError, TypeError, ValueError):
        raise _refused("no session") from None
    if given != (session.secret_access_key, session.token) or session.expiration <= now:
        raise _refused("another session, or one that has expired")
    return session


def _login(asked: dict[str, str], state: State, now: datetime) -> Response:
    page = asked.get("Destination", "")
    if now > state.signin_tokens.get(asked.get("SigninToken", ""), now - _VALID):
        raise _refused("no such token")
    if not (urlsplit(page).hostname or "").startswith("console."):
        raise _refused("no page of the console")
    return Response(302, {"Location": page, "Set-Cookie": "aws-creds=embedded; Secure"})


def _refused(why: str) -> AwsError:
    return AwsError(400, "BadRequest", why)
