"""The credentials endpoint: what the program's SDK fetches its session from."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from awscli_mfa_plugin.server.answers import OK, Door, status_of
from awscli_mfa_plugin.system.loopback import LoopbackServer, Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable

_JSON = {"Content-Type": "application/json"}


class Endpoint(LoopbackServer):
    """Listens on a random port of 127.0.0.1 while it is entered; path and token are new too.

    ``answer`` returns status and body for a request that has both; any thread may call it.
    """

    def __init__(self, answer: Callable[[], tuple[int, bytes]]) -> None:
        super().__init__(self._respond)
        self._answer = answer
        self.door = Door(self.host, f"/{os.urandom(16).hex()}", os.urandom(32).hex())

    def _respond(self, request: Request) -> Response:
        status, body = status_of(request.method, request.path, request.headers, self.door), b""
        if status == OK:
            status, body = self._answer()
        return Response(status, _JSON, body)
