"""Notifications, and how a scheduled job finds the desktop for them."""

from __future__ import annotations

import html
import socket
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.session.records import Session
from awscli_mfa_plugin.session.sessions import EXPIRED, EXPIRING
from awscli_mfa_plugin.watch.notifications import (
    desktop_environment,
    notify,
    osascript_words,
    toast_words,
)
from awscli_mfa_plugin.watch.steps import Notice, notice_of
from tests.fakes import NOW
from tests.recorders import recorded, recorder
from tests.unit.watch.conftest import HOSTILE, compressed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SESSION = Session("ASIA1", "secret-1", "token-1", NOW + timedelta(minutes=5), NOW)


@pytest.mark.parametrize("value", HOSTILE)
def test_notify_send_shows_a_hostile_name_unchanged(
    environment: dict[str, str], tools: Path, tmp_path: Path, value: str
) -> None:
    """For it the title is plain text, and the text may be markup; nothing is run."""
    program = recorder(tools, "notify-send", "")
    notice = notice_of(value, SESSION, EXPIRING, NOW)
    assert notify(environment, "", notice) == ""
    (words,) = recorded(program)
    assert words[-3:-1] == ["--", notice.title]
    assert html.unescape(compressed(words[-1])) == notice.text
    assert "<" not in words[-1]
    assert not list(tmp_path.rglob("ran"))


@pytest.mark.parametrize("value", HOSTILE)
def test_notify_command_gets_the_raw_values(
    environment: dict[str, str], tools: Path, tmp_path: Path, value: str
) -> None:
    """As variables, without keys; the command is split into words, without a shell."""
    tell = recorder(tools, "tell me", "/usr/bin/env >&9")
    environment.update({"AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "secret"})
    command = f"'{tell}' --urgent $HOME"
    assert notify(environment, command, notice_of(value, SESSION, EXPIRED, NOW)) == ""
    (words,) = recorded(tell)
    assert words == ["--urgent", "$HOME"]
    had = (tools / "tell me.environment").read_text("utf-8")
    assert f"\nAWS_MFA_PROFILE={value}\n" in f"\n{had}"
    assert "AWS_MFA_EXPIRATION=2026-11-24T09:05:00+00:00\n" in had
    assert "AWS_MFA_STATE=expired\n" in had
    assert "AKIA1" not in had
    assert "secret" not in had
    assert not list(tmp_path.rglob("ran"))


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("", "there is no notify-send, and no --notify-command"),
        ("'open", "--notify-command can't be split into words: No closing quotation"),
        ("  ", "--notify-command is empty"),
        ("/no/such/program", "/no/such/program failed (No such file or directory)"),
        ("/bin/false", "/bin/false failed (exit code 1)"),
    ],
)
def test_a_failed_notification_says_why(
    environment: dict[str, str], command: str, why: str
) -> None:
    """The watch logs it and continues."""
    assert notify(environment, command, notice_of("mfa", SESSION, EXPIRING, NOW)) == why


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("words_of", [osascript_words, toast_words])
def test_no_value_gets_into_a_script(value: str, words_of: Callable[[Notice], list[str]]) -> None:
    """Its own argument for osascript, the environment for PowerShell."""
    notice = Notice("mfa", NOW, EXPIRING, "@", "@")
    words = words_of(notice)
    hostile = words_of(replace(notice, title=value, text=value))
    assert hostile == [value if word == "@" else word for word in words]


def test_the_desktop_is_found_with_systemd(environment: dict[str, str], tools: Path) -> None:
    """A scheduled job lacks these; variables that are set stay."""
    shown = (
        "DISPLAY=:7\nWAYLAND_DISPLAY=wayland-1\nXAUTHORITY=$'/run/my\\\\ x'\nHOME=/else\n"
        "DBUS_SESSION_BUS_ADDRESS=unix:path=/bus\nBASH_FUNC_x%%=$'() {\\n'\n"
    )
    (tools / "answer").write_text(shown)
    recorder(tools, "systemctl", f"/bin/cat '{tools / 'answer'}'")
    del environment["DISPLAY"]
    environment["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/mine"
    found = desktop_environment(environment)
    assert (found["DISPLAY"], found["WAYLAND_DISPLAY"]) == (":7", "wayland-1")
    assert found["DBUS_SESSION_BUS_ADDRESS"] == "unix:path=/mine"
    assert found["HOME"] == environment["HOME"]
    assert "BASH_FUNC_x%%" not in found


def test_the_desktop_is_found_by_its_sockets(environment: dict[str, str], tmp_path: Path) -> None:
    """Without systemd: where a compositor and the bus listen; not a file that has the name."""
    runtime = tmp_path / "r"
    runtime.mkdir()
    environment["XDG_RUNTIME_DIR"] = str(runtime)
    del environment["DISPLAY"]
    (runtime / "wayland-0").write_text("no socket")
    listening = []
    for name in ("wayland-1", "bus"):
        listening.append(socket.socket(socket.AF_UNIX))
        listening[-1].bind(str(runtime / name))
    found = desktop_environment(environment)
    for one in listening:
        one.close()
    assert found["WAYLAND_DISPLAY"] == "wayland-1"
    assert found["DBUS_SESSION_BUS_ADDRESS"] == f"unix:path={runtime}/bus"
