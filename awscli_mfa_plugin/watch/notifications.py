"""Tells a person on the desktop, or by a command of their own.

Every value reaches a program as an argument or in the environment, never in a script's text.
"""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

from awscli_mfa_plugin.session.expiry import rfc3339
from awscli_mfa_plugin.system.subprocesses import run_to_end
from awscli_mfa_plugin.text import shown
from awscli_mfa_plugin.watch.desktop import desktop_environment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from awscli_mfa_plugin.watch.notices import Notice

NOTIFY_SECONDS = 60
"""How long a program may take to tell somebody."""

_APPLESCRIPT = (
    "on run argv",
    "display notification (item 2 of argv) with title (item 1 of argv)",
    "end run",
)

_TOAST = """
$kinds = 'Windows.UI.Notifications'
[void][Windows.UI.Notifications.ToastNotificationManager, $kinds, ContentType = WindowsRuntime]
$toast = [Windows.UI.Notifications.ToastTemplateType]::ToastText02
$xml = [Windows.UI.Notifications.ToastNotificationManager]::GetTemplateContent($toast)
$lines = $xml.GetElementsByTagName('text')
[void]$lines.Item(0).AppendChild($xml.CreateTextNode($env:AWSCLI_MFA_TITLE))
[void]$lines.Item(1).AppendChild($xml.CreateTextNode($env:AWSCLI_MFA_TEXT))
$app = '{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\\WindowsPowerShell\\v1.0\\powershell.exe'
$shown = New-Object Windows.UI.Notifications.ToastNotification $xml
[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier($app).Show($shown)
"""


def notify_send_words(title: str, text: str) -> list[str]:
    r"""Return notify-send's arguments.

    It resolves «\» in the text, which may be markup (Desktop Notifications Specification,
    «Markup»); a title never is.
    """
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    plain = plain.replace("\\", "\\\\")
    return ["notify-send", "--app-name=aws mfa", "--icon=dialog-password", "--", title, plain]


def osascript_words(title: str, text: str) -> list[str]:
    """Return osascript's arguments: the script, then the values that it gets as ``argv``."""
    return ["osascript", *(word for line in _APPLESCRIPT for word in ("-e", line)), title, text]


def toast_words(title: str, text: str) -> list[str]:  # noqa: ARG001 - as all
    """Return PowerShell's arguments; the values are in its environment."""
    return ["powershell.exe", "-NoProfile", "-NonInteractive", "-Command", _TOAST]


class Notifications:
    """Tells by the user's own command if there is one, else on the desktop."""

    def __init__(self, environment: Mapping[str, str], command: str = "") -> None:
        """Keep the environment to run in, and ``--notify-command``."""
        self._environment = environment
        self._command = command

    def __call__(self, notice: Notice) -> str:
        """Tell a notice; return why that can't be, or ""."""
        if self._command:
            return self._by_command(notice)
        if sys.platform == "win32":
            name, words = "powershell.exe", toast_words(notice.title, notice.text)
        elif sys.platform == "darwin":
            name, words = "osascript", osascript_words(notice.title, notice.text)
        else:
            name, words = "notify-send", notify_send_words(notice.title, notice.text)
        if not shutil.which(name, path=self._environment.get("PATH", "")):
            return f"there is no {name}, and no --notify-command"
        environment = desktop_environment(self._environment)
        if name == "powershell.exe":
            values = {"AWSCLI_MFA_TITLE": notice.title, "AWSCLI_MFA_TEXT": notice.text}
            environment.update(values)
        return _why_not(words, environment)

    def _by_command(self, notice: Notice) -> str:
        from botocore.compat import compat_shell_split

        try:
            words: list[str] = compat_shell_split(self._command)
        except ValueError as error:
            return f"--notify-command can't be split into words: {shown(error)}"
        if not words:
            return "--notify-command is empty"
        values = {
            "AWS_MFA_PROFILE": notice.profile,
            "AWS_MFA_EXPIRATION": rfc3339(notice.expiration),
            "AWS_MFA_STATE": notice.stage,
            "AWS_MFA_TITLE": notice.title,
            "AWS_MFA_TEXT": notice.text,
        }
        return _why_not(words, {**desktop_environment(self._environment), **values})


def _why_not(words: list[str], environment: Mapping[str, str]) -> str:
    done = run_to_end(words, environment, NOTIFY_SECONDS)
    return "" if done.returncode == 0 else f"{shown(words[0])} failed ({done.why})"
