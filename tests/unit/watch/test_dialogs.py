"""Windows that ask for an MFA code."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.errors import CancelledError, CannotAskError
from awscli_mfa_plugin.watch.dialogs import (
    DesktopOrTerminal,
    DialogTerminal,
    Question,
    kdialog_words,
    osascript_words,
    powershell_words,
)
from tests.fakes import FakeNotes, FakeTerminal
from tests.recorders import recorded, recorder
from tests.unit.watch.conftest import HOSTILE, compressed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def terminal(environment: dict[str, str], seconds: int = 20) -> DialogTerminal:
    """Return a desktop to ask on."""
    return DialogTerminal(environment, FakeNotes(), seconds)


def as_a_mnemonic(text: str) -> str:
    """Return what GTK shows of a label: ``_`` is removed, a doubled one appears once."""
    return re.sub("_(.)", r"\1", text)


def test_an_answer_in_a_dialog_is_returned(environment: dict[str, str], tools: Path) -> None:
    """Text from ``tell`` appears only above the next question."""
    zenity = recorder(tools, "zenity", "echo 123456")
    desktop = terminal(environment)
    assert desktop.unavailable_reason() == ""
    desktop.tell("The session expires soon.\n")
    assert desktop.ask("MFA code for X (profile mfa): ") == "123456"
    assert desktop.ask("Again: ", hidden=True) == "123456"
    first, second = recorded(zenity)
    assert first == [
        "--entry",
        "--title=MFA code for AWS",
        "--text=The session expires soon.\nMFA code for X (profile mfa)",
        "--timeout=20",
    ]
    assert second[2:] == ["--text=Again", "--timeout=20", "--hide-text"]


@pytest.mark.parametrize(
    ("script", "error", "text"),
    [
        ("exit 1", CancelledError, "The dialog was closed"),
        ("exit 5", CannotAskError, "No code was entered within 20 s"),
        ("echo 'cannot open display: :99' >&2; exit 1", CannotAskError, "cannot open display"),
        ("exit 255", CannotAskError, "zenity can't show a dialog: exit code 255"),
    ],
)
def test_a_dialog_without_an_answer(
    environment: dict[str, str], tools: Path, script: str, error: type[Exception], text: str
) -> None:
    """Closed, unanswered and never shown are different errors."""
    recorder(tools, "zenity", script)
    with pytest.raises(error, match=text):
        terminal(environment).ask("Code: ")


def test_a_dialog_that_hangs_is_ended(environment: dict[str, str], tools: Path) -> None:
    """With all that it started."""
    recorder(tools, "kdialog", "exec /bin/sleep 600")
    environment["XDG_CURRENT_DESKTOP"] = "KDE"
    desktop = terminal(environment, seconds=-4)  # five seconds are added for zenity's own limit
    with pytest.raises(CannotAskError, match="No code was entered"):
        desktop.ask("Code: ")


def test_kde_prefers_kdialog(environment: dict[str, str], tools: Path) -> None:
    """Both programs are there."""
    recorder(tools, "zenity", "exit 1")
    kdialog = recorder(tools, "kdialog", "echo 123456")
    environment["XDG_CURRENT_DESKTOP"] = "ubuntu:KDE"
    assert terminal(environment).ask("Code <of> X: ", hidden=True) == "123456"
    assert recorded(kdialog) == [
        ["--title", "MFA code for AWS", "--password", "<qt>Code &lt;of&gt; X</qt>"]
    ]


def test_without_a_display_nobody_is_asked(environment: dict[str, str], tools: Path) -> None:
    """It takes both a display and a dialog program."""
    without = {name: value for name, value in environment.items() if name != "DISPLAY"}
    assert terminal(environment).unavailable_reason() == "there is no program that shows a dialog"
    with pytest.raises(CannotAskError):
        terminal(environment).ask("Code: ")
    recorder(tools, "zenity", "echo 123456")
    assert terminal(without).unavailable_reason() == "there is no desktop to ask on"


def test_without_a_desktop_it_asks_on_the_terminal(
    environment: dict[str, str], tools: Path
) -> None:
    """Decided at the first question: before that systemd isn't started."""
    systemctl = recorder(tools, "systemctl", "exit 1")
    del environment["DISPLAY"]
    person = FakeTerminal("123456")
    either = DesktopOrTerminal(terminal(environment), person)
    assert recorded(systemctl) == []
    assert either.unavailable_reason() == ""
    either.tell("Due.")
    assert either.ask("Code: ", hidden=True) == "123456"
    assert (person.questions, person.hidden, person.shown) == (["Code: "], [True], ["Due."])
    assert len(recorded(systemctl)) == 1
    recorder(tools, "zenity", "echo 234567")
    environment["DISPLAY"] = ":99"
    either = DesktopOrTerminal(terminal(environment), person)
    either.wait(0, "The next code appears in")
    assert either.ask("Code: ") == "234567"


def test_a_wait_is_logged(environment: dict[str, str]) -> None:
    """There is no countdown on a desktop."""
    notes = FakeNotes()
    DialogTerminal(environment, notes).wait(0, "The next code appears in")
    assert notes == ["The next code appears in 0 s."]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_value_is_shown_as_it_is(
    environment: dict[str, str], tools: Path, tmp_path: Path, value: str
) -> None:
    """One argument for zenity, in which its own escapes are escaped; nothing is run."""
    zenity = recorder(tools, "zenity", "echo 123456")
    terminal(environment).ask(f"{value}: ")
    (words,) = recorded(zenity)
    assert as_a_mnemonic(compressed(words[2].removeprefix("--text="))) == value
    assert not list(tmp_path.rglob("ran"))


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("words_of", [osascript_words, powershell_words])
def test_no_value_gets_into_a_script(value: str, words_of: Callable[[Question], list[str]]) -> None:
    """Its own argument for osascript, the environment for PowerShell."""
    words = words_of(Question("@", 20))
    assert words_of(Question(value, 20)) == [value if word == "@" else word for word in words]


@pytest.mark.parametrize("value", HOSTILE)
def test_markup_is_plain_text_to_kdialog(value: str) -> None:
    """Rich text that holds nothing but entities; read back it is the value."""
    text = kdialog_words(Question(value, 20))[-1]
    inner = text.removeprefix("<qt>").removesuffix("</qt>")
    assert html.unescape(inner).replace("&&", "&") == value
    assert html.unescape(inner).count("&") == 2 * value.count("&")
    assert "<" not in inner
    assert "\\" not in inner
