"""What a watch reaches: dialogs, notifications, schedulers, its memory, its sleep."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import stat
import sys
import threading
import time
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.errors import (
    BusyError,
    CancelledError,
    CannotAskError,
    ConfigurationError,
)
from awscli_mfa_plugin.files.locks import Locks
from awscli_mfa_plugin.files.state import StateFolder
from awscli_mfa_plugin.session.records import Session
from awscli_mfa_plugin.system.subprocesses import run_to_end
from awscli_mfa_plugin.watch import dialogs, notifications
from awscli_mfa_plugin.watch.dialogs import DesktopOrTerminal, DialogTerminal
from awscli_mfa_plugin.watch.jobs import Job
from awscli_mfa_plugin.watch.notifications import Notifications, desktop_environment
from awscli_mfa_plugin.watch.schedulers import (
    Cron,
    Launchd,
    Systemd,
    TaskScheduler,
    schedulers,
)
from awscli_mfa_plugin.watch.sleeping import EndedBySignal, Sleep, ended_by_signals
from awscli_mfa_plugin.watch.steps import DUE, OVER, Told, notice_of
from awscli_mfa_plugin.watch.this_aws import path_of_this_aws
from awscli_mfa_plugin.watch.watch_state import (
    WatchState,
    held_alone,
    keep_schedulers,
    noted_schedulers,
)
from tests.fakes import NOW, FakeClock, FakeNotes, FakeTerminal
from tests.recorders import recorded, recorder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HOSTILE = [
    "-x",
    'it\'s "quoted"',
    "$(touch ran) `touch ran` ; touch ran",
    "<b>bold</b> & &amp;",
    "under_score _x",
    "back\\slash \\n \\\\",
    "100% %s %h",
    "two\\nlines",
    "Привет",
]
SESSION = Session("ASIA1", "secret-1", "token-1", NOW + timedelta(minutes=5), NOW)


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """Return the folder for fake programs; nothing else is on their PATH."""
    folder = tmp_path / "tools"
    folder.mkdir()
    return folder


@pytest.fixture
def environment(tools: Path, tmp_path: Path) -> dict[str, str]:
    """Return the environment of a desktop on which nothing but the fakes can be started."""
    return {"PATH": str(tools), "HOME": str(tmp_path), "DISPLAY": ":99", "XDG_RUNTIME_DIR": "/no"}


def terminal(environment: dict[str, str], seconds: int = 20) -> DialogTerminal:
    """Return a desktop to ask on."""
    return DialogTerminal(environment, FakeNotes(), seconds)


def compressed(text: str) -> str:
    """Return what g_strcompress makes of a text: escapes resolved."""
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "t": "\t"}.get(found[1], found[1]), text)


def as_a_mnemonic(text: str) -> str:
    """Return what GTK shows of a label with mnemonics: «_» is gone, doubled it stands once."""
    return re.sub("_(.)", r"\1", text)


# Dialogs.


def test_an_answer_in_a_dialog_is_returned(environment: dict[str, str], tools: Path) -> None:
    """What was told stands above the question; the next one begins afresh."""
    zenity = recorder(tools, "zenity", "echo 123456")
    desktop = terminal(environment)
    assert desktop.unavailable_reason() == ""
    desktop.tell("The session is due.\n")
    assert desktop.ask("Token code of X for profile mfa: ") == "123456"
    assert desktop.ask("Again: ", hidden=True) == "123456"
    first, second = recorded(zenity)
    assert first == [
        "--entry",
        "--title=Token code for AWS",
        "--text=The session is due.\nToken code of X for profile mfa",
        "--timeout=20",
    ]
    assert second[2:] == ["--text=Again", "--timeout=20", "--hide-text"]


@pytest.mark.parametrize(
    ("script", "error", "text"),
    [
        ("exit 1", CancelledError, "dismissed"),
        ("exit 5", CannotAskError, "Nobody answered within 20 s"),
        ("echo 'cannot open display: :99' >&2; exit 1", CannotAskError, "cannot open display"),
        ("exit 255", CannotAskError, "zenity can't show a dialog: exit code 255"),
    ],
)
def test_what_ends_without_an_answer(
    environment: dict[str, str], tools: Path, script: str, error: type[Exception], text: str
) -> None:
    """Dismissed by the person, left alone, or not shown: three different things."""
    recorder(tools, "zenity", script)
    with pytest.raises(error, match=text):
        terminal(environment).ask("Code: ")


def test_a_dialog_that_hangs_is_ended(environment: dict[str, str], tools: Path) -> None:
    """With all that it started."""
    recorder(tools, "kdialog", "exec /bin/sleep 600")
    environment["XDG_CURRENT_DESKTOP"] = "KDE"
    desktop = terminal(environment, seconds=-4)  # five seconds are added for zenity's own limit
    with pytest.raises(CannotAskError, match="Nobody answered"):
        desktop.ask("Code: ")


def test_kde_is_asked_by_its_own_dialog(environment: dict[str, str], tools: Path) -> None:
    """Both programs are there."""
    recorder(tools, "zenity", "exit 1")
    kdialog = recorder(tools, "kdialog", "echo 123456")
    environment["XDG_CURRENT_DESKTOP"] = "ubuntu:KDE"
    assert terminal(environment).ask("Code <of> X: ", hidden=True) == "123456"
    assert recorded(kdialog) == [
        ["--title", "Token code for AWS", "--password", "<qt>Code &lt;of&gt; X</qt>"]
    ]


def test_without_a_display_nobody_is_asked(environment: dict[str, str], tools: Path) -> None:
    """A zenity alone is no desktop, and a display alone shows no dialog."""
    without = {name: value for name, value in environment.items() if name != "DISPLAY"}
    assert terminal(environment).unavailable_reason() == "there is no program that shows a dialog"
    with pytest.raises(CannotAskError):
        terminal(environment).ask("Code: ")
    recorder(tools, "zenity", "echo 123456")
    assert terminal(without).unavailable_reason() == "there is no desktop to ask on"


def test_the_terminal_is_taken_where_there_is_no_desktop(
    environment: dict[str, str], tools: Path
) -> None:
    """Decided when somebody has to be asked, and not before: systemd isn't asked in vain."""
    systemctl = recorder(tools, "systemctl", "exit 1")
    del environment["DISPLAY"]
    person = FakeTerminal("123456")
    either = DesktopOrTerminal(terminal(environment), person)
    assert recorded(systemctl) == []
    assert either.unavailable_reason() == ""
    either.tell("Due.")
    assert either.ask("Code: ", hidden=True) == "123456"
    assert (person.questions, person.hidden, person.told) == (["Code: "], [True], ["Due."])
    assert len(recorded(systemctl)) == 1
    recorder(tools, "zenity", "echo 234567")
    environment["DISPLAY"] = ":99"
    either = DesktopOrTerminal(terminal(environment), person)
    either.wait(0, "The next code appears in")
    assert either.ask("Code: ") == "234567"


def test_a_wait_is_said(environment: dict[str, str]) -> None:
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
@pytest.mark.parametrize(
    "words",
    [
        dialogs.osascript_words("@", 20, hidden=False),
        notifications.osascript_words("@", "@"),
        dialogs.powershell_words("@", 20, hidden=False),
        notifications.toast_words("@", "@"),
    ],
    ids=lambda words: words[0],
)
def test_no_value_gets_into_a_script(value: str, words: list[str]) -> None:
    """An argument of its own for osascript, the environment for PowerShell."""
    makers: dict[str, Callable[[str], list[str]]] = {
        "item 3": lambda text: dialogs.osascript_words(text, 20, hidden=False),
        "notification": lambda text: notifications.osascript_words(text, text),
        "Forms": lambda text: dialogs.powershell_words(text, 20, hidden=False),
        "Toast": lambda text: notifications.toast_words(text, text),
    }
    made = next(maker for mark, maker in makers.items() if mark in " ".join(words))(value)
    assert made == [value if word == "@" else word for word in words]


@pytest.mark.parametrize("value", HOSTILE)
def test_markup_is_plain_text_to_kdialog(value: str) -> None:
    """Rich text that holds nothing but entities; read back it is the value."""
    import html

    text = dialogs.kdialog_words(value, 20, hidden=False)[-1]
    inner = text.removeprefix("<qt>").removesuffix("</qt>")
    assert html.unescape(inner).replace("&&", "&") == value
    assert html.unescape(inner).count("&") == 2 * value.count("&")
    assert "<" not in inner
    assert "\\" not in inner


# Notifications.


@pytest.mark.parametrize("value", HOSTILE)
def test_notify_send_shows_a_hostile_name_as_it_is(
    environment: dict[str, str], tools: Path, tmp_path: Path, value: str
) -> None:
    """The title is plain text to it, the text may be markup; nothing is run."""
    import html

    notify = recorder(tools, "notify-send", "")
    notice = notice_of(value, SESSION, DUE, NOW)
    assert Notifications(environment)(notice) == ""
    (words,) = recorded(notify)
    assert words[-3:-1] == ["--", notice.title]
    assert html.unescape(compressed(words[-1])) == notice.text
    assert "<" not in words[-1]
    assert not list(tmp_path.rglob("ran"))


@pytest.mark.parametrize("value", HOSTILE)
def test_a_command_of_ones_own_finds_the_true_values(
    environment: dict[str, str], tools: Path, tmp_path: Path, value: str
) -> None:
    """In its environment, and no key beside them; its words are split, no shell runs it."""
    tell = recorder(tools, "tell me", "/usr/bin/env >&9")
    environment.update({"AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "secret"})
    command = f"'{tell}' --urgent $HOME"
    assert Notifications(environment, command)(notice_of(value, SESSION, OVER, NOW)) == ""
    (words,) = recorded(tell)
    assert words == ["--urgent", "$HOME"]
    had = (tools / "tell me.environment").read_text("utf-8")
    assert f"\nAWS_MFA_PROFILE={value}\n" in f"\n{had}"
    assert "AWS_MFA_EXPIRATION=2026-11-24T09:05:00+00:00\n" in had
    assert "AWS_MFA_STATE=over\n" in had
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
def test_what_can_not_be_told_says_why(environment: dict[str, str], command: str, why: str) -> None:
    """The watch logs it and goes on."""
    assert Notifications(environment, command)(notice_of("mfa", SESSION, DUE, NOW)) == why


# The desktop.


def test_the_desktop_is_asked_of_systemd(environment: dict[str, str], tools: Path) -> None:
    """A job of a scheduler has none of these; what it has stays."""
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


# Children.


def test_a_child_gets_no_keys_and_no_terminal(environment: dict[str, str]) -> None:
    """Its own session: Ctrl-C on our terminal isn't its business."""
    words = [sys.executable, "-c", "import os; print(os.getsid(0) == os.getpid(), os.environ)"]
    done = run_to_end(words, {**environment, "AWS_SECRET_ACCESS_KEY": "secret"}, 20)
    assert done.stdout.startswith(b"True ")
    assert b"secret" not in done.stdout
    assert "True" not in repr(done)


# The memory.


def test_what_was_told_is_kept_for_the_next_process(tmp_path: Path) -> None:
    """0600, without any secret; two credentials files are told apart."""
    folder = StateFolder(str(tmp_path / "state"))
    told = Told(NOW, DUE, asked=True, is_told=True, tries=2, next_try=NOW + timedelta(minutes=1))
    WatchState(folder, "/a", lambda: NOW).keep("mfa", told)
    assert WatchState(folder, "/a", lambda: NOW).recall("mfa") == told
    assert WatchState(folder, "/b", lambda: NOW).recall("mfa") is None
    path = tmp_path / "state" / "watch.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.rglob("*.tmp")) == []


def test_what_was_told_of_old_sessions_goes(tmp_path: Path) -> None:
    """A week after its end nobody asks for a session any more."""
    folder = StateFolder(str(tmp_path / "state"))
    WatchState(folder, "/a", lambda: NOW).keep("old", Told(NOW))
    later = NOW + timedelta(days=8)
    WatchState(folder, "/a", lambda: later).keep("new", Told(later))
    assert len(json.loads((tmp_path / "state" / "watch.json").read_text())) == 1


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"a": 1}', '{"a": {"expiration": "?"}}', "\x00", '{"a": null}']
)
def test_a_memory_that_can_not_be_read_is_none(tmp_path: Path, content: str) -> None:
    """One question more, and no traceback."""
    folder = StateFolder(str(tmp_path))
    (tmp_path / "watch.json").write_text(content)
    state = WatchState(folder, "/a", lambda: NOW)
    assert state.recall("mfa") is None
    state.keep("mfa", Told(NOW, DUE))
    assert WatchState(folder, "/a", lambda: NOW).recall("mfa") == Told(NOW, DUE)


def test_what_can_not_be_written_is_known_to_the_process(tmp_path: Path) -> None:
    """A full disk makes no one ask every minute."""
    (tmp_path / "state").write_text("in the way")
    state = WatchState(StateFolder(str(tmp_path / "state")), "/a", lambda: NOW)
    state.keep("mfa", Told(NOW, DUE))
    assert state.recall("mfa") == Told(NOW, DUE)


def test_one_watch_is_enough(tmp_path: Path) -> None:
    """The second names the first."""
    locks = Locks(StateFolder(str(tmp_path)), "process 42")
    with held_alone(locks), pytest.raises(BusyError, match="process 42 watches already"):
        held_alone(locks).__enter__()
    with held_alone(locks):
        pass


# Sleep.


class WallClock:
    """The real time, moved by so many seconds."""

    def __init__(self) -> None:
        """Start with the real time."""
        self.offset = 0.0

    def now(self) -> datetime:
        """Return the time."""
        return datetime.now(timezone.utc) + timedelta(seconds=self.offset)


def slept(sleep: Sleep, until: datetime | None, meanwhile: Callable[[], object]) -> float:
    """Return for how many seconds it slept; ``meanwhile`` happens soon after it begins."""
    timer = threading.Timer(0.05, meanwhile)
    start = time.monotonic()
    timer.start()
    sleep(until)
    took = time.monotonic() - start
    timer.join()
    return took


def test_sleep_ends_at_its_moment() -> None:
    """Not before."""
    clock = WallClock()
    until = clock.now() + timedelta(seconds=0.2)
    Sleep(clock, ())(until)
    assert clock.now() >= until
    Sleep(clock, ())(until)


def test_a_change_of_a_file_ends_it(tmp_path: Path) -> None:
    """Made, replaced, and removed; also while nobody sleeps."""
    file = tmp_path / "credentials"
    sleep = Sleep(WallClock(), [str(file)], glance=0.1)
    assert slept(sleep, None, file.touch) < 5
    assert slept(sleep, None, lambda: _new(tmp_path).replace(file)) < 5
    assert slept(sleep, None, file.unlink) < 5
    file.touch()
    sleep(None)


def _new(folder: Path) -> Path:
    path = folder / "new"
    path.write_text("x")
    return path


@pytest.mark.parametrize("seconds", [3600, -3600])
def test_a_clock_that_jumps_ends_it(seconds: int) -> None:
    """Forth, as after a suspend, and back."""
    clock = WallClock()
    sleep = Sleep(clock, (), glance=0.1)
    until = clock.now() + timedelta(hours=2)

    def jump() -> None:
        clock.offset += seconds

    assert slept(sleep, until, jump) < 5


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_it_at_once(number: int, code: int) -> None:
    """From a nap of any length; then signals mean what they meant before."""
    before = signal.getsignal(number)
    sleep = Sleep(WallClock(), (), glance=3600)
    start = time.monotonic()
    with pytest.raises(EndedBySignal) as ended, ended_by_signals():
        slept(sleep, None, lambda: os.kill(os.getpid(), number))
    assert time.monotonic() - start < 5
    assert ended.value.exit_code == code
    assert ended.value.name == signal.Signals(number).name
    assert signal.getsignal(number) == before


def test_a_signal_that_is_ignored_stays_so() -> None:
    """A watch under nohup runs on."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ended_by_signals():
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_sleep_takes_the_clock_that_it_is_given() -> None:
    """A moment that has passed by that clock is no reason to sleep."""
    clock = FakeClock()
    Sleep(clock, ())(NOW)


# The path of aws.


def test_the_name_on_the_path_is_preferred(tmp_path: Path) -> None:
    """It survives an update, the folder of a version doesn't."""
    real = tmp_path / "2.36.12" / "aws"
    real.parent.mkdir()
    real.write_text("#!/bin/sh\n")
    real.chmod(0o755)
    named = tmp_path / "bin" / "aws"
    named.parent.mkdir()
    named.symlink_to(real)
    environment = {"PATH": str(named.parent)}
    assert path_of_this_aws(environment, "aws", str(real)) == str(named)
    assert path_of_this_aws(environment, "aws") == str(named)
    assert path_of_this_aws({"PATH": "/usr/bin"}, "x", str(real)) == str(real)
    assert path_of_this_aws(environment, str(real)) == str(named)
    with pytest.raises(ConfigurationError, match="can't be told"):
        path_of_this_aws(environment, str(tmp_path / "__main__.py"))


# Schedulers.

JOB = Job(("/opt/aws", "mfa", "watch", "--once"), {"PATH": "/usr/bin"})


def test_cron_gets_one_line_and_keeps_the_others(environment: dict[str, str], tools: Path) -> None:
    """Installed twice it is there once; taken out, the crontab is what it was."""
    crontab = fake_crontab(tools)
    crontab.write_bytes(b"# mine\nMAILTO=\xff\n1 2 * * * x % y\n")
    before = crontab.read_bytes()
    cron = Cron(environment)
    assert cron.unavailable_reason() == ""
    assert not cron.is_installed()
    cron.install(JOB)
    said = cron.install(JOB)
    line = "*/5 * * * * /usr/bin/env PATH=/usr/bin /opt/aws mfa watch --once # awscli-mfa-watch\n"
    assert crontab.read_bytes() == before + line.encode()
    assert line in cron.preview(JOB)
    assert "crontab" in said
    assert cron.is_installed()
    assert cron.uninstall()
    assert crontab.read_bytes() == before
    assert not cron.uninstall()


def test_a_crontab_of_nothing_else_goes(environment: dict[str, str], tools: Path) -> None:
    """There was none before."""
    crontab = fake_crontab(tools)
    cron = Cron(environment)
    cron.install(JOB)
    assert crontab.exists()
    assert cron.uninstall()
    assert not crontab.exists()


def test_a_crontab_that_can_not_be_read_is_not_replaced(
    environment: dict[str, str], tools: Path
) -> None:
    """Others' lines would be lost."""
    crontab = recorder(tools, "crontab", "echo 'you may not use this program' >&2; exit 1")
    with pytest.raises(ConfigurationError, match="you may not use this program"):
        Cron(environment).install(JOB)
    assert [words[0] for words in recorded(crontab)] == ["-l"]


def fake_crontab(tools: Path) -> Path:
    """Make a crontab(1) that keeps its table in a file; return that."""
    table = tools / "table"
    recorder(
        tools,
        "crontab",
        f"""case "$1" in
-l) if [ -e '{table}' ]; then /bin/cat '{table}'
    else echo 'no crontab for ada' >&2; exit 1; fi ;;
-) /bin/cat > '{table}' ;;
-r) /bin/rm '{table}' ;;
esac""",
    )
    return table


def test_systemd_gets_two_units_and_is_told(
    environment: dict[str, str], tools: Path, tmp_path: Path
) -> None:
    """Written, then loaded; stopped before they go."""
    systemctl = recorder(tools, "systemctl", "")
    systemd = Systemd(environment)
    assert systemd.unavailable_reason() == ""
    systemd.install(JOB)
    folder = tmp_path / ".config" / "systemd" / "user"
    names = ["awscli-mfa-watch.service", "awscli-mfa-watch.timer"]
    assert sorted(path.name for path in folder.iterdir()) == names
    assert all(str(folder / name) in systemd.preview(JOB) for name in names)
    assert systemd.is_installed()
    assert systemd.uninstall()
    assert list(folder.iterdir()) == []
    assert not systemd.uninstall()
    assert [words[1:] for words in recorded(systemctl) if "show" not in words[1]] == [
        ["daemon-reload"],
        ["enable", "--now", "awscli-mfa-watch.timer"],
        ["disable", "--now", "awscli-mfa-watch.timer"],
        ["daemon-reload"],
    ]


def test_systemd_without_a_manager_of_this_user_is_not_to_be_had(
    environment: dict[str, str], tools: Path
) -> None:
    """A container, a user without a session: cron is next."""
    recorder(tools, "systemctl", "echo 'Failed to connect to bus' >&2; exit 1")
    why = Systemd(environment).unavailable_reason()
    assert why == "systemd runs nothing for this user (Failed to connect to bus)"
    assert Cron(environment).unavailable_reason() == "there is no crontab"


def test_launchd_gets_a_property_list(
    environment: dict[str, str], tools: Path, tmp_path: Path
) -> None:
    """By a fake launchctl: it was never seen to run."""
    launchctl = recorder(tools, "launchctl", "")
    launchd = Launchd(environment)
    launchd.install(JOB)
    (path,) = (tmp_path / "Library" / "LaunchAgents").iterdir()
    assert launchd.preview(JOB).startswith(f"# {path}\n<?xml")
    assert launchd.is_installed()
    assert launchd.uninstall()
    assert not launchd.uninstall()
    assert [words[0] for words in recorded(launchctl)] == ["bootout", "bootstrap", "bootout"]


def test_task_scheduler_gets_a_file_in_utf_16(environment: dict[str, str], tools: Path) -> None:
    """By a fake schtasks: it was never seen to run."""
    copy = tools / "copy"
    schtasks = recorder(tools, "schtasks", f"[ $1 = /Create ] && /bin/cp \"$5\" '{copy}'; exit 0")
    task = TaskScheduler(environment)
    task.install(JOB)
    assert copy.read_text("utf-16") in task.preview(JOB)
    assert task.uninstall()
    assert [words[0] for words in recorded(schtasks)] == ["/Create", "/Query", "/Delete"]


def test_a_scheduler_that_refuses_is_an_error(environment: dict[str, str], tools: Path) -> None:
    """With what it said."""
    recorder(tools, "schtasks", "echo 'ERROR: Access is denied.' >&2; exit 1")
    with pytest.raises(ConfigurationError, match="Access is denied"):
        TaskScheduler(environment).install(JOB)


def test_schedulers_in_their_order(environment: dict[str, str]) -> None:
    """systemd, else cron; or the one that is named."""
    names = [scheduler.name for scheduler in schedulers(environment)]
    assert names == (["launchd", "cron"] if sys.platform == "darwin" else ["systemd", "cron"])
    assert [one.name for one in schedulers(environment, "schtasks")] == ["schtasks"]
    assert schedulers(environment, "unknown") == ()


def test_the_uninstaller_is_told_of_schedulers(tmp_path: Path) -> None:
    """A crontab belongs to a user and not to a home: without a note nobody looks into it."""
    folder = StateFolder(str(tmp_path / "state"))
    assert noted_schedulers(folder) == ()
    keep_schedulers(folder, [])
    keep_schedulers(folder, ["systemd", "cron"])
    assert noted_schedulers(folder) == ("systemd", "cron")
    keep_schedulers(folder, [])
    assert noted_schedulers(folder) == ()
