"""Other processes, as a test sees them from outside."""

from __future__ import annotations

import subprocess
import time


def ended(pid: int) -> bool:
    """Wait until a process has ended; return whether it has."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        state = subprocess.run(
            ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
        ).stdout.strip()
        if not state or state.startswith("Z"):
            return True
        time.sleep(0.05)
    return False
