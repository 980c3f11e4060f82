"""Programs that the plugin runs."""

from __future__ import annotations

import sys

from awscli_mfa_plugin.system.subprocesses import run_to_end


def test_a_child_gets_no_keys_and_no_terminal() -> None:
    """It has its own session, so it doesn't get Ctrl-C of our terminal."""
    words = [sys.executable, "-c", "import os; print(os.getsid(0) == os.getpid(), os.environ)"]
    done = run_to_end(words, {"AWS_SECRET_ACCESS_KEY": "secret"}, 20)
    assert done.stdout.startswith(b"True ")
    assert b"secret" not in done.stdout
    assert "True" not in repr(done)
