r"""Run tests under Wine: ``python -m tests.windows [pytest's arguments]``.

The checkout is drive ``Z:`` for them, everything that they write is on ``C:`` of a copy.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.hosts.cache import WINDOWS, host_folder
from tests.hosts.fetch import fetch
from tests.windows.left_out import FOLDERS
from tests.windows.recipe import build
from tests.windows.wine import Wine, copy_prefix

CHECKOUT = Path(__file__).parents[2]
PYTHON = r"C:\Tests\python.exe"
OPTIONS = ("-p", "no:cacheprovider", "-p", "tests.windows.under_wine", "--timeout=600")
DEFAULT = ("-q", "-rfE", *FOLDERS)


def main(arguments: list[str]) -> int:
    """Make Windows if it isn't there, and run pytest in a copy; return its exit code."""
    fetch(WINDOWS, build=build)
    with tempfile.TemporaryDirectory(prefix="windows-") as scratch:
        copy_prefix(host_folder(WINDOWS) / "prefix", Path(scratch, "prefix"))
        wine = Wine(Path(scratch, "prefix"))
        wine.start()
        try:
            return _pytest(wine, arguments or list(DEFAULT))
        finally:
            wine.stop()


def _pytest(wine: Wine, arguments: list[str]) -> int:
    """Run pytest; its output goes through a pipe, since Wine's Python can't write to a file."""
    environment = wine.environment({"PYTHONPYCACHEPREFIX": r"C:\pycache", "PYTHONUTF8": "0"})
    running = subprocess.Popen(
        wine.command(PYTHON, "-m", "pytest", *OPTIONS, *arguments),
        env=environment,
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert running.stdout is not None
    while piece := os.read(running.stdout.fileno(), 65536):
        sys.stdout.buffer.write(piece)
        sys.stdout.flush()
    return running.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
