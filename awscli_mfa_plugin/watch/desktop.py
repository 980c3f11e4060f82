"""Finds the desktop of the user's session: a job that a scheduler starts isn't told of it."""

from __future__ import annotations

import os
import shlex
import stat
import sys
from typing import TYPE_CHECKING

from awscli_mfa_plugin.system.subprocesses import run_to_end

if TYPE_CHECKING:
    from collections.abc import Mapping

_DISPLAYS = ("WAYLAND_DISPLAY", "DISPLAY")
_OF_THE_SESSION = (
    *_DISPLAYS,
    "XAUTHORITY",
    "XDG_CURRENT_DESKTOP",
    "XDG_RUNTIME_DIR",
    "DBUS_SESSION_BUS_ADDRESS",
)
_X_SOCKETS = "/tmp/.X11-unix"  # noqa: S108 - where the X server makes them (Xserver(1))


def desktop_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return ``environment`` with the display and the session bus of this user, if there are any.

    What is set stays. The rest is asked of the user's service manager, then looked for where
    systemd and X put their sockets.
    """
    found = dict(environment)
    if sys.platform in {"win32", "darwin"}:
        return found
    runtime = found.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    if os.path.isdir(runtime):
        found.setdefault("XDG_RUNTIME_DIR", runtime)
    if not has_display(found):
        for name, value in _of_service_manager(found).items():
            found[name] = found.get(name) or value
    bus = os.path.join(runtime, "bus")
    if not found.get("DBUS_SESSION_BUS_ADDRESS") and _is_own_socket(bus):
        found["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={bus}"
    if not has_display(found):
        found.update(_of_sockets(runtime))
    return found


def has_display(environment: Mapping[str, str]) -> bool:
    """Tell whether a window can be shown."""
    if sys.platform in {"win32", "darwin"}:
        return True
    return any(environment.get(name) for name in _DISPLAYS)


def _of_service_manager(environment: Mapping[str, str]) -> dict[str, str]:
    """Ask systemd, to which desktops tell their display (systemctl(1), show-environment)."""
    done = run_to_end(["systemctl", "--user", "show-environment"], environment, 5)
    if done.returncode != 0:
        return {}
    found = {}
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        name, _, value = line.partition("=")
        if name in _OF_THE_SESSION:
            found[name] = _unquoted(value)
    return found


def _unquoted(value: str) -> str:
    try:
        words = shlex.split(value.removeprefix("$"))
    except ValueError:
        return value
    return words[0] if len(words) == 1 else value


def _of_sockets(runtime: str) -> dict[str, str]:
    for name in _listed(runtime):
        if name.startswith("wayland-") and _is_own_socket(os.path.join(runtime, name)):
            return {"WAYLAND_DISPLAY": name}
    for name in _listed(_X_SOCKETS):
        if name[:1] == "X" and name[1:].isdigit() and _is_own_socket(f"{_X_SOCKETS}/{name}"):
            return {"DISPLAY": f":{name[1:]}"}
    return {}


def _listed(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def _is_own_socket(path: str) -> bool:
    try:
        status = os.stat(path)
    except OSError:
        return False
    return stat.S_ISSOCK(status.st_mode) and status.st_uid == os.getuid()
