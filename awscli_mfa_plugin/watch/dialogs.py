"""Asks for an MFA code in a window of zenity, kdialog, osascript or PowerShell.

Values are arguments or variables, never part of a script.
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
from awscli_mfa_plugin.text import length_of_time
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
"""How long a dialog waits for an answer, as on a terminal."""

_TITLE = "MFA code for AWS"
_NOBODY = 5
"""zenity's exit status after its timeout (zenity(1))."""

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
        """The same for scripts: hidden or shown."""
        return "hidden" if self.hidden else "shown"


def zenity_words(question: Question) -> list[str]:
    r"""Return zenity's arguments.

    Its entry reads ``_`` as a mnemonic and ``\`` as an escape (zenity, entry.c), unless doubled.
    It doesn't read markup.
    """
    plain = question.text.replace("\\", "\\\\").replace("_", "__")
    hide = ["--hide-text"] if question.hidden else []
    timeout = f"--timeout={question.seconds}"
    return ["zenity", "--entry", f"--title={_TITLE}", f"--text={plain}", timeout, *hide]


def kdialog_words(question: Question) -> list[str]:
    """Return kdialog's arguments, the text wrapped in <qt> so that Qt doesn't guess its format."""
    # kdialog resolves backslashes, but no entities. "&" is a mnemonic unless doubled.
    escaped = escape(question.text.replace("&", "&&"), quote=False)
    escaped = escaped.replace("\\", "&#92;").replace("\n", "<br>")
    kind = "--password" if question.hidden else "--inputbox"
    return ["kdialog", "--title", _TITLE, kind, f"<qt>{escaped}</qt>"]


def osascript_words(question: Question) -> list[str]:
    """Return osascript's arguments."""
    values = (_TITLE, question.text, str(question.seconds), question.visibility)
    return apple_script(_APPLESCRIPT, *values)


def powershell_words(_question: Question) -> list[str]:
    """Return PowerShell's arguments; its values are variables."""
    return powershell(_POWERSHELL)


class DialogTerminal:
    """A terminal in dialogs; text passed to `tell` appears above the next question.

    ``notes`` gets what a person has to wait for.
    """

    def __init__(
        self, environment: Mapping[str, str], notes: Notes, seconds: int = DIALOG_SECONDS
    ) -> None:
        self._given = environment
        self._notes = notes
        self._seconds = seconds
        self._text = ""

    @cached_property
    def _environment(self) -> dict[str, str]:
        """The desktop's environment. Finding it may start a program, so only when needed."""
        return desktop_environment(self._given)

    def unavailable_reason(self) -> str:
        """Return why there can be no dialog, or ""."""
        if not has_display(self._environment):
            return "there is no desktop to ask on"
        has_dialog = self._words(Question("", self._seconds))
        return "" if has_dialog else "there is no program that shows a dialog"

    def tell(self, text: str) -> None:
        """Keep text for the next question."""
        self._text += text

    def wait(self, seconds: int, reason: str) -> None:
        """Let ``seconds`` pass, and say so in the notes."""
        self._notes(f"{reason} {seconds} s.")
        time.sleep(seconds)

    def ask(self, question: str, *, hidden: bool = False) -> str:
        """Return what was entered; raise CancelledError if the window was closed.

        Raises CannotAskError if nobody answers, UnshownError if the window can't be shown.
        """
        text = f"{self._text}{question.rstrip().rstrip(':')}"
        self._text = ""
        asked = Question(text, self._seconds, hidden)
        words = self._words(asked)
        if not words:
            raise CannotAskError(
                "There is no program that shows a dialog.", "Log in on a terminal."
            )
        values = {"AWS_MFA_TITLE": _TITLE, "AWS_MFA_TEXT": text, "AWS_MFA_HIDDEN": asked.visibility}
        done = run_to_end(words, {**self._environment, **values}, self._seconds + 5)
        answer = done.stdout[:1024].decode("utf-8", "replace").strip()
        if done.timed_out or done.returncode == _NOBODY or answer == "nobody":
            raise CannotAskError(
                f"No code was entered within {length_of_time(self._seconds)}.",
                "Log in when you have your MFA device at hand.",
            )
        if done.succeeded:
            return answer
        if done.returncode == 1 and "display" not in done.why.lower():
            raise CancelledError("The dialog was closed. Nothing was changed.")
        raise UnshownError(f"{words[0]} can't show a dialog: {done.why}.", "Log in on a terminal.")

    def _words(self, question: Question) -> list[str]:
        """Return the command line of the first dialog program that is installed, or none."""
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
    """The desktop if there is one, otherwise the terminal; decided at the first question."""

    def __init__(self, desktop: DialogTerminal, terminal: CountingTerminal) -> None:
        self._desktop = desktop
        self._terminal = terminal

    @cached_property
    def _chosen(self) -> CountingTerminal:
        return self._terminal if self._desktop.unavailable_reason() else self._desktop

    def unavailable_reason(self) -> str:
        """Return why there can be no prompt, or ""."""
        return self._chosen.unavailable_reason()

    def ask(self, question: str, *, hidden: bool = False) -> str:
        """Return the answer; raise what the desktop or the terminal raises."""
        return self._chosen.ask(question, hidden=hidden)

    def tell(self, text: str) -> None:
        """Show text that belongs to a question."""
        self._chosen.tell(text)

    def wait(self, seconds: int, reason: str) -> None:
        """Let ``seconds`` pass, shown on the desktop or the terminal."""
        self._chosen.wait(seconds, reason)
