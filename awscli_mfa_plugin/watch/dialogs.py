"""Asks for a token code in a window: zenity, kdialog, osascript or PowerShell.

Every value reaches them as an argument or in the environment, never inside a script's text.
"""

from __future__ import annotations

import shutil
import sys
import time
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import CancelledError, CannotAskError, UnshownError
from awscli_mfa_plugin.system.subprocesses import Done, run_to_end
from awscli_mfa_plugin.watch.notifications import desktop_environment, has_display

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from awscli_mfa_plugin.session.ports import CountingTerminal, Notes

DIALOG_SECONDS = 120
"""How long a question stands, as on a terminal."""

_TITLE = "Token code for AWS"
_NOBODY = 5
"""zenity's exit status when its time is over (zenity(1))."""

_DISPLAY = (
    "set theAnswer to display dialog theText with title (item 1 of argv) "
    'default answer "" giving up after theTime'
)
_APPLESCRIPT = (
    "on run argv",
    "set theText to item 2 of argv",
    "set theTime to (item 3 of argv) as integer",
    'if item 4 of argv is "hidden" then',
    f"{_DISPLAY} with hidden answer",
    "else",
    _DISPLAY,
    "end if",
    'if gave up of theAnswer then return "nobody"',
    "return text returned of theAnswer",
    "end run",
)

_POWERSHELL = """
Add-Type -AssemblyName System.Windows.Forms
$form = New-Object System.Windows.Forms.Form
$form.Text = $env:AWSCLI_MFA_TITLE
$form.TopMost = $true
$form.AutoSize = $true
$form.StartPosition = 'CenterScreen'
$panel = New-Object System.Windows.Forms.FlowLayoutPanel
$panel.FlowDirection = 'TopDown'
$panel.AutoSize = $true
$label = New-Object System.Windows.Forms.Label
$label.AutoSize = $true
$label.UseMnemonic = $false
$label.Text = $env:AWSCLI_MFA_TEXT
$box = New-Object System.Windows.Forms.TextBox
$box.UseSystemPasswordChar = ($env:AWSCLI_MFA_HIDDEN -eq 'hidden')
$ok = New-Object System.Windows.Forms.Button
$ok.Text = 'OK'
$ok.DialogResult = 'OK'
$panel.Controls.AddRange(@($label, $box, $ok))
$form.Controls.Add($panel)
$form.AcceptButton = $ok
if ($form.ShowDialog() -ne 'OK') { exit 1 }
[Console]::Out.Write($box.Text)
"""


def zenity_words(text: str, seconds: int, *, hidden: bool) -> list[str]:
    r"""Return zenity's arguments.

    Its entry takes «_» for a mnemonic and «\» for an escape (zenity, entry.c): each doubled
    stands for itself. Markup means nothing there.
    """
    plain = text.replace("\\", "\\\\").replace("_", "__")
    words = ["zenity", "--entry", f"--title={_TITLE}", f"--text={plain}", f"--timeout={seconds}"]
    return [*words, "--hide-text"] if hidden else words


def kdialog_words(text: str, seconds: int, *, hidden: bool) -> list[str]:  # noqa: ARG001 - as all
    """Return kdialog's arguments; its text is told apart from markup by being markup itself."""
    # kdialog resolves «\n» itself, but no entity; «&» is a mnemonic even in markup, unless doubled.
    escaped = _markup(text.replace("&", "&&")).replace("\\", "&#92;").replace("\n", "<br>")
    kind = "--password" if hidden else "--inputbox"
    return ["kdialog", "--title", _TITLE, kind, f"<qt>{escaped}</qt>"]


def osascript_words(text: str, seconds: int, *, hidden: bool) -> list[str]:
    """Return osascript's arguments: the script, then the values that it gets as ``argv``."""
    script = [word for line in _APPLESCRIPT for word in ("-e", line)]
    return ["osascript", *script, _TITLE, text, str(seconds), "hidden" if hidden else "shown"]


def powershell_words(text: str, seconds: int, *, hidden: bool) -> list[str]:  # noqa: ARG001 - as all
    """Return PowerShell's arguments; the values are in its environment."""
    return ["powershell.exe", "-NoProfile", "-NonInteractive", "-STA", "-Command", _POWERSHELL]


def _markup(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class DialogTerminal:
    """A desktop in the place of a terminal; what is told stands above the next question."""

    def __init__(
        self, environment: Mapping[str, str], notes: Notes, seconds: int = DIALOG_SECONDS
    ) -> None:
        """Keep where to look for the desktop; ``notes`` gets what a person waits for."""
        self._given = environment
        self._found: dict[str, str] | None = None
        self._notes = notes
        self._seconds = seconds
        self._told = ""

    @property
    def _environment(self) -> dict[str, str]:
        """The desktop's, looked for once somebody has to be asked: that may start a program."""
        if self._found is None:
            self._found = desktop_environment(self._given)
        return self._found

    def unavailable_reason(self) -> str:
        """Return why nobody can be asked in a window, or ""."""
        if not has_display(self._environment):
            return "there is no desktop to ask on"
        return "" if self._program() else "there is no program that shows a dialog"

    def tell(self, text: str) -> None:
        """Keep text for the next question."""
        self._told += text

    def wait(self, seconds: int, reason: str) -> None:
        """Let ``seconds`` pass, and say so above the next question."""
        self._notes(f"{reason} {seconds} s.")
        time.sleep(seconds)

    def ask(self, question: str, *, hidden: bool = False) -> str:
        """Return what was typed; raise CancelledError if the window was closed.

        Raises CannotAskError when nobody answers, or the window can't be shown.
        """
        text = f"{self._told}{question.rstrip().rstrip(':')}"
        self._told = ""
        program = self._program()
        if program is None:
            raise CannotAskError("There is no dialog to ask by.", "Log in on a terminal.")
        words = program(text, self._seconds, hidden=hidden)
        values = {
            "AWSCLI_MFA_TITLE": _TITLE,
            "AWSCLI_MFA_TEXT": text,
            "AWSCLI_MFA_HIDDEN": "hidden" if hidden else "shown",
        }
        environment = self._environment
        if program is powershell_words:
            environment = {**environment, **values}
        return self._answer(run_to_end(words, environment, self._seconds + 5), words[0])

    def _answer(self, done: Done, name: str) -> str:
        answer = done.stdout[:1024].decode("utf-8", "replace").strip()
        if done.timed_out or done.returncode == _NOBODY or answer == "nobody":
            raise CannotAskError(
                f"Nobody answered within {self._seconds} s.", "Log in when the code is at hand."
            )
        if done.returncode == 0:
            return answer
        if done.returncode == 1 and "display" not in done.why.lower():
            raise CancelledError("The dialog was dismissed; nothing was changed.")
        raise UnshownError(f"{name} can't show a dialog: {done.why}.", "Log in on a terminal.")

    def _program(self) -> Callable[..., list[str]] | None:
        path = self._environment.get("PATH", "")
        for name, words in self._programs():
            if shutil.which(name, path=path):
                return words
        return None

    def _programs(self) -> list[tuple[str, Callable[..., list[str]]]]:
        if sys.platform == "darwin":
            return [("osascript", osascript_words)]
        if sys.platform == "win32":
            return [("powershell.exe", powershell_words)]
        both: list[tuple[str, Callable[..., list[str]]]] = [
            ("zenity", zenity_words),
            ("kdialog", kdialog_words),
        ]
        is_kde = "KDE" in self._environment.get("XDG_CURRENT_DESKTOP", "").upper()
        return both[::-1] if is_kde else both


class DesktopOrTerminal:
    """The desktop if there is one, else the terminal; decided when it is first needed."""

    def __init__(self, desktop: DialogTerminal, terminal: CountingTerminal) -> None:
        """Keep both."""
        self._desktop = desktop
        self._terminal = terminal
        self._chosen: CountingTerminal | None = None

    def _either(self) -> CountingTerminal:
        if self._chosen is None:
            self._chosen = self._terminal if self._desktop.unavailable_reason() else self._desktop
        return self._chosen

    def unavailable_reason(self) -> str:
        """Return why nobody can be asked, or ""."""
        return self._either().unavailable_reason()

    def ask(self, question: str, *, hidden: bool = False) -> str:
        """Return the answer; raise what the one that is asked raises."""
        return self._either().ask(question, hidden=hidden)

    def tell(self, text: str) -> None:
        """Show text that belongs to a question."""
        self._either().tell(text)

    def wait(self, seconds: int, reason: str) -> None:
        """Let ``seconds`` pass, as the one that would be asked shows it."""
        self._either().wait(seconds, reason)
