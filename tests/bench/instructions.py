"""Print what the plugin adds to a plain command: ``python -m tests.bench.instructions [HOST…]``.

On a busy machine, times vary by more than the plugin costs. The
number of instructions of a process hardly varies. Nothing here is a test. It needs valgrind.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.bench.__main__ import homes
from tests.bench.wired import wired_hosts
from tests.hosts.cache import HOSTS

if TYPE_CHECKING:
    from tests.hosts.home import Home
    from tests.hosts.host import Host

PLAIN = ("sts", "get-caller-identity")
COUNTER = (
    *("valgrind", "--tool=cachegrind", "--cache-sim=no", "--trace-children=yes"),
    "--cachegrind-out-file=/dev/null",
)
COUNTED = re.compile(r"I\s+refs:\s+([\d,]+)")


def main() -> int:
    """Count for the named hosts; print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("hosts", nargs="*", default=list(HOSTS))
    chosen = parser.parse_args()
    print("| host | with the plugin | without | ratio |\n| - | - | - | - |", flush=True)
    for wired in wired_hosts(chosen.hosts):
        ours, theirs = homes(*wired)
        ours.run("mfa", "status")  # compiles the plugin once
        print(counted(wired.host.name, instructions(ours), instructions(theirs)), flush=True)
    return 0


def counted(name: str, ours: int, theirs: int) -> str:
    """Return the row of a host."""
    return (
        f"| {name} | {ours / 1e6:.1f} million | {theirs / 1e6:.1f} million | {ours / theirs:.4f} |"
    )


def instructions(home: Home) -> int:
    """Return the user-space instructions of a plain command; its hashes aren't random."""
    environment = home.environment({"PYTHONHASHSEED": "0"})
    command = [*interpreter(home.host), str(home.host.aws), *PLAIN]
    for counter in ((), COUNTER):  # once before, for whatever is only compiled or read once
        done = subprocess.run(
            [*counter, *command],
            env=environment,
            cwd=home.path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
        )
    return max(int(count.replace(",", "")) for count in COUNTED.findall(done.stderr.decode()))


def interpreter(host: Host) -> list[str]:
    """Return what runs the host's script; valgrind can't run scripts."""
    with host.aws.open("rb") as file:
        first = file.readline()
    return [first[2:].decode().strip()] if first.startswith(b"#!") else []


if __name__ == "__main__":
    sys.exit(main())
