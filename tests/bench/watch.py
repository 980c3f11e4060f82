"""Print what a watch costs: ``python -m tests.bench.watch [--seconds N] [HOST…]``.

For each host: the CPU time of a watch that sleeps for so long, its resident memory, and the time
of a start that finds nothing to do. Nothing here is a test. It reads /proc, so Linux alone.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import sys
import time
from pathlib import Path

from tests.bench.wired import wired_hosts
from tests.hosts.home import Home
from tests.hosts.sessions import settle_on_session

STARTS = 9


def main() -> int:
    """Measure the named hosts; print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("hosts", nargs="*", default=["v1", "v2"])
    chosen = parser.parse_args()
    print(f"| host | CPU in {chosen.seconds} s asleep | memory | `--once` |\n| - | - | - | - |")
    for host, plugin, folder, aws in wired_hosts(chosen.hosts):
        home = Home(host, folder, plugin)
        settle_on_session(home, aws, 6 * 3600)
        print(measured(home, chosen.seconds), flush=True)
    return 0


def measured(home: Home, seconds: int) -> str:
    """Return the row of a host."""
    process = home.start("mfa", "watch")
    assert process.stderr
    while b"Watching." not in process.stderr.readline():
        pass
    time.sleep(2)
    before = cpu_seconds(process.pid)
    time.sleep(seconds)
    spent = cpu_seconds(process.pid) - before
    memory = resident_megabytes(process.pid)
    process.send_signal(signal.SIGTERM)
    process.wait(30)
    starts = []
    for _ in range(STARTS):
        start = time.perf_counter()
        assert home.run("mfa", "watch", "--once").output == ""
        starts.append(time.perf_counter() - start)
    once = statistics.median(starts)
    return f"| {home.host.name} | {spent * 1000:.1f} ms | {memory:.0f} MB | {once:.2f} s |"


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process so far, to the microsecond or so (proc(5), schedstat)."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in threads) / 1e9


def resident_megabytes(pid: int) -> float:
    """Return the resident memory of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    sys.exit(main())
