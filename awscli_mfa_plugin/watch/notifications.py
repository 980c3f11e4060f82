"""Notifies a person on the desktop, which a scheduled job has to find first, or with a command."""

from __future__ import annotations

import os
import shlex
import shutil
import stat
import sys
from html import escape
from typing import TYPE_CHECKING

from awscli_mfa_plugin.files.paths import names_in
from awscli_mfa_plugin.session.expiry import rfc3339
from awscli_mfa_plugin.system.subprocesses import run_to_end, split_command
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from awscli_mfa_plugin.watch.steps import Notice

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

    Variables that are set stay. The rest comes from the user's systemd, then from the sockets.
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
    """Return whether a window can be shown."""
    if sys.platform in {"win32", "darwin"}:
        return True
    return any(environment.get(name) for name in _DISPLAYS)


def _of_service_manager(environment: Mapping[str, str]) -> dict[str, str]:
    """Ask systemd: desktops import their display there (systemctl(1), show-environment)."""
    done = run_to_end(["systemctl", "--user", "show-environment"], environment, 5)
    settings = (line.partition("=") for line in done.text.splitlines() if done.succeeded)
    return {name: _unquoted(value) for name, _, value in settings if name in _OF_THE_SESSION}


def _unquoted(value: str) -> str:
    try:
        words = shlex.split(value.removeprefix("$"))
    except ValueError:
        return value
    return words[0] if len(words) == 1 else value


def _of_sockets(runtime: str) -> dict[str, str]:
    for name in names_in(runtime):
        if name.startswith("wayland-") and _is_own_socket(os.path.join(runtime, name)):
            return {"WAYLAND_DISPLAY": name}
    for name in names_in(_X_SOCKETS):
        if name[:1] == "X" and name[1:].isdigit() and _is_own_socket(f"{_X_SOCKETS}/{name}"):
            return {"DISPLAY": f":{name[1:]}"}
    return {}


def _is_own_socket(path: str) -> bool:
    try:
        status = os.stat(path)
    except OSError:
        return False
    return stat.S_ISSOCK(status.st_mode) and status.st_uid == os.getuid()


def first_on_path(programs: Iterable[list[str]], environment: Mapping[str, str]) -> list[str]:
    """Return the first command line whose program is on the PATH, or none."""
    path = environment.get("PATH", "")
    return next((words for words in programs if shutil.which(words[0], path=path)), [])


def apple_script(lines: Iterable[str], *values: str) -> list[str]:
    """Return osascript's command line; the script gets ``values`` as ``argv``."""
    script = ("on run argv", *lines, "end run")
    return ["osascript", *(word for line in script for word in ("-e", line)), *values]


def powershell(script: str) -> list[str]:
    """Return PowerShell's command line; a script gets its values as variables."""
    return ["powershell.exe", "-NoProfile", "-NonInteractive", "-STA", "-Command", script]


_TOAST = """
$kinds = 'Windows.UI.Notifications'
[void][Windows.UI.Notifications.ToastNotificationManager, $kinds, ContentType = WindowsRuntime]
$toast = [Windows.UI.Notifications.ToastTemplateType]::ToastText02
$xml = [Windows.UI.Notifications.ToastNotificationManager]::GetTemplateContent($toast)
$lines = $xml.GetElementsByTagName('text')
[void]$lines.Item(0).AppendChild($xml.CreateTextNode($env:AWS_MFA_TITLE))
[void]$lines.Item(1).AppendChild($xml.CreateTextNode($env:AWS_MFA_TEXT))
$app = '{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\\WindowsPowerShell\\v1.0\\powershell.exe'
$shown = New-Object Windows.UI.Notifications.ToastNotification $xml
[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier($app).Show($shown)
"""


def notify_send_words(notice: Notice) -> list[str]:
    r"""Return notify-send's arguments.

    It resolves backslashes in the text, which may be markup; a title never is (Desktop
    Notifications Specification, "Markup").
    """
    text = escape(notice.text, quote=False).replace("\\", "\\\\")
    return ["notify-send", "--app-name=aws mfa", "--icon=dialog-password", "--", notice.title, text]


def osascript_words(notice: Notice) -> list[str]:
    """Return osascript's arguments."""
    script = "display notification (item 2 of argv) with title (item 1 of argv)"
    return apple_script([script], notice.title, notice.text)


def toast_words(_notice: Notice) -> list[str]:
    """Return PowerShell's arguments; its values are variables."""
    return powershell(_TOAST)


_PROGRAMS: dict[str, tuple[Callable[[Notice], list[str]], ...]] = {
    "darwin": (osascript_words,),
    "win32": (toast_words,),
    "linux": (notify_send_words,),
}
"""By ``sys.platform``; the first one that is on the PATH notifies."""


def notify(environment: Mapping[str, str], command: str, notice: Notice) -> str:
    """Notify with the user's own ``command`` if there is one, otherwise on the desktop.

    Returns why that failed, or "".
    """
    if command:
        try:
            words = split_command(command)
        except ValueError as error:
            return f"--notify-command can't be split into words: {sanitize(error)}"
        if not words:
            return "--notify-command is empty"
    else:
        programs = _PROGRAMS.get(sys.platform, _PROGRAMS["linux"])
        all_words = [words_of(notice) for words_of in programs]
        words = first_on_path(all_words, environment)
        if not words:
            names = " or ".join(each[0] for each in all_words)
            return f"there is no {names}, and no --notify-command"
    values = {
        "AWS_MFA_PROFILE": notice.profile,
        "AWS_MFA_EXPIRATION": rfc3339(notice.expiration),
        "AWS_MFA_STATE": notice.stage,
        "AWS_MFA_TITLE": notice.title,
        "AWS_MFA_TEXT": notice.text,
    }
    done = run_to_end(words, {**desktop_environment(environment), **values}, 60)
    return "" if done.succeeded else f"{sanitize(words[0])} failed ({done.why})"
