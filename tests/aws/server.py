"""The plain HTTP server: requests of any number of threads, on loopback."""

from __future__ import annotations

import socket
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.aws.http import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable


class _Listener(ThreadingHTTPServer):
    """A server whose handlers know what answers."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port: int, answer: Callable[[Request], Response]) -> None:
        self.answer = answer
        super().__init__(("127.0.0.1", port), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that go away are what tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # one packet for headers and body
    server: _Listener

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_PUT = do_HEAD = do_DELETE = do_GET  # noqa: N815 - http.server's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Write nothing to the test's standard error."""

    def _serve(self) -> None:
        response = self.server.answer(self._request())
        if response.close == "before":
            reset(self.connection)
        if response.close in {"before", "after-processing"}:
            self.close_connection = True
            return
        self._send(response)

    def _request(self) -> Request:
        headers = {name.lower(): value for name, value in self.headers.items()}
        if headers.get("expect", "").lower() == "100-continue":
            self.send_response_only(100)
            self.end_headers()
        path, _, query = self.path.partition("?")
        body = self._body(headers)
        host = (urlsplit("//" + headers.get("host", "")).hostname or "").lower()
        return Request("http", self.command, host, path, query, headers, body)

    def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding", "").lower() != "chunked":
            return self.rfile.read(int(headers.get("content-length", 0)))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return body

    def _send(self, response: Response) -> None:
        self.send_response_only(response.status)
        headers = {"Server": "embedded", **response.headers}
        headers["Content-Length"] = str(len(response.body))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if response.close == "truncated":
            self.close_connection = True
            self.wfile.write(response.body[: len(response.body) // 2])
        elif self.command != "HEAD":
            self.wfile.write(response.body)
        self.wfile.flush()


def reset(connection: socket.socket) -> None:
    """Close so that the other side sees a reset rather than an end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Server:
    """The listener with its thread."""

    def __init__(self, answer: Callable[[Request], Response], port: int = 0) -> None:
        """Bind at once (port 0: any that is free), answer from `start` on."""
        self._listener = _Listener(port, answer)
        self._thread = threading.Thread(
            target=self._listener.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def url(self) -> str:
        """Where it listens, without a trailing slash."""
        return f"http://127.0.0.1:{self._listener.server_address[1]}"

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and free the port."""
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()
