"""Which requests the credentials endpoint answers, and with what."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.server.requests import Door, document, refusal, status_of
from awscli_mfa_plugin.session.records import Session
from tests.fakes import NOW

DOOR = Door("127.0.0.1:4711", "/path", "the-token")
HEADERS = [("Host", "127.0.0.1:4711"), ("Authorization", "the-token"), ("Accept", "*/*")]


def without(name: str, *instead: tuple[str, str]) -> list[tuple[str, str]]:
    """Return the headers without one of them, and others in its place."""
    return [*(header for header in HEADERS if header[0] != name), *instead]


def test_the_programs_request_is_answered() -> None:
    """Names of headers may be spelled in any case."""
    assert status_of("GET", "/path", HEADERS, DOOR) == 200
    lower = [(name.lower(), value) for name, value in HEADERS]
    assert status_of("GET", "/path", lower, DOOR) == 200
    assert DOOR.url == "http://127.0.0.1:4711/path"


REFUSED = {
    "no token": without("Authorization"),
    "an empty token": without("Authorization", ("Authorization", "")),
    "another token": without("Authorization", ("Authorization", "the-tokem")),
    "a part of the token": without("Authorization", ("Authorization", "the-toke")),
    "a token of other letters": without("Authorization", ("Authorization", "the-t\xf6ken")),
    "a token of half a character": without("Authorization", ("Authorization", "\udcff")),
    "a scheme before the token": without("Authorization", ("Authorization", "Bearer the-token")),
    "two tokens": [*HEADERS, ("Authorization", "the-token")],
    "no host": without("Host"),
    "another host": without("Host", ("Host", "evil.example:4711")),
    "a host without its port": without("Host", ("Host", "127.0.0.1")),
    "another name of this machine": without("Host", ("Host", "localhost:4711")),
    "two hosts": [*HEADERS, ("host", "evil.example")],
    "nothing": [],
}


@pytest.mark.parametrize("headers", REFUSED.values(), ids=REFUSED)
def test_a_request_of_another_is_refused(headers: list[tuple[str, str]]) -> None:
    """A web page, another user's process, a guess: all get the same."""
    assert status_of("GET", "/path", headers, DOOR) == 403


@pytest.mark.parametrize("path", ["/", "", "/path/", "/path?x=1", "/pat", "http://127.0.0.1/path"])
def test_another_path_is_refused(path: str) -> None:
    """Nothing else is there."""
    assert status_of("GET", path, HEADERS, DOOR) == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "HEAD", "OPTIONS", "DELETE", "get", "CONNECT"])
def test_another_method_is_refused(method: str) -> None:
    """SDKs only read. A browser asks by OPTIONS before it sends Authorization."""
    assert status_of(method, "/path", HEADERS, DOOR) == 405


def test_a_door_without_a_token_lets_nobody_in() -> None:
    """An empty token isn't the same as an empty one."""
    headers = without("Authorization", ("Authorization", ""))
    assert status_of("GET", "/path", headers, Door("127.0.0.1:4711", "/path", "")) == 403
    assert "the-token" not in repr(DOOR)
    assert "/path" not in repr(DOOR)


def test_the_document_is_what_sdks_expect() -> None:
    """The names differ from those of a credential process."""
    session = Session("ASIA1", "secret-1", "token-1", NOW + timedelta(hours=1))
    assert json.loads(document(session)) == {
        "AccessKeyId": "ASIA1",
        "SecretAccessKey": "secret-1",
        "Token": "token-1",
        "Expiration": "2026-11-24T10:00:00Z",
    }


def test_a_refusal_says_what_to_do() -> None:
    """SDKs show the message, on one line."""
    error = ConfigurationError("The session has expired.", "Log in.")
    assert json.loads(refusal(error)) == {
        "code": "SessionUnavailable",
        "message": "The session has expired. Log in.",
    }
