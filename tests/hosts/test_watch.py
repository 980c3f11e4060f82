"""The watch in real CLIs: a desktop, a terminal, signals, files that change under it.

What each check decides: ``tests/in_process/test_watch.py``.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.hosts.moved import RunningClock
from tests.hosts.sessions import session_section, settle_on_session
from tests.hosts.users import REGION, codes_used, keys_of, serial_of, session_in, settle
from tests.in_process.aws import Aws
from tests.recorders import recorded, recorder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home

# The watch starts no command of the CLI, so most of it is the same in each.
on_v1 = pytest.mark.parametrize("host", ["v1"], indirect=True)
on_v2 = pytest.mark.parametrize("host", ["v2"], indirect=True)


class Desktop:
    """A display, and the programs on it: each records its arguments."""

    def __init__(self, home: Home, aws: EmbeddedAws) -> None:
        """Make notify-send and an empty place for answers."""
        self.tools = home.path / "tools"
        self.tools.mkdir(parents=True)
        self._aws = aws
        self.notify_send = recorder(self.tools, "notify-send", "")
        self.zenity = self.tools / "zenity"
        self.env = {
            "PATH": f"{self.tools}:{home.environment()['PATH']}",
            "DISPLAY": ":99",
            "XDG_RUNTIME_DIR": str(self.tools),
        }

    def answers(self, code: str) -> None:
        """Let zenity answer with a code."""
        recorder(self.tools, "zenity", f"echo {code}")

    def dismisses(self) -> None:
        """Close each dialog without an answer."""
        recorder(self.tools, "zenity", "exit 1")

    @property
    def dialogs(self) -> list[list[str]]:
        """The arguments of every dialog."""
        return recorded(self.zenity)

    @property
    def notifications(self) -> list[str]:
        """The titles of the notifications."""
        return [words[-2] for words in recorded(self.notify_send)]


@pytest.fixture
def desktop(home: Home, aws: EmbeddedAws) -> Desktop:
    """Return a desktop for the home."""
    return Desktop(home, aws)


@contextmanager
def watching(
    home: Home, desktop: Desktop, *options: str, env: dict[str, str] | None = None
) -> Iterator[Running]:
    """Start a watch in the background; SIGTERM ends it with exit code 0."""
    process = home.start("mfa", "watch", *options, env={**desktop.env, **(env or {})})
    running = Running(process)
    try:
        running.wait_for("Watching.")
        yield running
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        running.finish()
    assert process.returncode == 0, running.log
    assert "Stopped." in running.log


class Running:
    """A watch that runs: its log grows."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        """Read without waiting."""
        assert process.stderr
        self.process = process
        self.log = ""
        os.set_blocking(process.stderr.fileno(), False)

    def read(self) -> str:
        """Return the log so far."""
        assert self.process.stderr
        self.log += (self.process.stderr.read() or b"").decode()
        return self.log

    def wait_for(self, text: str, count: int = 1, seconds: float = 30) -> None:
        """Wait until the log has a text so many times."""
        self.wait_until(lambda: self.read().count(text) >= count, seconds)

    def wait_until(self, holds: Callable[[], bool], seconds: float = 30) -> None:
        """Wait until a condition is true; fail with the log if the watch ends or time runs out."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert self.process.poll() is None, self.read()
            assert time.monotonic() < deadline, self.read()
            time.sleep(0.05)

    def finish(self) -> None:
        """Wait for the end."""
        self.process.wait(30)
        self.read()
        for stream in (self.process.stdout, self.process.stderr):
            if stream:
                stream.close()


def settle_expiring(home: Home, aws: EmbeddedAws, seconds: int = 600, config: str = "") -> None:
    """Give the home an expiring session that ends in so many seconds."""
    settle_on_session(home, aws, seconds, config)


def renewed(home: Home, hours: float = 6) -> bool:
    """Return whether the session is valid for longer than so many hours."""
    end = session_in(home).get("expiration", "2000-01-01T00:00:00+00:00")
    return datetime.fromisoformat(end) > datetime.now(timezone.utc) + timedelta(hours=hours)


def in_this_process(home: Home, aws: EmbeddedAws) -> Aws:
    """Return a v1 for what is the same in each; it is imported anew to accept v2's folder."""
    return Aws(home.path, aws, imports_anew=True)


# Once, as a scheduler runs it.


@on_v2
def test_an_expiring_session_is_renewed_with_a_dialog(
    home: Home, aws: EmbeddedAws, desktop: Desktop
) -> None:
    """Then there is nothing to do, and no output."""
    settle_expiring(home, aws)
    desktop.answers(aws.fresh_code(serial_of(aws)))
    first = home.run("mfa", "watch", "--once", env=desktop.env)
    assert first.returncode == 0, first.output
    assert renewed(home)
    (words,) = desktop.dialogs
    assert "MFA code for ada (profile mfa)" in words[2]
    assert "The MFA session of profile mfa expires in " in words[2]
    assert first.stdout == ""
    assert len(first.stderr.splitlines()) == 1
    assert "mfa: renewed, valid until " in first.stderr
    second = home.run("mfa", "watch", "--once", env=desktop.env)
    assert (second.returncode, second.output) == (0, "")
    assert desktop.notifications == []
    assert codes_used(aws) == 1


def test_without_a_desktop_the_watch_prompts_on_the_terminal(home: Home, aws: EmbeddedAws) -> None:
    """In the foreground, and Ctrl-C ends it with 130."""
    settle_expiring(home, aws)
    terminal = home.spawn("mfa", "watch")
    terminal.expect("The MFA session of profile mfa expires in ")
    terminal.expect("(profile mfa): ")
    terminal.send_line(aws.fresh_code(serial_of(aws)))
    terminal.expect("mfa: renewed, valid until ")
    terminal.send("\x03")
    assert terminal.wait() == 130, terminal.text
    assert "Stopped." in terminal.text
    assert renewed(home)


# In the background, for long.


@on_v2
def test_a_day_of_the_watch(home: Home, aws: EmbeddedAws, desktop: Desktop) -> None:
    """Asleep, renewed elsewhere, expiring and dismissed, expired, renewed: each notified once.

    The credentials file is replaced, broken and fixed meanwhile.
    """
    clock = RunningClock(aws, home.path / "clock")
    settle_on_session(home, aws, 4 * 3600)
    desktop.dismisses()
    with watching(home, desktop, env=clock.environment) as watch:
        keys = keys_of(aws, "ada")

        # Renewed elsewhere, with another inode: silent.
        replace(home, keys + session_section(aws, "mfa", 6 * 3600))
        watch.wait_for("mfa: has a new session, valid until ")

        # Broken: logged once, not changed.
        broken = "[mfa\nthis is no file of AWS\n"
        replace(home, broken)
        watch.wait_for("~/.aws/credentials")
        replace(home, broken + "\n")
        assert (desktop.dialogs, desktop.notifications) == ([], [])

        # Fixed, and expiring by now: dialog, dismissed, notified; again when it has expired.
        replace(home, keys + session_section(aws, "mfa", 60))
        watch.wait_for("The files are readable again.")
        watch.wait_for("notified: AWS session mfa expires soon")
        clock.move_to(61)
        watch.wait_for("notified: AWS session mfa has expired")
        assert len(desktop.dialogs) == 1

        # Another one that is expiring: its own dialog, answered.
        desktop.answers(aws.fresh_code(serial_of(aws)))
        replace(home, keys + session_section(aws, "mfa", 600))
        watch.wait_for("mfa: renewed, valid until ")
    assert watch.log.count("~/.aws/credentials") == 1
    assert len(desktop.dialogs) == 2
    assert desktop.notifications == ["AWS session mfa expires soon", "AWS session mfa has expired"]
    assert renewed(home)
    for secret in (session_in(home)["aws_secret_access_key"], "the session's secret", "its token"):
        assert secret not in watch.log


def replace(home: Home, text: str) -> None:
    """Replace the credentials file with another one."""
    new = home.credentials.with_name("new")
    new.write_text(text)
    new.chmod(0o600)
    new.replace(home.credentials)


@on_v1
def test_a_clock_jump_wakes_the_watch(home: Home, aws: EmbeddedAws, desktop: Desktop) -> None:
    """Hours ahead, as after a suspend: expiring at once, and expired after the next jump."""
    settle_on_session(home, aws, 4 * 3600)
    desktop.dismisses()
    clock = RunningClock(aws, home.path / "clock")
    with watching(home, desktop, env=clock.environment) as watch:
        assert desktop.dialogs == []
        clock.move_to(4 * 3600 - 600)
        watch.wait_for("notified: AWS session mfa expires soon")
        clock.move_to(4 * 3600 + 5)
        watch.wait_for("notified: AWS session mfa has expired")
        clock.move_to(0)
    assert len(desktop.dialogs) == 1
    assert desktop.notifications == ["AWS session mfa expires soon", "AWS session mfa has expired"]


@on_v2
def test_mfa_process_renews_silently_and_a_second_watch_is_refused(
    home: Home, aws: EmbeddedAws, desktop: Desktop
) -> None:
    """No dialog, no notification. The second watch names the first."""
    code = recorder(desktop.tools, "code", f"echo {aws.fresh_code(serial_of(aws))}")
    managed = f"region = {REGION}\nmfa_source_profile = default\nmfa_serial = {serial_of(aws)}\n"
    settle(home, aws, config=f"[profile mfa]\n{managed}mfa_process = '{code}'\n")
    keys = home.credentials.read_text()
    home.write_credentials(keys + session_section(aws, "mfa", 600))
    desktop.dismisses()
    with watching(home, desktop, "--profile", "mfa", "--before", "700") as watch:
        watch.wait_for("mfa: renewed, valid until ")
        second = home.run("mfa", "watch", env=desktop.env)
        assert second.returncode == 255
        assert f"process {watch.process.pid} is already watching" in second.stderr
        inside = in_this_process(home, aws)
        once = inside.run("mfa", "watch", "--once", env=desktop.env)
        assert (once.code, once.output) == (0, "")
        status = inside.run("mfa", "watch", "--status", "--output", "json", env=desktop.env)
        assert json.loads(status.stdout)["Process"] == f"process {watch.process.pid}"
    assert desktop.dialogs == []
    assert desktop.notifications == []
    assert codes_used(aws) == 1


def wait_until_gone(pid: int) -> None:
    """Wait until no such process runs; AssertionError after ten seconds."""
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes():
        assert time.monotonic() < deadline, f"process {pid} is left"
        time.sleep(0.05)


@pytest.mark.parametrize(("host", "name"), [("v1", "SIGHUP"), ("v2", "SIGTERM")], indirect=["host"])
def test_a_signal_ends_the_watch_and_its_open_dialog(
    home: Home, aws: EmbeddedAws, desktop: Desktop, name: str
) -> None:
    """No lock is left."""
    settle_expiring(home, aws)
    recorder(desktop.tools, "zenity", f"echo $$ > '{desktop.tools}/pid'; exec sleep 600")
    process = home.start("mfa", "watch", env=desktop.env)
    running = Running(process)
    running.wait_until((desktop.tools / "pid").exists)
    running.wait_until(lambda: bool((desktop.tools / "pid").read_text()))
    process.send_signal(getattr(signal, name))
    running.finish()
    assert process.returncode == 0, running.log
    assert "Stopped." in running.log
    wait_until_gone(int((desktop.tools / "pid").read_text()))
    desktop.answers(aws.fresh_code(serial_of(aws)))
    inside = in_this_process(home, aws)
    again = inside.run("mfa", "watch", "--once", env={**desktop.env, "CI": ""})
    assert again.code == 0, again.output
    assert renewed(home)


# Schedulers.


def fake_crontab(tools: Path) -> Path:
    """Make a crontab(1) that keeps its table in a file; return that."""
    table = tools / "table"
    recorder(
        tools,
        "crontab",
        f"case $1 in -l) cat '{table}' ;; -) cat > '{table}' ;; -r) rm '{table}' ;; esac",
    )
    return table


def test_the_cron_job_runs(home: Home, aws: EmbeddedAws, desktop: Desktop) -> None:
    """Installed beside other lines; run as cron would, it shows a dialog.

    cron passes no display: it comes from systemd.
    """
    settle_expiring(home, aws)
    table = fake_crontab(desktop.tools)
    table.write_bytes(b"# mine\n0 5 * * * backup % \xff\n")
    before = table.read_bytes()
    recorder(desktop.tools, "systemctl", "echo DISPLAY=:7")
    odd = home.path / "100% my config"
    home.config.rename(odd)
    env = {
        **desktop.env,
        "AWS_CONFIG_FILE": str(odd),
        "HTTP_PROXY": "http://ada:hush@127.0.0.1:9",
        "AWS_SECRET_ACCESS_KEY": "hush",
    }
    installed = home.run("mfa", "watch", "--install", "cron", "--before=900", env=env)
    assert installed.returncode == 0, installed.output
    assert "HTTP_PROXY contains a user name or password" in installed.stderr
    line = table.read_bytes().removeprefix(before).decode()
    assert "hush" not in line + installed.output
    assert line.endswith(" mfa watch --once --before=900 # awscli-mfa-watch\n")

    desktop.answers(aws.fresh_code(serial_of(aws)))
    command = line.split(" ", 5)[5].replace("\\%", "%")
    little = {"HOME": str(home.path), "LOGNAME": "ada", "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"}
    ran = subprocess.run(["/bin/sh", "-c", command], env=little, cwd=home.path, check=True)
    assert ran.returncode == 0
    assert renewed(home)
    assert len(desktop.dialogs) == 1


@on_v2
def test_systemd_replaces_cron_and_its_units_have_no_secret(
    home: Home, aws: EmbeddedAws, desktop: Desktop
) -> None:
    """With a fake systemctl; the line for cron is removed, or two watches would run."""
    settle_expiring(home, aws)
    fake_crontab(desktop.tools).write_bytes(b"1 * * * * x # awscli-mfa-watch\n2 * * * * y\n")
    recorder(desktop.tools, "systemctl", "")
    env = {**desktop.env, "https_proxy": "http://ada:hush@127.0.0.1:9"}
    options = ("--profile", "mfa", "--notify-command", "tell 100% $me")
    installed = home.run("mfa", "watch", "--install", *options, env=env)
    assert installed.returncode == 0, installed.output
    assert "loginctl enable-linger" in installed.stdout
    units = home.path / ".config" / "systemd" / "user"
    text = "".join(unit.read_text() for unit in units.iterdir())
    assert f'ExecStart="{home.host.aws}" "mfa" "watch" "--once" "--profile=mfa"' in text
    assert '"--notify-command=tell 100%% $$me"' in text
    for secret in ("hush", "the session's secret", aws.user("ada").secret_access_key):
        assert secret not in text + installed.output
    assert (desktop.tools / "table").read_bytes() == b"2 * * * * y\n"
    inside = in_this_process(home, aws)
    status = inside.run("mfa", "watch", "--status", "--output", "json", env=env)
    assert json.loads(status.stdout)["Schedulers"] == ["systemd"]
    assert inside.run("mfa", "watch", "--uninstall", env=env).stdout == "Removed from systemd.\n"
    assert list(units.iterdir()) == []
