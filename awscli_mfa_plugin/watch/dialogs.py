"""Asks for a token code in a window: zenity, kdialog, osascript or PowerShell.

Every value reaches them as an argument or in the environment, never inside a script's text.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import CancelledError, CannotAskError, UnshownError
from awscli_mfa_plugin.system.subprocesses import run_to_end
from awscli_mfa_plugin.watch.notifications import (
    apple_script,
    desktop_environment,
    first_on_path,
    has_display,
    powershell,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    "set theText to item 2 of argv",
    "set theTime to (item 3 of argv) as integer",
    'if item 4 of argv is "hidden" then',
    f"{_DISPLAY} with hidden answer",
    "else",
    _DISPLAY,
    "end if",
    'if gave up of theAnswer then return "nobody"',
    "return text returned of theAnswer",
)

_POWERSHELL = """
Add-Type -AssemblyName System.Windows.Forms
$form = New-Object System.Windows.Forms.Form
$form.Text = $env:AWS_MFA_TITLE
$form.TopMost = $true
$form.AutoSize = $true
$form.StartPosition = 'CenterScreen'
$panel = New-Object System.Windows.Forms.FlowLayoutPanel
$panel.FlowDirection = 'TopDown'
$panel.AutoSize = $true
$label = New-Object System.Windows.Forms.Label
$label.AutoSize = $true
$label.UseMnemonic = $false
$label.Text = $env:AWS_MFA_TEXT
$box = New-Object System.Windows.Forms.TextBox
$box.UseSystemPasswordChar = ($env:AWS_MFA_HIDDEN -eq 'hidden')
$ok = New-Object System.Windows.Forms.Button
$ok.Text = 'OK'
$ok.DialogResult = 'OK'
$panel.Controls.AddRange(@($label, $box, $ok))
$form.Controls.Add($panel)
$form.AcceptButton = $ok
if ($form.ShowDialog() -ne 'OK') { exit 1 }
[Console]::Out.Write($box.Text)
"""


@dataclass(frozen=True)
class Question:
    """What a dialog shows, for how long, and whether the answer is hidden."""

    text: str
    seconds: int
    hidden: bool = False

    @property
    def visibility(self) -> str:
        """How a script learns whether to hide the answer."""
        return "hidden" if self.hidden else "shown"


def zenity_words(question: Question) -> list[str]:
    r"""Return zenity's arguments.

    Its entry takes «_» for a mnemonic and «\» for an escape (zenity, entry.c): each doubled
    stands for itself. Markup means nothing there.
    """
    plain = question.text.replace("\\", "\\\\").replace("_", "__")
    hide = ["--hide-text"] if question.hidden else []
    timeout = f"--timeout={question.seconds}"
    return ["zenity", "--entry", f"--title={_TITLE}", f"--text={plain}", timeout, *hide]


def kdialog_words(question: Question) -> list[str]:
    """Return kdialog's arguments; its text is told apart from markup by being markup itself."""
    # kdialog resolves «\n» itself, but no entity; «&» is a mnemonic even in markup, unless doubled.
    escaped = escape(question.text.replace("&", "&&"), quote=False)
    escaped = escaped.replace("\\", "&#92;").replace("\n", "<br>")
    kind = "--password" if question.hidden else "--inputbox"
    return ["kdialog", "--title", _TITLE, kind, f"<qt>{escaped}</qt>"]


def osascript_words(question: Question) -> list[str]:
    """Return osascript's arguments."""
    values = (_TITLE, question.text, str(question.seconds), question.visibility)
    return apple_script(_APPLESCRIPT, *values)


def powershell_words(_question: Question) -> list[str]:
    """Return PowerShell's arguments; the values are in its environment."""
    return powershell(_POWERSHELL)


class DialogTerminal:
    """A desktop in the place of a terminal; what is told stands above the next question."""

    def __init__(
        self, environment: Mapping[str, str], notes: Notes, seconds: int = DIALOG_SECONDS
    ) -> None:
        """Keep where to look for the desktop; ``notes`` gets what a person waits for."""
        self._given = environment
        self._notes = notes
        self._seconds = seconds
        self._told = ""

    @cached_property
    def _environment(self) -> dict[str, str]:
        """The desktop's, looked for once somebody has to be asked: that may start a program."""
        return desktop_environment(self._given)

    def unavailable_reason(self) -> str:
        """Return why nobody can be asked in a window, or ""."""
        if not has_display(self._environment):
            return "there is no desktop to ask on"
        has_dialog = self._words(Question("", self._seconds))
        return "" if has_dialog else "there is no program that shows a dialog"

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
        asked = Question(text, self._seconds, hidden)
        words = self._words(asked)
        if not words:
            raise CannotAskError("There is no dialog to ask by.", "Log in on a terminal.")
        values = {
            "AWS_MFA_TITLE": _TITLE,
            "AWS_MFA_TEXT": text,
            "AWS_MFA_HIDDEN": asked.visibility,
        }
        done = run_to_end(words, {**self._environment, **values}, self._seconds + 5)
        answer = done.stdout[:1024].decode("utf-8", "replace").strip()
        if done.timed_out or done.returncode == _NOBODY or answer == "nobody":
            raise CannotAskError(
                f"Nobody answered within {self._seconds} s.", "Log in when the code is at hand."
            )
        if done.succeeded:
            return answer
        if done.returncode == 1 and "display" not in done.why.lower():
            raise CancelledError("The dialog was dismissed; nothing was changed.")
        raise UnshownError(f"{words[0]} can't show a dialog: {done.why}.", "Log in on a terminal.")

    def _words(self, question: Question) -> list[str]:
        """Return the words of the dialog to show, or none."""
        if sys.platform == "darwin":
            programs = [osascript_words]
        elif sys.platform == "win32":
            programs = [powershell_words]
        elif "KDE" in self._environment.get("XDG_CURRENT_DESKTOP", "").upper():
            programs = [kdialog_words, zenity_words]
        else:
            programs = [zenity_words, kdialog_words]
        return first_on_path([words_of(question) for words_of in programs], self._environment)


class DesktopOrTerminal:
    """The desktop if there is one, else the terminal; decided when it is first needed."""

    def __init__(self, desktop: DialogTerminal, terminal: CountingTerminal) -> None:
        """Keep both."""
        self._desktop = desktop
        self._terminal = terminal

    @cached_property
    def _chosen(self) -> CountingTerminal:
        return self._terminal if self._desktop.unavailable_reason() else self._desktop

    def unavailable_reason(self) -> str:
        """Return why nobody can be asked, or ""."""
        return self._chosen.unavailable_reason()

    def ask(self, question: str, *, hidden: bool = False) -> str:
        """Return the answer; raise what the one that is asked raises."""
        return self._chosen.ask(question, hidden=hidden)

    def tell(self, text: str) -> None:
        """Show text that belongs to a question."""
        self._chosen.tell(text)

    def wait(self, seconds: int, reason: str) -> None:
        """Let ``seconds`` pass, as the one that would be asked shows it."""
        self._chosen.wait(seconds, reason)
