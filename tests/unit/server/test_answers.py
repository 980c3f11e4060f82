"""Which requests the credentials endpoint answers, with which session, and when it is replaced."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.server.answers import PAUSE, Door, Supply, document, refusal, status_of
from awscli_mfa_plugin.session.records import Session
from tests.fakes import NOW, FakeClock, next_of

if TYPE_CHECKING:
    from datetime import datetime

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


def session(number: int, seconds: int, issued: datetime | None = NOW) -> Session:
    """Return a session that expires so many seconds after the beginning."""
    end = NOW + timedelta(seconds=seconds)
    return Session(f"ASIA{number}", f"secret-{number}", f"token-{number}", end, issued)


def supply(first: Session, *fetched: Any) -> tuple[Supply, FakeClock, list[Any]]:
    """Return a supply whose fetches give these, its clock, and what wasn't fetched yet."""
    clock, script = FakeClock(), list(fetched)
    return Supply("work", first, lambda: next_of(script), lambda: False, clock), clock, script


def key_of(supply: Supply) -> str:
    """Return the access key of the answer."""
    status, body = supply.answer()
    assert status == 200
    return str(json.loads(body)["AccessKeyId"])


def test_nothing_is_fetched_before_the_session_expires_soon() -> None:
    """It comes back when a quarter of the lifetime is left, or fifteen minutes."""
    here, clock, script = supply(session(1, 900), session(2, 2000))
    assert here.refresh() == NOW + timedelta(seconds=675)
    clock.advance(674)
    here.refresh()
    assert (key_of(here), len(script)) == ("ASIA1", 1)
    clock.advance(1)
    here.refresh()
    assert key_of(here) == "ASIA2"


def test_the_window_of_a_role_counts_from_when_it_was_fetched() -> None:
    """Nobody wrote down when it was assumed."""
    here, _, _ = supply(session(1, 3600, None))
    assert here.refresh() == NOW + timedelta(seconds=2700)


def test_the_old_session_is_provided_to_its_end() -> None:
    """While there is none, the same one, or one that has expired too."""
    old = session(1, 900)
    here, clock, _ = supply(old, None, old, session(0, 700), ConfigurationError("No code."))
    clock.advance(800)
    for _ in range(4):
        assert here.refresh() == clock.now() + PAUSE
        assert key_of(here) == "ASIA1"


def test_after_the_end_it_says_what_to_do() -> None:
    """Nothing that has expired is given out; the reason is the last failure's."""
    failure = ConfigurationError("The role is gone.", "Ask for it.")
    here, clock, _ = supply(session(1, 900), failure, session(2, 2000))
    clock.advance(900)
    status, body = here.answer()
    message = json.loads(body)["message"]
    assert (status, message) == (
        503,
        "The MFA session of profile work has expired. Log in:  aws mfa login --profile work",
    )
    here.refresh()
    assert b"The role is gone. Ask for it." in here.answer()[1]
    here.refresh()
    assert key_of(here) == "ASIA2"


def test_any_failure_is_tried_again() -> None:
    """A full disk must not end the renewals."""
    here, clock, _ = supply(session(1, 900), OSError("No space left on device"), session(2, 2000))
    clock.advance(800)
    assert here.refresh() == clock.now() + PAUSE
    here.refresh()
    assert key_of(here) == "ASIA2"


def test_a_session_from_elsewhere_is_taken_also_if_it_expires_earlier() -> None:
    """It is what the other commands of the profile use by now."""
    here, clock, _ = supply(session(1, 900), session(2, 850))
    clock.advance(800)
    assert here.refresh() == clock.now() + timedelta(seconds=1)
    assert key_of(here) == "ASIA2"


def test_a_short_session_is_replaced_in_time() -> None:
    """The next fetch is before its end, however soon that is."""
    here, clock, _ = supply(session(1, 900), session(2, 927, None))
    clock.advance(900)
    assert here.refresh() == clock.now() + timedelta(seconds=20.25)


def test_a_logout_ends_it_until_the_next_login() -> None:
    """However long the session would be valid."""
    clock, logged_out = FakeClock(), [False]
    new = session(2, 43_200)
    here = Supply("work", session(1, 43_200), lambda: new, lambda: logged_out[0], clock)
    here.refresh()
    assert key_of(here) == "ASIA1"
    logged_out[0] = True
    here.refresh()
    status, body = here.answer()
    assert (status, json.loads(body)["message"]) == (
        503,
        "You have logged out of profile work. Log in:  aws mfa login --profile work",
    )
    logged_out[0] = False
    here.refresh()
    assert key_of(here) == "ASIA2"
