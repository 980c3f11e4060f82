"""Starts a browser, which goes on when this process ends."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from awscli_mfa_plugin.system.subprocesses import child_environment, split_command
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_OF_THE_SYSTEM = {
    "darwin": (["open"],),
    "win32": (["rundll32", "url.dll,FileProtocolHandler"],),
    "linux": (["wslview"], ["xdg-open"], ["gio", "open"]),
}
_NEED_NO_DISPLAY = "wslview"


def start_browser(url: str, environment: Mapping[str, str]) -> str:
    """Open ``url`` in a browser, without keys in its environment; return why that failed, or "".

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
