"""HTTP on loopback for another program of this machine, with a bound for everything."""

from __future__ import annotations

import io
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping

    from typing_extensions import Self

CONNECTIONS = 32
"""Connections at the same time; others wait in the system's queue."""

WAITING_CONNECTIONS = 128

SECONDS = 1.0
"""How long a request may take to arrive, and its answer to leave: it is on the same machine."""

LONGEST_HEAD = 8192
"""Bytes of a request. A body isn't read."""


@dataclass(frozen=True)
class Request:
    """A request without its body, as it came; ``headers`` are names and values."""

    method: str
    path: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(repr=False)


@dataclass(frozen=True)
class Response:
    """An HTTP status, headers beside the usual ones, and a body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


class LoopbackServer:
    """Listens on a random port of 127.0.0.1 while it is entered; ``respond`` runs in any thread."""

    def __init__(self, respond: Callable[[Request], Response]) -> None:
        self._listener = _Listener(respond)
        self.host = f"127.0.0.1:{self._listener.server_address[1]}"
        self._thread = threading.Thread(
            target=self._listener.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True
        )

    def __enter__(self) -> Self:
        """Start to answer."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop to listen, and let the answers on their way arrive."""
        self._listener.shutdown()
        self._listener.server_close()
        self._listener.finish()


class _Listener(TCPServer):
    """Starts a thread for each connection, as long as there aren't too many."""

    request_queue_size = WAITING_CONNECTIONS

    def __init__(self, respond: Callable[[Request], Response]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.respond = respond
        self._free = threading.BoundedSemaphore(CONNECTIONS)

    def finish(self) -> None:
        """Wait for the requests that are being answered; each ends soon."""
        deadline = time.monotonic() + 3 * SECONDS
        for _ in range(CONNECTIONS):
            self._free.acquire(timeout=max(0, deadline - time.monotonic()))

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread of its own."""
        self._free.acquire()  # each connection ends soon
        thread = threading.Thread(target=self._process, args=(request, client_address), daemon=True)
        thread.start()

    def _process(self, request: Any, client_address: Any) -> None:
        try:
            self.finish_request(request, client_address)
        except OSError:
            pass  # the client went away
        finally:
            self.shutdown_request(request)
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print nothing: a traceback might hold the token."""


class _Handler(BaseHTTPRequestHandler):
    """Answers one request of a connection, and closes it."""

    protocol_version = "HTTP/1.1"
    server: _Listener

    def setup(self) -> None:
        super().setup()
        self.rfile = io.BytesIO(head_of(self.connection))
        self.connection.settimeout(SECONDS)

    def handle(self) -> None:
        self.raw_requestline = self.rfile.readline()
        if not self.raw_requestline or not self.parse_request():
            return
        headers = tuple(self.headers.items())
        self._send(self.server.respond(Request(self.command, self.path, headers)))

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse what isn't HTTP, without the page that repeats it."""
        del message, explain
        self._send(Response(code))

    def handle_expect_100(self) -> bool:
        """Ask for no body."""
        return True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Write no log: the path is a secret."""

    def _send(self, response: Response) -> None:
        self.send_response_only(response.status)
        headers = {
            **response.headers,
            "Content-Length": str(len(response.body)),
            "Cache-Control": "no-store",
            "Connection": "close",
        }
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(response.body)


def head_of(connection: socket.socket) -> bytes:
    """Return the request line and the headers, b"" if they are too long or too slow."""
    deadline, head = time.monotonic() + SECONDS, b""
    while b"\r\n\r\n" not in head:
        left = deadline - time.monotonic()
        if left <= 0 or len(head) > LONGEST_HEAD:
            return b""
        connection.settimeout(left)
        try:
            chunk = connection.recv(LONGEST_HEAD)
        except OSError:
            return b""
        if not chunk:
            return b""
        head += chunk
    return head
