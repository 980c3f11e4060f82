"""Modules that AWS's builds of 2023 lack aren't used."""

from __future__ import annotations

import re
from pathlib import Path

import awscli_mfa_plugin

# Missing in AWS CLI 2.12.1: its Python was built against an old C library.
MISSING = {
    *("os.O_CLOEXEC", "os.O_PATH", "os.O_TMPFILE", "os.SEEK_DATA", "os.SEEK_HOLE"),
    *("os.eventfd", "os.getrandom", "os.pipe2", "os.preadv", "os.pwritev"),
    *("os.process_cpu_count", "os.sched_getaffinity", "os.sched_setaffinity"),
    *("fcntl.F_DUPFD_CLOEXEC", "fcntl.F_OFD_SETLK", "fcntl.F_OFD_SETLKW"),
    *("socket.SOCK_CLOEXEC", "socket.SOCK_NONBLOCK", "time.CLOCK_BOOTTIME", "resource.prlimit"),
}


def test_no_module_uses_what_older_official_builds_lack() -> None:
    """Using one would be an AttributeError in the middle of a login."""
    folder = Path(awscli_mfa_plugin.__file__).parent
    for path in folder.rglob("*.py"):
        names = set(
            re.findall(r"\b(?:os|fcntl|socket|time|resource)\.\w+", path.read_text("utf-8"))
        )
        assert not names & MISSING, path
