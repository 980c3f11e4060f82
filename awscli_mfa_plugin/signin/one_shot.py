"""A page on loopback that sends a browser on to a secret address, once.

A browser's command line is seen by other users' programs; this address is worth nothing to them
once the browser has used it.
"""

from __future__ import annotations

import hmac
import os
import threading
from typing import TYPE_CHECKING

from awscli_mfa_plugin.system.browser import start_browser
from awscli_mfa_plugin.system.loopback import LoopbackServer, Request, Response

if TYPE_CHECKING:
    from collections.abc import Mapping

BROWSER_SECONDS = 60
"""How long a browser may take to start."""

_FOUND, _NOT_FOUND = 302, 404
_HEADERS = {"Referrer-Policy": "no-referrer"}


class OneShot(LoopbackServer):
    """Answers the first request for its address with a redirect, and nothing afterwards."""

    def __init__(self, target: str) -> None:
        """Keep where the browser is to go."""
        super().__init__(self._respond)
        self._target = target
        self._path = f"/{os.urandom(32).hex()}"
        self._one_at_a_time = threading.Lock()
        self._used = threading.Event()

    @property
    def url(self) -> str:
        """The address for the browser."""
        return f"http://{self.host}{self._path}"

    def wait(self, seconds: float) -> bool:
        """Wait until the address was used, at most so many seconds; return whether it was."""
        return self._used.wait(seconds)

    def _respond(self, request: Request) -> Response:
        hosts = [value for name, value in request.headers if name.lower() == "host"]
        is_asked = request.method == "GET" and hosts == [self.host]
        path = request.path.encode("utf-8", "surrogatepass")
        if not (is_asked and hmac.compare_digest(path, self._path.encode())):
            return Response(_NOT_FOUND)
        with self._one_at_a_time:
            if self._used.is_set():
                return Response(_NOT_FOUND)
            self._used.set()
        return Response(_FOUND, {**_HEADERS, "Location": self._target})


def open_once(url: str, environment: Mapping[str, str]) -> str:
    """Open a secret address in a browser; return why that failed, or ""."""
    with OneShot(url) as page:
        why = start_browser(page.url, environment)
        if not why and not page.wait(BROWSER_SECONDS):
            why = f"it didn't fetch the page within {BROWSER_SECONDS} seconds"
    return why
