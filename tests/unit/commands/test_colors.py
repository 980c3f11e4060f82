"""What each command colors on a terminal, and that the words alone say the same."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from awscli_mfa_plugin.commands import devices, doctor, export, login, status, watch
from awscli_mfa_plugin.commands import exec as exec_command
from awscli_mfa_plugin.commands.context import Context
from awscli_mfa_plugin.commands.error_reporting import run_parsing, run_reporting
from awscli_mfa_plugin.commands.process import GlobalOptions
from awscli_mfa_plugin.doctor.findings import Observations, ObservedRead
from awscli_mfa_plugin.errors import ConfigurationError, WrongCodeError
from awscli_mfa_plugin.session.devices import FIDO_REASON
from awscli_mfa_plugin.session.records import MfaDevice
from awscli_mfa_plugin.text import Screen, Style
from awscli_mfa_plugin.watch.loop import watching_ports
from tests.fakes import SERIAL, FakeIam, FakeProcess, Fakes, FakeTerminal, context, session_section
from tests.unit.commands.run import SESSION, run, with_keys, with_session

if TYPE_CHECKING:
    from collections.abc import Callable

COLORS = {"31": "red", "32": "green", "33": "yellow", "2": "dim"}
ON = Style(is_on=True)
FIDO = "arn:aws:iam::123456789012:u2f/user/ada/key"


def marked(text: str) -> str:
    """Return text with its colors as tags: ``<red>no</>``."""
    return re.sub(r"\x1b\[(\d+)m", lambda code: f"<{COLORS.get(code[1], '/')}>", text)


def four_states() -> Fakes:
    """Return fakes with a session in each state."""
    fakes = with_session()
    for name, age in (("soon", 42_900), ("old", 43_260)):
        fakes.files.config[name] = {"mfa_source_profile": "default"}
        fakes.files.credentials[name] = session_section(age=age)
    fakes.files.config["new"] = {"mfa_source_profile": "default"}
    return fakes


def new_login() -> Fakes:
    """Return fakes before the first login."""
    return with_keys("123456")


def expiring_elsewhere() -> Fakes:
    """Return fakes in which another process logs in."""
    fakes = with_session(age=42_900)
    fakes.locks.busy["session"] = "aws mfa login (7)"
    return fakes


def two_devices() -> Fakes:
    """Return fakes with a device that works and one that doesn't."""
    fakes = with_session()
    fakes.iam = FakeIam((MfaDevice(SERIAL, "virtual"), MfaDevice(FIDO, "FIDO")))
    return fakes


def problems() -> Observations:
    """Return a machine with problems."""
    return Observations(ObservedRead("config"), ObservedRead("credentials"), ObservedRead("alias"))


RUNS: dict[str, tuple[Any, Callable[[], Fakes], dict[str, Any], list[str]]] = {
    "status": (
        status,
        four_states,
        {},
        [
            "mfa   <green>valid   </>  until 21:00, 12 h left",
            "      <dim>from default with ada</>",
            "soon  <yellow>expiring</>  until 09:05, 5 min left",
            "old   <red>expired </>  since 08:59",
            "new   <dim>none    </>  not logged in",
        ],
    ),
    "a first login": (
        login,
        new_login,
        {},
        [
            "<green>Logged in.</> Profile mfa is valid until 21:00 (12 h).",
            "<dim>Tip: export AWS_PROFILE=mfa makes it the default in this shell.</>",
        ],
    ),
    "a valid session": (login, with_session, {}, ["<green>Still valid.</> Use --force"]),
    "an expiring one": (login, expiring_elsewhere, {}, ["Profile mfa <yellow>expires soon</>, at"]),
    "devices": (
        devices,
        two_devices,
        {},
        ["<green>used</>", "<red>doesn't work here</>", f"<dim>{FIDO_REASON}.</>"],
    ),
    "doctor": (
        doctor,
        Fakes,
        {"offline": True, "verbose": True},
        ["<green>✓</> ", "<red>Error:</> ", "<dim>Note:</> AWS", " passed</>, <dim>1"],
    ),
    "watch": (
        watch,
        four_states,
        {"status": True},
        [
            "mfa: <green>valid</> until 21:00",
            "soon: <yellow>expires soon</> (09:05).",
            "old: <red>expired</> at 08:59.",
        ],
    ),
}


def text_of(name: str, style: Style) -> str:
    """Run a command on a terminal with these colors; return its text."""
    module, fakes, given, _ = RUNS[name]
    here = context(
        fakes(),
        screen=Screen(is_terminal=False, style=style),
        machine=problems,
        schedulers=tuple,
    )
    return run(module, here, **given).text


@pytest.mark.parametrize("name", RUNS)
def test_states_have_their_colors_and_details_are_dim(name: str) -> None:
    """Green valid, yellow expiring, red expired and errors; columns stay aligned."""
    text = marked(text_of(name, ON))
    for part in RUNS[name][-1]:
        assert part in text


@pytest.mark.parametrize("name", RUNS)
def test_color_never_carries_meaning_alone(name: str) -> None:
    """Without the codes it is the text that everybody else gets."""
    assert re.sub(r"\x1b\[\d+m", "", text_of(name, ON)) == text_of(name, Style())


def test_notes_have_colors_too() -> None:
    """What was saved or ignored is a detail; the warning about secrets is none."""
    fakes = with_keys("123456")
    run(login, context(fakes, note_style=ON))
    assert marked(fakes.notes[-1]).startswith("<dim>Saved to ")
    for module in (export, exec_command):
        fakes = Fakes(environment={"AWS_PROFILE": "x"})
        here = context(
            fakes,
            process=FakeProcess(fakes, "work", SESSION),
            note_style=ON,
            screen=Screen(is_terminal=True),
            parent_process=lambda: "bash",
            exec_program=lambda *_: 0,
        )
        run(module, here)
        notes = [marked(note) for note in fakes.notes]
        assert notes[0] == "<dim>Ignoring AWS_PROFILE from your environment.</>"
        if module is export:
            assert notes[1].startswith("<yellow>Warning:</> this printed secrets")


def raise_error() -> int:
    """Fail."""
    raise ConfigurationError("What.", "Remedy.")


@pytest.mark.parametrize(
    ("color", "start"), [("on", "<red>aws mfa:</> "), ("off", "aws mfa: "), ("auto", "aws mfa: ")]
)
def test_an_error_is_red_if_the_option_says_so(
    color: str, start: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Here stderr isn't a terminal."""
    run_reporting(raise_error, color)
    run_parsing(partial(int, "x"), "aws mfa", color)
    shown = marked(capsys.readouterr().err).splitlines()
    assert shown == [
        f"{start}What.",
        "Remedy.",
        f"{start}'x' isn't a whole number.",
        "For help:  aws mfa help",
    ]


def test_stdout_and_stderr_are_judged_each_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """A result in a pipe has no colors, while the notes on the terminal have some."""
    monkeypatch.setattr(sys, "stderr", SimpleNamespace(isatty=lambda: True))
    fakes = Fakes(environment={"TERM": "xterm"})
    here = Context(FakeProcess(fakes))
    assert (here.screen.style.is_on, here.note_style.is_on) == (False, True)
    here = Context(FakeProcess(fakes), GlobalOptions(color="off"))
    assert (here.screen.style.is_on, here.note_style.is_on) == (False, False)
    here = Context(FakeProcess(fakes), GlobalOptions(color="on"))
    assert (here.screen.style.is_on, here.note_style.is_on) == (True, True)


def test_a_closed_stderr_has_no_colors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python has None for it."""
    monkeypatch.setattr(sys, "stderr", None)
    assert not Context(FakeProcess(Fakes())).note_style.is_on


def test_a_rejected_code_is_red_on_the_terminal() -> None:
    """And what isn't a code."""
    fakes = new_login()
    fakes.terminal = FakeTerminal("12345", "123456", "654321")
    fakes.sts.answers = [WrongCodeError("AWS rejected the code.")]
    run(login, context(fakes, ports=replace(fakes.ports(), style=ON)))
    assert [marked(text) for text in fakes.terminal.shown] == [
        "<red>Enter the 6-digit code from your MFA device.</>\n",
        "<red>AWS rejected the code.</>\n",
    ]


@pytest.mark.parametrize(("color", "has_colors"), [("on", True), ("off", False), ("auto", True)])
def test_a_question_has_colors_as_the_option_says(color: str, *, has_colors: bool) -> None:
    """It is on the terminal also if stdout and stderr aren't."""
    here = Context(FakeProcess(Fakes()), GlobalOptions(color=color))
    assert here.ports.style.is_on is has_colors


def test_a_dialog_has_no_colors() -> None:
    """It would show the codes."""
    fakes = Fakes()
    ports = replace(fakes.ports(), style=ON)
    assert not watching_ports(ports, FakeTerminal(), fakes.notes).style.is_on
