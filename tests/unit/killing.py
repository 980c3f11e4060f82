"""Kills a process at each of its system calls in turn, by strace."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Calls that touch no file: a kill at one of them is a kill at the next that does.
IRRELEVANT = frozenset((
    "brk", "clock_nanosleep", "exit_group", "futex", "geteuid", "getpid", "getrandom", "gettid",
    "getuid", "kill", "madvise", "mmap", "mprotect", "mremap", "munmap", "restart_syscall",
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "tgkill",
))  # fmt: skip


class Call(NamedTuple):
    """One system call of a run: its name, and which one of that name it is, from 1."""

    name: str
    nth: int


class Template:
    """The process whose children do the work, and strace on them."""

    def __init__(self, module: str) -> None:
        """Start it."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )

    def write(self, home: Path, log: Path, *options: str) -> str:
        """Let a child work under strace with ``options`` and return what became of it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(home, file=self.process.stdin, flush=True)
        child = int(self.process.stdout.readline())
        command = ["strace", "-p", str(child), "-o", str(log), *options]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as strace:
            assert strace.stderr is not None
            attached = strace.stderr.readline()
            os.kill(child, signal.SIGCONT)
            answer = self.process.stdout.readline().strip()
            assert "attached" in attached, attached
        return answer

    def calls(self, home: Path, log: Path) -> list[Call]:
        """Return the system calls of a whole run from SIGCONT to its end, in order."""
        assert self.write(home, log) == "written"
        counts: Counter[str] = Counter()
        calls = []
        for name in re.findall(r"^(\w+)\(", log.read_text(), re.MULTILINE):
            counts[name] += 1
            calls.append(Call(name, counts[name]))
        return [call for call in calls if call.name not in IRRELEVANT]

    def kill_at(self, call: Call, home: Path, log: Path) -> str:
        """Let a child work until a call; return what became of it."""
        return self.write(home, log, "-e", f"inject={call.name}:signal=SIGKILL:when={call.nth}")

    def close(self) -> None:
        """End it."""
        self.process.communicate(timeout=10)


def template_of(module: str) -> Iterator[Template]:
    """Yield the template process of a module, if there is strace."""
    if not shutil.which("strace"):
        if os.environ.get("AWSCLI_MFA_REQUIRE_HOSTS"):
            pytest.fail("strace is required here")
        pytest.skip("strace isn't installed")
    template = Template(module)
    yield template
    template.close()
