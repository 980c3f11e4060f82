"""Programs that the plugin runs."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

from awscli_mfa_plugin.system.subprocesses import end_group, run_to_end, start_group

STARTS_ANOTHER = "import subprocess, sys; subprocess.run([sys.executable, '-c', *sys.argv[1:]])"
STAYS_CONNECTED = """
import socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as connection:
    connection.recv(1)
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
        nowhere = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = start_group(words, os.environ, start_new_session=True, **nowhere)
        try:
            connection, _ = server.accept()
        finally:
            end_group(process)
    with connection:
        connection.settimeout(20)
        try:
            ended = connection.recv(1) == b""
        except ConnectionResetError:
            ended = True  # so Windows says
    assert ended
