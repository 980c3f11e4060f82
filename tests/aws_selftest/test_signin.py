"""The federation endpoint of the embedded AWS lets in whom AWS lets in, and nobody else."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from tests.aws_selftest.clients import Keys, client, keys_of

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws

FEDERATION = "https://signin.aws.amazon.com/federation"
READER = "arn:aws:iam::123456789012:role/reader"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Leaves a redirect to the test."""

    def redirect_request(self, *_: Any) -> None:
        """Follow none."""


def ask(aws: EmbeddedAws, form: dict[str, str]) -> tuple[int, Any, str]:
    """Post a form; return the status, the JSON of the answer or None, and its Location."""
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({"https": aws.proxy_url}),
        urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=aws.ca_bundle)),
        _NoRedirect(),
    )
    try:
        with opener.open(FEDERATION, urlencode(form).encode(), timeout=10) as answer:
            return answer.status, json.loads(answer.read()), ""
    except urllib.error.HTTPError as error:
        with error:
            return error.code, None, error.headers.get("Location", "")


def session(keys: Any) -> str:
    """Return STS's credentials as the endpoint wants them."""
    return json.dumps(
        {
            "sessionId": keys["AccessKeyId"],
            "sessionKey": keys["SecretAccessKey"],
            "sessionToken": keys["SessionToken"],
        }
    )


@pytest.fixture
def mfa(aws: EmbeddedAws) -> Any:
    """Return the credentials of a session with MFA."""
    serial = aws.user("ada").devices[0].serial
    sts = client(aws, "sts", keys_of(aws, "ada"))
    code = aws.fresh_code(serial)
    return sts.get_session_token(SerialNumber=serial, TokenCode=code)["Credentials"]


def assume(aws: EmbeddedAws, keys: Any, **given: Any) -> Any:
    """Assume the role reader with a session's keys."""
    given_keys = Keys(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    sts = client(aws, "sts", given_keys)
    return sts.assume_role(RoleArn=READER, RoleSessionName="tests", **given)["Credentials"]


def test_a_role_signs_in(aws: EmbeddedAws, mfa: Any) -> None:
    """Its token leads to a page of the console for fifteen minutes."""
    form = {"Action": "getSigninToken", "Session": session(assume(aws, mfa))}
    status, answer, _ = ask(aws, form)
    assert status == 200
    page = "https://console.aws.amazon.com/s3/home"
    login = {"Action": "login", "Destination": page, "SigninToken": answer["SigninToken"]}
    assert ask(aws, login)[::2] == (302, page)
    assert ask(aws, {**login, "Destination": "https://evil.example/"})[0] == 400
    aws.advance(901)
    assert ask(aws, login)[0] == 400
    assert aws.calls[-1].action == "login"
    assert answer["SigninToken"] not in str(aws.calls)


def test_what_aws_refuses_is_refused(aws: EmbeddedAws, mfa: Any) -> None:
    """A user's session, a duration for a chained role, wrong keys, an expired session."""
    role = assume(aws, mfa)
    form = {"Action": "getSigninToken", "Session": session(role)}
    assert ask(aws, form)[0] == 200
    for wrong in (
        {"Session": session(mfa)},
        {"SessionDuration": "3600"},
        {"Session": session(assume(aws, mfa, DurationSeconds=3600))},
        {"Session": session({**role, "SecretAccessKey": "x"})},
        {"Session": session({**role, "SessionToken": "x"})},
        {"Session": "no JSON"},
        {"Session": "[]"},
        {"Action": "other"},
    ):
        assert ask(aws, {**form, **wrong})[0] == 400, wrong
    assert ask(aws, {"Action": "login"})[0] == 400
    aws.expire_sessions()
    assert ask(aws, form)[0] == 400
