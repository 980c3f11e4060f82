"""Programs that Windows ends together with what they started (Microsoft, Job Objects)."""

from __future__ import annotations

import ctypes
import subprocess
import weakref
from ctypes import wintypes
from typing import Any

_ACCESS = 0x0001 | 0x0100  # PROCESS_TERMINATE, PROCESS_SET_QUOTA


class JobProgram(subprocess.Popen[bytes]):
    """A program in a job of its own; ``kill`` ends the job. What it left running goes on."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Start it. What it starts before it is in the job isn't in it either: a moment."""
        super().__init__(*arguments, **options)
        self._kernel: Any = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]
        self._kernel.CreateJobObjectW.restype = wintypes.HANDLE
        self._kernel.OpenProcess.restype = wintypes.HANDLE
        self._job = wintypes.HANDLE(self._kernel.CreateJobObjectW(None, None))
        process = wintypes.HANDLE(self._kernel.OpenProcess(_ACCESS, 0, self.pid))
        self._kernel.AssignProcessToJobObject(self._job, process)
        self._kernel.CloseHandle(process)
        weakref.finalize(self, self._kernel.CloseHandle, self._job)

    def kill(self) -> None:
        """End it and what it started."""
        self._kernel.TerminateJobObject(self._job, 1)
        super().kill()
