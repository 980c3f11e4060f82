"""Other processes, as a test sees them from outside."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def ended(pid: int) -> bool:
    """Wait until a process is gone, and tell whether it is."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        state = subprocess.run(
            ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
        ).stdout.strip()
        if not state or state.startswith("Z"):
            return True
        time.sleep(0.05)
    return False


def when_written(path: Path) -> str:
    """Wait for a file that another process puts in place whole, and return its text."""
    end = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < end, f"{path.name} wasn't written"
        time.sleep(0.02)
    return path.read_text("utf-8")
