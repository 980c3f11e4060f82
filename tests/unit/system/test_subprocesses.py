"""Programs that the plugin runs."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from awscli_mfa_plugin.system.subprocesses import run_to_end, started

STARTS_ANOTHER = "import subprocess, sys; subprocess.run([sys.executable, '-c', *sys.argv[1:]])"
STAYS_CONNECTED = """
import socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as connection:
    connection.recv(1)
"""
IS_SIGNALED = """
import contextlib, os, pathlib, sys
from awscli_mfa_plugin.system.signals import raised
from awscli_mfa_plugin.system.subprocesses import run_to_end
class Ended(BaseException): pass
file = pathlib.Path(sys.argv[1])
script = f"echo $$ > '{file}'; kill -TERM {os.getpid()}; exec sleep 60"
for _ in range(20):
    with contextlib.suppress(Ended), raised(Ended, "SIGTERM"):
        run_to_end(["/bin/sh", "-c", script], os.environ, 20)
    with contextlib.suppress(ProcessLookupError):
        os.kill(int(file.read_text()), 9)
        print("it was left")
"""


def test_a_child_gets_no_keys_and_no_terminal() -> None:
    """It has its own session, so it doesn't get Ctrl-C of our terminal."""
    words = [sys.executable, "-c", "import os; print(os.getsid(0) == os.getpid(), os.environ)"]
    done = run_to_end(words, {"AWS_SECRET_ACCESS_KEY": "secret"}, 20)
    assert done.stdout.startswith(b"True ")
    assert b"secret" not in done.stdout
    assert "True" not in repr(done)


def test_a_program_is_ended_with_what_it_started() -> None:
    """As ``aws.cmd`` starts Python: whoever is left would go on without us."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)
        port = str(server.getsockname()[1])
        words = [sys.executable, "-c", STARTS_ANOTHER, STAYS_CONNECTED, port]
        with started(words, os.environ, start_new_session=True) as process:
            connection, _ = server.accept()
        for stream in (process.stdout, process.stderr):
            assert stream
            stream.close()
    with connection:
        connection.settimeout(20)
        try:
            ended = connection.recv(1) == b""
        except ConnectionResetError:
            ended = True  # so Windows says
    assert ended


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_signal_while_a_program_starts_ends_it_too(tmp_path: Path) -> None:
    """Else a dialog would stay open after the watch that showed it."""
    checkout = Path(__file__).parents[3]
    words = [sys.executable, "-c", IS_SIGNALED, str(tmp_path / "pid")]
    done = subprocess.run(words, cwd=checkout, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
