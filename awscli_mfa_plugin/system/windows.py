"""What only Windows needs: how programs are started there, and which shell started this one."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Ancestors = Sequence[tuple[str, str]]
    """Name and command line of this process's parent, its parent, and so on."""

BATCH = (".cmd", ".bat")
_LONGEST_CHAIN = 10  # a process's id may be that of a later one: parents could go in a circle
_SHELLS = {"bash", "sh", "zsh", "fish", "dash", "cmd", "powershell", "pwsh"}
_PLAIN = re.compile(r"[A-Za-z0-9_./:\\@+-]+")
# What a batch file runs in: cmd ends with the command, and isn't what somebody types in.
_RUNS_ONE_COMMAND = re.compile(r"\s/[^\s\"]*?c(?![a-z])", re.IGNORECASE)


def command_line(
    program: str, arguments: Sequence[str], environment: Mapping[str, str]
) -> list[str] | str:
    """Return how to start a program that was found: a batch file needs ``cmd``, and its quotes.

    cmd would take ``&``, ``%NAME%`` and more in an argument for its own. Raises ValueError for a
    line break, which no quotes hold.
    """
    if not program.lower().endswith(BATCH):
        return [program, *arguments]
    if re.search(r"[\0\r\n]", "".join(arguments)):
        raise ValueError("a batch file can't get an argument with a line break")
    words = " ".join([f'"{program}"', *map(_quoted, arguments)])
    shell = environment.get("COMSPEC") or "cmd.exe"
    return f'"{shell}" /e:ON /v:OFF /d /s /c "{words}"'


def _quoted(word: str) -> str:
    """Quote a word for cmd and for the C runtime of what the batch file starts."""
    if _PLAIN.fullmatch(word):
        return word
    doubled = re.sub(r'(\\*)"', r'\1\1""', word)
    doubled = re.sub(r"(\\+)\Z", r"\1\1", doubled)
    # An empty piece of %CD%, so that no name of a variable is left between two percent signs.
    return '"' + doubled.replace("%", "%%cd:~,%") + '"'


def exit_code(status: int) -> int:
    """Return an exit status as ``sys.exit`` takes it: beyond 31 bits it would become -1."""
    return status - 2**32 if status >= 2**31 else status


def run_to_its_end(command: list[str] | str, environment: Mapping[str, str]) -> int:
    """Run a program in place of this one; return its exit code.

    Ctrl-C reaches both, and is the program's to handle. Raises OSError.
    """
    import signal

    from awscli_mfa_plugin.system.signals import handled

    # Python's own handler would raise here, and leave the program's end unknown.
    ignored = handled({"SIGINT": signal.SIG_IGN})
    with ignored, subprocess.Popen(command, env=dict(environment)) as process:
        return exit_code(process.wait())


class JobProgram(subprocess.Popen[bytes]):
    """A program in a job of its own (Microsoft, Job Objects); ``kill`` ends that.

    What it left running goes on.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Start it. What it starts before it is in the job isn't in it either: a moment."""
        import ctypes
        import weakref
        from ctypes import wintypes

        super().__init__(*arguments, **options)
        self._kernel: Any = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]
        self._kernel.CreateJobObjectW.restype = wintypes.HANDLE
        self._kernel.OpenProcess.restype = wintypes.HANDLE
        self._job = wintypes.HANDLE(self._kernel.CreateJobObjectW(None, None))
        # PROCESS_TERMINATE, PROCESS_SET_QUOTA
        process = wintypes.HANDLE(self._kernel.OpenProcess(0x0001 | 0x0100, 0, self.pid))
        self._kernel.AssignProcessToJobObject(self._job, process)
        self._kernel.CloseHandle(process)
        weakref.finalize(self, self._kernel.CloseHandle, self._job)

    def kill(self) -> None:
        """End it and what it started."""
        self._kernel.TerminateJobObject(self._job, 1)
        super().kill()


def shell_of(ancestors: Ancestors, environment: Mapping[str, str]) -> str:
    """Return the name of the shell that started this program, nearest first.

    ``aws`` may be a batch file, for which PowerShell and Git Bash start a cmd of its own. Where no
    parent is a shell, Git Bash's variables decide, or else it is PowerShell.
    """
    for name, line in ancestors:
        shell = name.lower().removesuffix(".exe")
        if shell in _SHELLS and not (shell == "cmd" and _RUNS_ONE_COMMAND.search(line)):
            return shell
    if environment.get("MSYSTEM"):
        return os.path.basename(environment.get("SHELL") or "bash")
    return "powershell"


def ancestors() -> Ancestors:
    """Return the processes above this one (Microsoft, Tool Help Library)."""
    import ctypes
    from ctypes import wintypes

    class Entry(ctypes.Structure):
        _fields_ = (
            ("size", wintypes.DWORD),
            ("usage", wintypes.DWORD),
            ("pid", wintypes.DWORD),
            ("heap", ctypes.c_size_t),
            ("module", wintypes.DWORD),
            ("threads", wintypes.DWORD),
            ("parent", wintypes.DWORD),
            ("priority", wintypes.LONG),
            ("flags", wintypes.DWORD),
            ("name", wintypes.WCHAR * 260),
        )

    kernel: Any = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]
    kernel.CreateToolhelp32Snapshot.restype = wintypes.HANDLE
    snapshot = wintypes.HANDLE(kernel.CreateToolhelp32Snapshot(2, 0))
    processes: dict[int, tuple[int, str]] = {}
    entry = Entry(size=ctypes.sizeof(Entry))
    more = kernel.Process32FirstW(snapshot, ctypes.byref(entry))
    while more:
        processes[entry.pid] = (entry.parent, entry.name)
        more = kernel.Process32NextW(snapshot, ctypes.byref(entry))
    kernel.CloseHandle(snapshot)
    found: list[tuple[str, str]] = []
    pid = os.getpid()
    while pid in processes and len(found) < _LONGEST_CHAIN:
        pid = processes[pid][0]
        if pid in processes:
            found.append((processes[pid][1], _command_line_of(pid)))
    return found


def _command_line_of(pid: int) -> str:
    """Return a process's command line, "" if it can't be read (ProcessCommandLineInformation)."""
    import ctypes
    from ctypes import wintypes

    class Text(ctypes.Structure):
        _fields_ = (
            ("length", wintypes.USHORT),
            ("longest", wintypes.USHORT),
            ("text", wintypes.LPWSTR),
        )

    kernel: Any = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]
    kernel.OpenProcess.restype = wintypes.HANDLE
    process = wintypes.HANDLE(kernel.OpenProcess(0x1000, 0, pid))
    if process.value is None:
        return ""
    buffer = ctypes.create_string_buffer(65536)
    query: Any = ctypes.WinDLL("ntdll").NtQueryInformationProcess  # type: ignore[attr-defined,unused-ignore]
    failed = query(process, 60, buffer, len(buffer), None)
    kernel.CloseHandle(process)
    return "" if failed else str(Text.from_buffer(buffer).text or "")
