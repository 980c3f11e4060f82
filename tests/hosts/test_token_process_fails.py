"""``mfa_process`` that gives no code, inside another ``aws`` command, on the real CLIs.

``tests/in_process/test_other_commands.py`` shows each way in which it can fail.
"""

from __future__ import annotations

import shlex
import signal
from typing import TYPE_CHECKING

import pytest

from tests.hosts.sessions import settle_on_session
from tests.hosts.users import settle
from tests.processes import ended

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home, Result


S3 = ("s3", "ls", "--profile", "mfa")
on_v2 = pytest.mark.parametrize("host", ["v2"], indirect=True)
# What the command does, and the message about it; None: it is missing.
FAILURES: dict[str | None, tuple[str, ...]] = {
    "echo no token found >&2; exit 3": (
        "mfa_process: no token found",
        "failed with exit code 3: no token found",
    ),
    None: ("mfa_process can't run", "No such file or directory"),
}


def run_with(home: Home, aws: EmbeddedAws, script: str | None, seconds: float) -> Result:
    """Run a command whose session ends so many seconds from now; None: the script is missing."""
    path = home.path / "code"
    path.unlink(missing_ok=True)
    settle_on_session(home, aws, seconds, f"mfa_process = {path}\n")
    if script is not None:
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o700)
    aws.calls.clear()
    return home.run(*S3)


@on_v2
def test_an_expired_session_and_an_mfa_process_without_a_code(home: Home, aws: EmbeddedAws) -> None:
    """253 with its stderr, the reason and the remedy, and AWS isn't called."""
    for script, said in FAILURES.items():
        result = run_with(home, aws, script, -5)
        assert result.returncode == 253, (script, result.output)
        for text in (*said, "has expired", "it must print only the MFA code"):
            assert text in result.stderr, (script, result.stderr)
        assert "Traceback" not in result.stderr
        assert result.stdout == ""
        assert aws.calls == [], script


@on_v2
def test_an_expiring_session_is_used_if_mfa_process_fails(home: Home, aws: EmbeddedAws) -> None:
    """It can't be renewed: stderr is shown, the old session is used."""
    (script, (said, *_)) = next(iter(FAILURES.items()))
    result = run_with(home, aws, script, 300)
    assert result.returncode == 0, result.output
    assert said in result.stderr
    assert "reports" in result.stdout
    assert [call.action for call in aws.calls] == ["ListBuckets"]


@pytest.mark.parametrize(
    ("host", "signals"),
    [
        ("v1", [signal.SIGTERM]),
        ("v2", [signal.SIGTERM, signal.SIGHUP]),
        ("v2-oldest", [signal.SIGTERM]),
        ("v2-debian", [signal.SIGHUP]),
    ],
    indirect=["host"],
)
def test_mfa_process_ends_with_the_login_that_runs_it(
    home: Home, aws: EmbeddedAws, signals: list[signal.Signals]
) -> None:
    """SIGTERM and SIGHUP end the login, the command, and all that the command started."""
    pids = home.path / "pids"
    script = f"sleep 60 & echo $$ $! > {pids}; echo ready >&2; wait"
    settle(home, aws, config=f"[profile mfa]\nmfa_process = sh -c {shlex.quote(script)}\n")
    for number in signals:
        with home.start("mfa", "login") as login:
            assert login.stderr is not None
            while b"mfa_process: ready" not in (line := login.stderr.readline()):
                assert line, "the command didn't start"
            started = [int(pid) for pid in pids.read_text().split()]
            login.send_signal(number)
            login.communicate(timeout=60)
        assert login.returncode == -number
        assert [ended(pid) for pid in started] == [True, True]
