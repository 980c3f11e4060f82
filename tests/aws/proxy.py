"""An HTTPS proxy that speaks for AWS's own host names, with certificates of its own CA.

For what has no endpoint setting, and to see which endpoint is really asked: clients get `url` as
HTTP_PROXY and HTTPS_PROXY, `ca_bundle` as AWS_CA_BUNDLE (NODE_EXTRA_CA_CERTS, SSL_CERT_FILE).
"""

from __future__ import annotations

import re
import socket
import ssl
import struct
import sys
import threading
import time
from contextlib import suppress
from datetime import datetime, timezone
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer
from typing import TYPE_CHECKING, Any

from tests.aws.http import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Answer = Callable[[Request], Response]

_AWS_NAME = re.compile(
    r"[a-z0-9_-][a-z0-9._-]*\.(?:amazonaws\.com(?:\.cn)?|aws)|"
    r"signin\.(?:aws\.amazon\.com|amazonaws-us-gov\.com|amazonaws\.cn)"
)
_PORTS = {"http": "80", "https": "443"}
# Tests move the client's clock, so a certificate must be good at any time they move it to.
_FROM = datetime(2000, 1, 1, tzinfo=timezone.utc)
_UNTIL = datetime(2049, 12, 31, tzinfo=timezone.utc)
_STOP_SECONDS = 5.0
_WITHOUT_BODY = {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}


class Proxy:
    """The proxy on a port of loopback; `answer` gets the requests and may run in many threads."""

    def __init__(self, answer: Answer, folder: Path) -> None:
        """Take who answers, and the folder that `ca_bundle` is written to at the start."""
        self._answer = answer
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self.ca_bundle = folder / "ca.pem"

    @property
    def url(self) -> str:
        """The proxy's URL; only a running proxy has one."""
        if self._server is None:
            raise RuntimeError("The proxy isn't running: call start() first.")
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        """Make a new CA and start to listen; ready when this returns."""
        authority = _Authority()
        self.ca_bundle.parent.mkdir(parents=True, exist_ok=True)
        self.ca_bundle.write_bytes(authority.pem)
        self._server = _Server(self._answer, authority)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="proxy", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Close every connection and end every thread; harmless if it doesn't run."""
        server, thread = self._server, self._thread
        if server is None or thread is None:
            return
        self._server = self._thread = None
        server.shutdown()
        thread.join()
        server.server_close()
        server.end_connections()


class _Authority:
    """A CA and the TLS settings of each name that it vouched for."""

    def __init__(self) -> None:
        import trustme

        self._ca = trustme.CA(organization_name="Embedded AWS")
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._lock = threading.Lock()
        self.pem = self._ca.cert_pem.bytes()

    def context(self, name: str) -> ssl.SSLContext:
        """Return the server's TLS settings for a name; raises ValueError if it can't be one."""
        with self._lock:
            if name not in self._contexts:
                self._contexts[name] = self._new_context(name)
            return self._contexts[name]

    def _new_context(self, name: str) -> ssl.SSLContext:
        leaf = self._ca.issue_cert(
            name, organization_name="Embedded AWS", not_before=_FROM, not_after=_UNTIL
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # Go and the CRT offer HTTP/2 first.
        context.set_alpn_protocols(["http/1.1"])
        leaf.configure_cert(context)
        return context


class _Server(TCPServer):
    """One thread a connection, each known so that all can be ended."""

    request_queue_size = 128

    def __init__(self, answer: Answer, authority: _Authority) -> None:
        self.answer = answer
        self.authority = authority
        self._connections: dict[threading.Thread, socket.socket] = {}
        self._stopping = False
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a new connection in a thread of its own."""
        thread = threading.Thread(
            target=self._serve, args=(request, client_address), name="connection", daemon=True
        )
        with self._lock:
            self._connections[thread] = request
        thread.start()

    def _serve(self, request: Any, client_address: Any) -> None:
        try:
            self.finish_request(request, client_address)
        except Exception:  # noqa: BLE001 - one connection must not end the others
            self.handle_error(request, client_address)
        finally:
            with self._lock:
                del self._connections[threading.current_thread()]
            self.shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report what broke, unless a client just went away."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def secured(self, plain: socket.socket, context: ssl.SSLContext) -> ssl.SSLSocket:
        """Return this thread's connection under TLS, before the handshake."""
        # Under the lock: whoever stops the server must always find the socket that is in use.
        with self._lock:
            if self._stopping:
                raise ConnectionAbortedError("The proxy is stopping.")
            secured = context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
            self._connections[threading.current_thread()] = secured
        return secured

    def end_connections(self) -> None:
        """Wake up and end every connection's thread."""
        with self._lock:
            self._stopping = True
            connections = dict(self._connections)
            for connection in connections.values():
                with suppress(OSError):
                    # Not SSLSocket's own: the thread may be reading through its TLS state.
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)
        deadline = time.monotonic() + _STOP_SECONDS
        for thread in connections:
            thread.join(max(0.0, deadline - time.monotonic()))


class _Refusal(Exception):  # noqa: N818 - an answer, not a fault
    """The proxy's own answer to what never reaches AWS."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        headers = {"Content-Type": "text/plain; charset=utf-8", "Connection": "close"}
        self.response = Response(status, headers, f"{reason}\n".encode())


class _Connection(BaseHTTPRequestHandler):
    """The requests of one connection, to the proxy itself or inside its one tunnel."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server
    request: socket.socket
    _tunnel = ""
    _reset = False

    def handle_one_request(self) -> None:
        """Read a request and answer it."""
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline:
            self.close_connection = True
            return
        if not self.parse_request():
            return
        try:
            if self.command == "CONNECT" and not self._tunnel:
                self._open_tunnel()
            else:
                self._send(self.server.answer(self._read_request()))
        except _Refusal as refusal:
            self._send(refusal.response)

    def finish(self) -> None:
        """Close the connection, under TLS with the notice that nothing more will come."""
        super().finish()
        if isinstance(self.request, ssl.SSLSocket) and not self._reset:
            # Without time to wait this sends the notice, but doesn't wait for the client's.
            with suppress(OSError, ValueError):
                self.request.settimeout(0)
                self.request.unwrap()
        if isinstance(self.request, ssl.SSLSocket) or self._reset:
            # The server would close it in good order, and only knows the one from before TLS.
            self.request.close()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as in the stdlib
        """Keep the tests' stderr clean."""

    def _target(self) -> str:
        # Not self.path: the stdlib takes a key's leading slash out of it.
        return self.requestline.split()[1]

    def _open_tunnel(self) -> None:
        name, _, port = self._target().lower().rpartition(":")
        _check_name(name, port, "https")
        try:
            context = self.server.authority.context(name)
        except ValueError as error:
            raise _Refusal(HTTPStatus.BAD_REQUEST, f"No certificate for {name}: {error}") from None
        self.send_response_only(HTTPStatus.OK, "Connection established")
        self.end_headers()
        self.rfile.close()
        secured = self.server.secured(self.request, context)
        self.request = secured
        self._tunnel = name
        secured.do_handshake()
        self.setup()
        self.close_connection = False

    def _read_request(self) -> Request:
        headers: dict[str, str] = {}
        for name, value in self.headers.items():
            key = name.lower()
            headers[key] = f"{headers[key]},{value}" if key in headers else value
        # Read even if it is refused below: a close with unread bytes would reset the answer.
        body = self._read_body(headers)
        scheme, host, target = self._asked(headers)
        path, _, query = target.partition("?")
        return Request(scheme, self.command, host, path, query, headers, body)

    def _asked(self, headers: dict[str, str]) -> tuple[str, str, str]:
        """Return scheme, host name, and the target in origin form (RFC 9112, section 3.2)."""
        scheme = "https" if self._tunnel else "http"
        authority, target = headers.get("host", ""), self._target()
        absolute = re.fullmatch(rf"{scheme}://([^/?]*)(.*)", target, re.IGNORECASE)
        if absolute:
            authority, target = absolute[1], absolute[2]
            target = target if target.startswith("/") else f"/{target}"
        elif not self._tunnel:
            reason = f"This is a proxy, {target} is nothing that it can ask AWS for."
            raise _Refusal(HTTPStatus.FORBIDDEN, reason)
        name, _, port = authority.lower().partition(":")
        _check_name(name, port or _PORTS[scheme], scheme)
        if self._tunnel and name != self._tunnel:
            reason = f"{name} was asked for through the tunnel to {self._tunnel}."
            raise _Refusal(HTTPStatus.MISDIRECTED_REQUEST, reason)
        return scheme, name, target

    def _read_body(self, headers: dict[str, str]) -> bytes:
        try:
            if headers.get("transfer-encoding", "").lower().endswith("chunked"):
                return self._read_chunks()
            return self._read_exactly(int(headers.get("content-length") or 0))
        except ValueError as error:
            raise _Refusal(HTTPStatus.BAD_REQUEST, f"Malformed body: {error}") from None

    def _read_chunks(self) -> bytes:
        """Read a chunked body and drop its trailers (RFC 9112, section 7.1)."""
        chunks = []
        while size := int(self.rfile.readline(1024).partition(b";")[0], 16):
            chunks.append(self._read_exactly(size))
            self.rfile.readline(1024)
        while self.rfile.readline(65537).strip():
            pass
        return b"".join(chunks)

    def _read_exactly(self, size: int) -> bytes:
        if size < 0:
            raise ValueError(f"a size of {size}")
        content = self.rfile.read(size)
        if len(content) < size:
            raise ConnectionAbortedError("The client went away inside the body.")
        return content

    def _send(self, response: Response) -> None:
        if response.close == "before":
            self._reset = True
            # Zero seconds of linger: the close becomes a reset.
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if response.close:
            self.close_connection = True
        if response.close in {"before", "after-processing"}:
            return
        self.send_response_only(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        body = response.body
        has_length = "content-length" in map(str.lower, response.headers)
        if not has_length and response.status not in _WITHOUT_BODY:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD" or response.status in _WITHOUT_BODY:
            return
        self.wfile.write(body[: len(body) // 2] if response.close == "truncated" else body)


def _check_name(name: str, port: str, scheme: str) -> None:
    if not _AWS_NAME.fullmatch(name) or port != _PORTS[scheme]:
        reason = f"This proxy speaks for AWS's own host names only, not for {name}:{port}."
        raise _Refusal(HTTPStatus.FORBIDDEN, reason)
