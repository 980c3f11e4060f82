"""Starts a browser at a page on loopback that sends it on to a secret address, once.

A browser's command line is seen by other users' programs; this address is worth nothing to them
once the browser has used it.
"""

from __future__ import annotations

import hmac
import os
import shutil
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from awscli_mfa_plugin.system.loopback import LoopbackServer, Request, Response
from awscli_mfa_plugin.system.subprocesses import child_environment, split_command
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

BROWSER_SECONDS = 60
"""How long a browser may take to start."""

_FOUND, _NOT_FOUND = 302, 404
_HEADERS = {"Referrer-Policy": "no-referrer"}
_OF_THE_SYSTEM = {
    "darwin": (["open"],),
    "win32": (["rundll32", "url.dll,FileProtocolHandler"],),
    "linux": (["wslview"], ["xdg-open"], ["gio", "open"]),
}
_NEED_NO_DISPLAY = "wslview"


class OneShot(LoopbackServer):
    """Answers the first request for its address with a redirect, and nothing afterwards."""

    def __init__(self, target: str) -> None:
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
        why = _start_browser(page.url, environment)
        if not why and not page.wait(BROWSER_SECONDS):
            why = f"it didn't fetch the page within {BROWSER_SECONDS} seconds"
    return why


def _start_browser(url: str, environment: Mapping[str, str]) -> str:
    """Open ``url`` in a browser that gets no keys, and outlives us; return why that failed, or "".

    ``BROWSER`` names programs, each with ``%s`` for the address or with the address behind it.
    """
    why = "there is no browser, and BROWSER names none"
    for words in _command_lines(url, environment):
        why = _start(words, environment)
        if not why:
            break
    return why


def _start(words: list[str], environment: Mapping[str, str]) -> str:
    try:
        browser = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=child_environment(environment),
            start_new_session=True,
        )
    except OSError as error:
        return f"can't run {sanitize(words[0])}: {error.strerror or sanitize(error)}"
    threading.Thread(target=browser.wait, daemon=True).start()  # it may end before this process
    return ""


def _command_lines(url: str, environment: Mapping[str, str]) -> Iterator[list[str]]:
    path = environment.get("PATH", "")
    for command in environment.get("BROWSER", "").split(os.pathsep):
        try:
            words = split_command(command)
        except ValueError:
            continue
        if words and shutil.which(words[0], path=path):
            given = [word.replace("%s", url) for word in words]
            yield given if given != words else [*words, url]
    has_display = sys.platform != "linux" or any(
        environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    for words in _OF_THE_SYSTEM.get(sys.platform, _OF_THE_SYSTEM["linux"]):
        if shutil.which(words[0], path=path) and (has_display or words[0] == _NEED_NO_DISPLAY):
            yield [*words, url]
