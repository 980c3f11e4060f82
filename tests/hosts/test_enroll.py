"""``aws mfa devices add``, ``resync`` and ``remove`` in real terminals, and killed midway."""

from __future__ import annotations

import base64
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.aws.totp import step_at
from tests.hosts.cache import OLDEST_TOO
from tests.hosts.moved import RunningClock
from tests.hosts.screens import THEMES, decoded, picture
from tests.hosts.terminal import CTRL_C
from tests.hosts.users import settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home
    from tests.hosts.terminal import Terminal

ARN = "arn:aws:iam::123456789012:mfa/"
DEVICE = f"{ARN}nodevice"
DRAWN = ("▀", "▄", "█")


@pytest.fixture
def clock(aws: EmbeddedAws, tmp_path: Path) -> RunningClock:
    """Return a clock of both sides that skips the seconds between two codes."""
    return RunningClock(aws, tmp_path / "clock")


def start(home: Home, *options: str, env: dict[str, str] | None = None, **size: int) -> Terminal:
    """Start ``add`` and wait for its first question."""
    terminal = home.spawn("mfa", "devices", "add", *options, env=env, **size)
    terminal.expect("First code:")
    return terminal


def enter_pair(
    terminal: Terminal, aws: EmbeddedAws, serial: str, clock: RunningClock | None = None
) -> None:
    """Type two codes in a row, the second when it is asked for."""
    if clock:
        clock.to_end_of_step()
    terminal.send_line(aws.token_code(serial))
    terminal.expect("Next code:  ")
    terminal.send_line(aws.token_code(serial))


def enter_login_code(
    terminal: Terminal, aws: EmbeddedAws, serial: str, clock: RunningClock | None = None
) -> None:
    """Type the next code that counts."""
    if clock and not has_fresh_code(aws, serial):
        clock.to_next_step()
    wait_for(lambda: has_fresh_code(aws, serial))
    terminal.send_line(aws.fresh_code(serial))


def has_fresh_code(aws: EmbeddedAws, serial: str) -> bool:
    """Tell whether there is a code that AWS would take."""
    try:
        return bool(aws.fresh_code(serial))
    except LookupError:
        return False


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something holds; fail after so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, condition
        time.sleep(0.1)


def is_wiped(terminal: Terminal) -> bool:
    """Tell whether nothing of a picture is on the screen."""
    return not any(block in terminal.display for block in DRAWN)


def as_before(home: Home, aws: EmbeddedAws) -> None:
    """Check that there is no device, no setting and no record."""
    assert aws.user("nodevice").devices == []
    assert aws.state.unassigned_devices == []
    assert "mfa_serial" not in home.config.read_text()
    record = home.aws_folder / "cli" / "awscli-mfa" / "devices.json"
    assert not record.exists() or record.read_text() == "{}"


@pytest.mark.slow
@pytest.mark.parametrize("host", ["v2"], indirect=True)
def test_the_first_device_in_real_time(home: Home, aws: EmbeddedAws) -> None:
    """Add it and log in, with three codes in a row of a clock that nobody moves."""
    settle(home, aws, "nodevice")
    terminal = start(home)
    enter_pair(terminal, aws, DEVICE)
    terminal.expect("Log in now, with the next code? [Y/n]")
    assert is_wiped(terminal)
    terminal.send_line("")
    terminal.expect("MFA code for nodevice (profile mfa):")
    enter_login_code(terminal, aws, DEVICE)
    terminal.expect("Logged in.")
    assert terminal.wait() == 0


@pytest.mark.parametrize("host", [*OLDEST_TOO, "v2-debian"], indirect=True)
def test_from_no_device_to_two(home: Home, aws: EmbeddedAws, clock: RunningClock) -> None:
    """Add, log in, use it, a second device, resync that, remove the first."""
    settle(home, aws, "nodevice")
    env = clock.environment
    terminal = start(home, env=env)
    enter_pair(terminal, aws, DEVICE, clock)
    terminal.expect("Log in now, with the next code? [Y/n]")
    assert is_wiped(terminal)
    terminal.send_line("")
    terminal.expect("MFA code for nodevice (profile mfa):")
    enter_login_code(terminal, aws, DEVICE, clock)
    terminal.expect("Logged in.")
    assert terminal.wait() == 0
    listed = home.run("s3", "ls", "--profile", "mfa", env=env)
    assert listed.returncode == 0, listed.output
    second = start(home, "--name", "tablet", env=env)
    enter_pair(second, aws, f"{ARN}tablet", clock)
    second.expect("Log in now")
    second.send_line("n")
    second.expect("--serial-number")
    assert second.wait() == 0
    resync = home.spawn("mfa", "devices", "resync", "--serial-number", "tablet", env=env)
    resync.expect("First code:")
    if step_at(aws.now()) <= aws.state.last_steps[f"{ARN}tablet"]:
        clock.to_next_step()
    enter_pair(resync, aws, f"{ARN}tablet", clock)
    resync.expect("tablet is in sync.")
    assert resync.wait() == 0
    remove = home.spawn("mfa", "devices", "remove", "--serial-number", "nodevice", env=env)
    remove.expect(f"-mfa_serial = {DEVICE}")
    remove.expect("Remove nodevice from AWS? [y/N]")
    remove.send_line("y")
    assert remove.wait() == 0, remove.text
    assert [device.serial for device in aws.user("nodevice").devices] == [f"{ARN}tablet"]
    assert aws.state.unassigned_devices == []
    assert "mfa_serial" not in home.config.read_text()


@pytest.mark.skipif(not shutil.which("zbarimg"), reason="zbar-tools isn't installed")
@pytest.mark.parametrize("host", ["v2"], indirect=True)
@pytest.mark.parametrize("env", [{}, {"NO_COLOR": "1"}], ids=["color", "no color"])
def test_a_decoder_reads_the_code(
    home: Home, aws: EmbeddedAws, tmp_path: Path, env: dict[str, str]
) -> None:
    """From a picture of 80 by 24 cells, dark and light; the secret is the device's."""
    settle(home, aws, "nodevice")
    terminal = start(home, env=env)
    secret = aws.state.device(DEVICE).secret
    uri = f"otpauth://totp/AWS:nodevice@123456789012?secret={secret}"
    for theme in THEMES:
        assert decoded(picture(terminal, theme), tmp_path / f"{theme}.pgm") == [uri]
    terminal.send(CTRL_C)
    terminal.wait()
    assert is_wiped(terminal)


@pytest.mark.parametrize("host", ["v2"], indirect=True)
def test_a_small_terminal_shows_the_secret_as_text(home: Home, aws: EmbeddedAws) -> None:
    """In groups of four; it is wiped too."""
    settle(home, aws, "nodevice")
    terminal = start(home, rows=15, columns=60)
    secret = aws.state.device(DEVICE).secret
    assert secret in terminal.display.replace(" ", "").replace("\n", "")
    terminal.send(CTRL_C)
    assert terminal.wait() == 130
    assert secret[:4] not in terminal.display
    as_before(home, aws)


@pytest.mark.parametrize("host", ["v2"], indirect=True)
def test_the_smallest_terminal(home: Home, aws: EmbeddedAws, clock: RunningClock) -> None:
    """All questions and messages fit, the secret stays whole; a smaller one is refused."""
    settle(home, aws, "nodevice")
    words, env = ("mfa", "devices", "add"), clock.environment
    refused = home.spawn(*words, env=env, rows=13, columns=28)
    assert refused.wait() == 253
    refused.expect("This terminal is too small")
    assert aws.state.unassigned_devices == []
    name = "n" * 226
    terminal = home.spawn(*words, "--name", name, env=env, rows=14, columns=28)
    terminal.expect("First code:")
    secret = aws.state.device(f"{ARN}{name}").secret
    clock.to_end_of_step()
    for code in ("word", "000000"):
        terminal.send_line(code)
    terminal.expect("Enter the 6-digit code")
    terminal.expect("Next code in")
    assert secret in terminal.display.replace(" ", "").replace("\n", "")
    terminal.expect("Next code:  ")
    clock.to_end_of_step()
    terminal.send_line("111111")
    terminal.expect("AWS rejected")
    terminal.expect("First code: ")
    assert secret in terminal.display.replace(" ", "").replace("\n", "")
    enter_pair(terminal, aws, f"{ARN}{name}", clock)
    terminal.expect("Log in now")
    terminal.send_line("n")
    assert terminal.wait() == 0


@pytest.mark.parametrize("host", ["v2"], indirect=True)
def test_codes_that_come_late_lead_to_a_resync(
    home: Home, aws: EmbeddedAws, clock: RunningClock
) -> None:
    """AWS takes the clock for a slow one: two more codes, and then a login works."""
    settle(home, aws, "nodevice")
    terminal = start(home, env=clock.environment)
    clock.to_end_of_step()
    terminal.send_line(aws.token_code(DEVICE))
    terminal.expect("Next code:  ")
    second = aws.token_code(DEVICE)
    for _ in range(3):
        clock.to_next_step()
    terminal.send_line(second)
    terminal.expect("The codes came late, so AWS needs two more.")
    assert is_wiped(terminal)
    terminal.expect("First code: ")
    enter_pair(terminal, aws, DEVICE, clock)
    terminal.expect("Log in now")
    terminal.send_line("")
    terminal.expect("MFA code for nodevice (profile mfa):")
    enter_login_code(terminal, aws, DEVICE, clock)
    terminal.expect("Logged in.")
    assert terminal.wait() == 0


@pytest.mark.parametrize("host", ["v2"], indirect=True)
def test_killed_in_a_countdown_the_terminal_echoes_again(home: Home, aws: EmbeddedAws) -> None:
    """SIGKILL, under a shell that doesn't put the terminal's modes back."""
    settle(home, aws, "nodevice")
    pid = home.path / "pid"
    shell = f'sh -c \'echo $$ > {pid}; exec "$0" mfa devices add\' "$0"; echo over; read -r _'
    terminal = _spawn(home, ["/bin/sh", "-c", shell, str(home.host.aws)], {})
    terminal.expect("First code:")
    terminal.send_line(aws.token_code(DEVICE))
    terminal.expect("Next code in")
    assert not terminal.echoes
    os.kill(int(pid.read_text()), signal.SIGKILL)
    terminal.expect("over")
    wait_for(lambda: terminal.echoes)
    terminal.send_line("")
    terminal.wait()
    assert is_wiped(terminal)


@pytest.mark.parametrize(
    ("host", "how"),
    [
        *(("v1", how) for how in (CTRL_C, signal.SIGHUP)),
        *(("v2", how) for how in (CTRL_C, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)),
    ],
    indirect=["host"],
)
def test_whatever_ends_it_nothing_is_left(home: Home, aws: EmbeddedAws, how: Any) -> None:
    """Ctrl-C, or a signal: the screen is wiped, and the device is deleted."""
    settle(home, aws, "nodevice")
    terminal = start(home)
    if how == CTRL_C:
        terminal.send(CTRL_C)
        assert terminal.wait() == 130
    else:
        terminal.kill(how)
        assert terminal.wait() == -how
    assert is_wiped(terminal)
    as_before(home, aws)


@pytest.mark.parametrize("host", ["v2"], indirect=True)
def test_cancelled_during_the_countdown(home: Home, aws: EmbeddedAws) -> None:
    """Ctrl-Z too: a stopped process would leave the code on the screen."""
    settle(home, aws, "nodevice")
    terminal = start(home)
    terminal.send_line(aws.token_code(DEVICE))
    terminal.expect("Next code in")
    terminal.send("\x1a")
    assert terminal.wait() != 0
    assert is_wiped(terminal)
    as_before(home, aws)


@pytest.mark.parametrize("host", ["v2"], indirect=True)
def test_the_terminal_is_closed(home: Home, aws: EmbeddedAws) -> None:
    """The device is deleted all the same."""
    settle(home, aws, "nodevice")
    start(home)
    home.close()
    wait_for(lambda: not aws.state.unassigned_devices)
    as_before(home, aws)


def kill_after(terminal: Terminal, aws: EmbeddedAws, action: str) -> None:
    """Kill ``add`` once AWS has processed one of its calls."""

    def kill(when: str, name: str) -> None:
        if (when, name) == ("after", action):
            terminal.kill(signal.SIGKILL)

    aws.observe = kill


@pytest.mark.parametrize("host", ["v2"], indirect=True)
def test_killed_at_a_call(home: Home, aws: EmbeddedAws, clock: RunningClock) -> None:
    """The screen is wiped; the next run cleans up what is there, or completes what is enabled."""
    settle(home, aws, "nodevice")
    words, env = ("mfa", "devices", "add"), clock.environment
    terminal = home.spawn(*words, env=env)
    kill_after(terminal, aws, "CreateVirtualMFADevice")
    assert terminal.wait() == -signal.SIGKILL
    assert is_wiped(terminal)
    terminal = home.spawn(*words, env=env)
    terminal.expect("Delete it? [Y/n]")
    terminal.send_line("")
    terminal.expect("First code:")
    kill_after(terminal, aws, "EnableMFADevice")
    enter_pair(terminal, aws, DEVICE, clock)
    assert terminal.wait() == -signal.SIGKILL
    assert is_wiped(terminal)
    assert "mfa_serial" not in home.config.read_text()
    terminal = home.spawn(*words, env=env)
    terminal.expect("nodevice is enabled: an earlier command was interrupted.")
    terminal.expect("Log in now")
    terminal.send_line("n")
    assert terminal.wait() == 0
    assert f"mfa_serial = {DEVICE}" in home.config.read_text()
    assert [device.serial for device in aws.user("nodevice").devices] == [DEVICE]
    assert aws.state.unassigned_devices == []


def secrets_of(aws: EmbeddedAws, serial: str) -> list[str]:
    """Return the seed in every form that it comes in, and the codes that were sent."""
    seed = aws.state.device(serial).secret
    codes = [
        value
        for call in aws.calls
        for name, value in call.parameters.items()
        if name.startswith(("AuthenticationCode", "TokenCode"))
    ]
    return [seed, base64.b64encode(seed.encode()).decode(), *codes]


def of_processes(pid: int) -> bytes:
    """Return arguments and environment of a process and of all that it started."""
    found = b""
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and (int(process.name) == pid or _parent(process) == pid):
            for part in ("cmdline", "environ"):
                found += (process / part).read_bytes()
    return found


def _parent(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError, ValueError):
        return 0


@pytest.mark.parametrize("host", ["v1", "v2"], indirect=True)
def test_the_secret_is_nowhere(home: Home, aws: EmbeddedAws, clock: RunningClock) -> None:
    """Not in a file, the debug log, the history, an argument or an environment."""
    settle(home, aws, "nodevice", config="cli_history = enabled\n")
    log = home.path / "debug.log"
    shell = f'"$0" mfa devices add --debug 2> {log}; tty'
    terminal = _spawn(home, ["/bin/sh", "-c", shell, str(home.host.aws)], clock.environment)
    terminal.expect("First code:")
    seed = aws.state.device(DEVICE).secret
    shown = of_processes(terminal.pid) + b"".join(
        of_processes(int(child)) for child in _children(terminal.pid)
    )
    assert b"devices" in shown
    assert seed.encode() not in shown
    enter_pair(terminal, aws, DEVICE, clock)
    terminal.expect("Log in now")
    terminal.send_line("n")
    terminal.wait()
    assert "CreateVirtualMFADevice" in log.read_text("utf-8", "replace")
    secrets = secrets_of(aws, DEVICE)
    assert len(secrets) == 4
    for path in home.path.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert not [secret for secret in secrets if secret.encode() in content], path
    assert seed not in terminal.text.replace(" ", "").replace("\n", "")
    assert is_wiped(terminal)


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def _spawn(home: Home, argv: list[str], env: dict[str, str]) -> Terminal:
    from tests.hosts.terminal import Terminal

    terminal = Terminal(argv, env=home.environment(env), cwd=home.path)
    home.terminals.append(terminal)
    return terminal


@pytest.mark.skipif(not shutil.which("tmux"), reason="tmux isn't installed")
@pytest.mark.parametrize("host", ["v2"], indirect=True)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_no_scrollback_keeps_it(home: Home, aws: EmbeddedAws, number: int) -> None:
    """In tmux, which remembers what scrolled away; ended or killed."""
    settle(home, aws, "nodevice")
    tmux = ["tmux", "-S", str(home.path / "tmux"), "-f", "/dev/null"]
    environment = {**home.environment(), "PATH": os.environ["PATH"]}

    def run(*words: str) -> str:
        done = subprocess.run(
            [*tmux, *words], env=environment, capture_output=True, check=False, cwd=home.path
        )
        return done.stdout.decode("utf-8", "replace")

    pid_file = home.path / "pid"
    command = f"{home.host.aws} mfa devices add --show-secret & echo $! > {pid_file}; fg; sleep 600"
    run("new-session", "-d", "-x", "80", "-y", "24", f"set -m; {command}")
    try:
        wait_for(lambda: "First code:" in run("capture-pane", "-p"))
        seed = aws.state.device(DEVICE).secret
        assert seed[:4] in run("capture-pane", "-p")
        os.kill(int(pid_file.read_text()), number)
        wait_for(lambda: seed[:4] not in run("capture-pane", "-p"))
        history = run("capture-pane", "-p", "-S", "-") + run("capture-pane", "-a", "-p", "-S", "-")
        assert seed[:4] not in history
    finally:
        run("kill-server")
