"""A command in the background of a real terminal, and Ctrl-Z at the prompt of one in front."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.hosts.moved import RunningClock
from tests.hosts.sessions import KEY, session_section, settle_on_session
from tests.hosts.terminal import CTRL_Z, Terminal
from tests.hosts.users import serial_of, session_in

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home

on_v2 = pytest.mark.parametrize("host", ["v2"], indirect=True)

S3 = "aws s3 ls --profile mfa"
EXPIRED, EXPIRING = -5, 300
CTRL_Z_SEEN = "Ctrl-Z at the prompt"


def shell_in(home: Home, *, timeout: float = 40) -> Terminal:
    """Start an interactive shell, with job control, on a new terminal."""
    terminal = Terminal(
        ["/bin/bash", "--norc", "--noprofile", "-i"],
        env=home.environment({"PS1": "ready> "}),
        cwd=home.path,
        columns=200,
        timeout=timeout,
    )
    home.terminals.append(terminal)
    terminal.expect("ready> ")
    return terminal


def in_background(terminal: Terminal) -> tuple[str, str]:
    """Run the command in the background; return what was shown, and how the shell saw it end.

    ``jobs`` shows a stopped job; one that ended is known by its exit code.
    """
    terminal.send_line(f"{S3} & wait $!; echo r''c=$?; jobs; echo end''ed")
    shown = terminal.expect("rc=")
    return shown, terminal.expect("ended").strip()


def test_a_background_job_is_not_stopped_and_does_not_prompt(home: Home, aws: EmbeddedAws) -> None:
    """Expired session: 253 with the remedy. Expiring: it is used. No prompt in the shell."""
    settle_on_session(home, aws, EXPIRED)
    terminal = shell_in(home)
    shown, end = in_background(terminal)
    assert end.split()[0] == "253", terminal.text
    assert "Stopped" not in end
    assert "The MFA session of profile mfa has expired" in shown
    assert "in the background" in shown
    assert "Log in:  aws mfa login --profile mfa" in shown
    home.write_credentials(
        home.credentials.read_text().split("[mfa]")[0] + session_section(aws, "mfa", EXPIRING)
    )
    shown, end = in_background(terminal)
    assert end.split()[0] == "0", terminal.text
    assert "Stopped" not in end
    assert "reports" in shown
    assert "(profile mfa): " not in terminal.text
    assert not [call for call in aws.calls if call.action == "GetSessionToken"]


def test_ctrl_z_at_the_prompt_ends_it_and_frees_the_lock(home: Home, aws: EmbeddedAws) -> None:
    """No stopped job holds the lock: the next command prompts at once, and its code works."""
    settle_on_session(home, aws, EXPIRED)
    terminal = shell_in(home)
    terminal.send_line(f"{S3}; echo r''c=$?; jobs; echo end''ed")
    terminal.expect("(profile mfa): ")
    terminal.send(CTRL_Z)
    assert CTRL_Z_SEEN in terminal.expect("rc=")
    assert terminal.expect("ended").split() == ["253"], terminal.text
    terminal.send_line(f"{S3}; echo r''c=$?")
    assert "Waiting for" not in terminal.expect("(profile mfa): ")
    terminal.send_line(aws.fresh_code(serial_of(aws)))
    assert "reports" in terminal.expect("rc=")
    assert terminal.expect("ready> ").split() == ["0"]
    assert session_in(home)["manager"] == "awscli-mfa-plugin"


@on_v2
def test_ctrl_z_at_the_prompt_of_an_expiring_session(home: Home, aws: EmbeddedAws) -> None:
    """The prompt is dismissed, and the command goes on with the old session."""
    settle_on_session(home, aws, EXPIRING)
    terminal = shell_in(home)
    terminal.send_line(f"{S3}; echo r''c=$?; jobs; echo end''ed")
    terminal.expect("(profile mfa): ")
    terminal.send(CTRL_Z)
    assert "reports" in terminal.expect("rc=")
    assert terminal.expect("ended").split() == ["0"], terminal.text


@on_v2
def test_a_stopped_process_does_not_block_others_forever(home: Home, aws: EmbeddedAws) -> None:
    """Stopped by a signal at its prompt: others use a valid session, or fail with the remedy.

    On one host, since it starts many. When killed, it frees the lock at once.
    """
    clock = RunningClock(aws, home.path / "clock")
    words = S3.split()[1:]
    other = replace(home, path=home.path.with_name("other"), terminals=home.terminals)
    holders, waiting = [], []
    for each, seconds in ((other, EXPIRED), (home, EXPIRING)):
        settle_on_session(each, aws, seconds)
        holders.append(each.spawn(*words))
        holders[-1].expect("(profile mfa): ")
        os.kill(holders[-1].pid, signal.SIGSTOP)
        waiting.append(each.start(*words, env=clock.environment))
    for process in waiting:
        assert process.stderr
        assert b"Waiting for" in process.stderr.readline()
    clock.move_to(60)
    (_, failed), (listed, used) = (process.communicate(timeout=90) for process in waiting)
    assert [process.returncode for process in waiting] == [253, 0], (failed, used)
    assert f"process {holders[0].pid} on /dev/pts/".encode() in failed
    assert b"stop it" in failed
    assert b"reports" in listed
    for holder in holders:
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
    after = home.run(*words, env={"AWS_MFA_TOKEN_CODE": aws.fresh_code(serial_of(aws))})
    assert after.returncode == 0, after.output
    assert "Waiting for" not in after.stderr
    assert session_in(home)["aws_access_key_id"] != KEY
