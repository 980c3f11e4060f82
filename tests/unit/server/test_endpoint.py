"""Attacks on the real endpoint, over the network of this machine."""

from __future__ import annotations

import json
import socket
import time
from contextlib import suppress
from http.client import HTTPConnection
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.server.endpoint import Endpoint
from awscli_mfa_plugin.system import loopback
from awscli_mfa_plugin.system.loopback import CONNECTIONS, LONGEST_HEAD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from awscli_mfa_plugin.server.answers import Door

BODY = json.dumps({"AccessKeyId": "ASIA1", "SecretAccessKey": "secret-1"}).encode()


@pytest.fixture
def door() -> Iterator[Door]:
    """Return the door of an endpoint that listens."""
    with Endpoint(lambda: (200, BODY)) as started:
        yield started.door


def port_of(door: Door) -> int:
    """Return where it listens."""
    return int(door.host.rpartition(":")[2])


def connected(door: Door) -> socket.socket:
    """Return a new connection."""
    return socket.create_connection(("127.0.0.1", port_of(door)), timeout=10)


def answer_to(door: Door, request: bytes) -> bytes:
    """Send bytes; return all that comes back until the connection is closed."""
    answer = b""
    with connected(door) as connection, suppress(ConnectionError):
        connection.sendall(request)
        while chunk := connection.recv(65536):
            answer += chunk
    return answer


def request_of(door: Door, *more: str, method: str = "GET", host: str = "") -> bytes:
    """Return the program's own request, with other headers or lines."""
    lines = [
        f"{method} {door.path} HTTP/1.1",
        f"Host: {host or door.host}",
        f"Authorization: {door.token}",
        *more,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def fetch(door: Door) -> tuple[int, bytes]:
    """Fetch the document as an SDK does; return the status and the body."""
    connection = HTTPConnection("127.0.0.1", port_of(door), timeout=10)
    connection.request("GET", door.path, headers={"Authorization": door.token})
    answer = connection.getresponse()
    assert answer.getheader("Cache-Control") == "no-store"
    assert answer.getheader("Server") is None
    return answer.status, answer.read()


def test_the_program_gets_the_document(door: Door) -> None:
    """Any number of times."""
    for _ in range(3):
        assert fetch(door) == (200, BODY)


def test_port_path_and_token_are_new_each_time(door: Door) -> None:
    """And long enough that nobody guesses them."""
    with Endpoint(lambda: (200, BODY)) as other:
        assert other.door.path != door.path
        assert other.door.token != door.token
        assert port_of(other.door) != port_of(door)
    assert (len(door.path), len(door.token)) == (33, 64)


def test_it_listens_on_loopback_alone(door: Door) -> None:
    """No other address of this machine leads to it."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as other:
        # Taken for all addresses, this would be refused.
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.2", port_of(door)))


REFUSED = {
    "another host": (b"Host: 127.0.0.1", b"Host: evil.example"),
    "no token": (b"Authorization: ", b"X: "),
    "another token": (b"Authorization: ", b"Authorization: a"),
    "another path": (b"GET /", b"GET /a"),
    "a path above": (b"GET /", b"GET /../"),
    "the address as a path": (b"GET /", b"GET http://127.0.0.1/"),
    "HEAD": (b"GET ", b"HEAD "),
    "POST": (b"GET ", b"POST "),
    "a browser's question": (b"GET ", b"OPTIONS "),
    "no HTTP": (b" HTTP/1.1\r\n", b" HTTP/x\r\n"),
    "a header without a colon": (b"Host: ", b"Host"),
    "a header in two lines": (b"Authorization: ", b"Authorization:\r\n a"),
    "bytes of no text": (b"Authorization: ", b"Authorization: \xff\xfe"),
}


@pytest.mark.parametrize(("old", "new"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_the_programs_request_gets_nothing(door: Door, old: bytes, new: bytes) -> None:
    """No document, no redirect, and nothing of the request comes back."""
    request = request_of(door)
    assert BODY in answer_to(door, request)
    answer = answer_to(door, request.replace(old, new, 1))
    assert b"ASIA" not in answer
    for secret in (door.token, door.path.strip("/"), "Location", "evil"):
        assert secret.encode() not in answer


def test_a_request_with_its_headers_twice_gets_nothing(door: Door) -> None:
    """Two hosts or two tokens could be judged differently by two programs."""
    for header in (f"Host: {door.host}", f"Authorization: {door.token}"):
        assert b" 403 " in answer_to(door, request_of(door, header))


def test_a_second_request_on_a_connection_gets_nothing(door: Door) -> None:
    """One connection, one answer."""
    assert answer_to(door, request_of(door) * 2).count(BODY) == 1


def test_a_body_is_not_read(door: Door) -> None:
    """Whatever length it claims."""
    answer = answer_to(door, request_of(door, "Content-Length: 99999999999"))
    assert answer.endswith(BODY)
    assert b"100 Continue" not in answer_to(door, request_of(door, "Expect: 100-continue"))


@pytest.mark.parametrize(
    "request_head",
    [b"GET /" + b"a" * 3 * LONGEST_HEAD, b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 20_000],
    ids=["line", "headers"],
)
def test_too_much_is_cut_off(door: Door, request_head: bytes) -> None:
    """At eight kilobytes."""
    assert answer_to(door, request_head) == b""
    assert fetch(door) == (200, BODY)


def test_slow_ones_do_not_keep_others_waiting(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """More connections than it serves at once, which send nothing: each is closed in time."""
    monkeypatch.setattr(loopback, "SECONDS", 0.3)
    slow = [connected(door) for _ in range(CONNECTIONS + 5)]
    start = time.monotonic()
    assert fetch(door) == (200, BODY)
    assert time.monotonic() - start < 5
    for connection in slow:
        assert connection.recv(1) == b""
        connection.close()


def test_a_client_that_goes_away_is_nobodys_trouble(
    door: Door, capfd: pytest.CaptureFixture[str]
) -> None:
    """Before its request, in the middle of it, and without taking the answer."""
    for request in (b"", b"GET / HT", request_of(door)):
        with connected(door) as connection:
            connection.sendall(request)
    assert fetch(door) == (200, BODY)
    assert capfd.readouterr() == ("", "")


def test_after_its_end_nobody_listens() -> None:
    """The port is free again."""
    with Endpoint(lambda: (200, BODY)) as ended:
        door = ended.door
    with pytest.raises(ConnectionError):
        connected(door)
