"""A process that forks children which stop, and on SIGCONT make one write to a shared file.

Reads a home folder a line on stdin; answers with the child's process id once it has stopped,
and with the outcome once it has ended: ``written``, ``same``, ``refused``, ``raised NAME``
or ``killed``. Run as ``python -m tests.unit.one_write``.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import MfaError
from tests.unit.store import credentials_file, with_session

if TYPE_CHECKING:
    from collections.abc import Callable

_ANSWERS = {0: "written", 1: "same", 2: "refused", 3: "raised"}
_PR_SET_PTRACER = 0x59616D61  # <linux/prctl.h>: lets strace in, which is no parent of ours


def write(home: Path) -> int:
    """Make one write and return the outcome."""
    try:
        return 0 if credentials_file(home).update(with_session) else 1
    except MfaError:
        return 2
    except BaseException as error:  # noqa: BLE001 - the test is about what comes out here
        print(repr(error), file=sys.stderr)
        return 3


def serve(work: Callable[[Path], int]) -> None:
    """Let children do ``work`` in homes until stdin ends."""
    with tempfile.TemporaryDirectory() as folder:
        # Import everything before the first child is made.
        work(Path(folder))
    for line in sys.stdin:
        child = os.fork()
        if not child:
            ctypes.CDLL(None).prctl(_PR_SET_PTRACER, -1, 0, 0, 0)
            os.kill(os.getpid(), signal.SIGSTOP)
            os._exit(work(Path(line.rstrip("\n"))))
        os.waitpid(child, os.WUNTRACED)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        print("killed" if code < 0 else _ANSWERS[code], flush=True)


if __name__ == "__main__":
    serve(write)
