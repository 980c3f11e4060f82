"""Runs the program beside this process, which passes signals on and ends like the program.

Both are in one process group, so Ctrl-C and Ctrl-Z at the terminal meet the program as if it had
been started alone. This process lets Ctrl-C pass and waits for what the program makes of it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from awscli_mfa_plugin.system.exec_program import program_command
from awscli_mfa_plugin.system.signals import handled
from awscli_mfa_plugin.system.terminal import this_terminal
from awscli_mfa_plugin.system.windows import exit_code

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

GRACE_SECONDS = 2.0
"""How long a renewal may go on after the program has ended."""

_PASSED_ON = ("SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")
_OF_THE_TERMINAL = ("SIGINT", "SIGQUIT")
_ENDS_ALIKE = ("SIGINT", "SIGTERM", "SIGHUP")
"""Signals that end this process too, if the program was ended by one of them.

Others may write a core file, which would hold secrets.
"""


class ProgramEnded(BaseException):
    """The program has ended, and this process has something left that takes too long."""


class Program:
    """A program that this process starts once and outlives."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._early: list[int] = []
        self._ended = threading.Event()
        self._is_over = False

    def run(
        self,
        words: Sequence[str],
        environment: Mapping[str, str],
        step: Callable[[], datetime | None],
        sleep: Callable[[datetime | None], object],
    ) -> int:
        """Run it to its end, with ``step`` and ``sleep`` in turn meanwhile; return its exit status.

        The status is negative for a signal's number. ``step`` returns until when to sleep. Raises
        OSError and ValueError if the program can't be started.
        """
        sys.stdout.flush()
        with self._signals():
            self._start(words, environment)
            try:
                while not self.wait(0):
                    sleep(step())
            except ProgramEnded:
                pass
            finally:
                self._is_over = True
                self._ended.wait()
        return self._process.returncode if self._process else 0

    def wait(self, seconds: float) -> bool:
        """Wait for its end, at most so many seconds; return whether it has ended."""
        return self._ended.wait(seconds)

    def interrupt(self) -> None:
        """Do what Ctrl-C at the terminal does."""
        if sys.platform != "win32":
            os.killpg(os.getpgrp(), signal.SIGINT)

    def _start(self, words: Sequence[str], environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(program_command([*words], environment), env=environment)
        if sys.platform != "win32":
            # A shell of the program's may own the terminal by the time there is something to say.
            signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        threading.Thread(target=self._watch, args=(self._process,), daemon=True).start()
        for number in self._early:
            self._process.send_signal(number)

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        process.wait()
        self._ended.set()
        if sys.platform != "win32":
            threading.Event().wait(GRACE_SECONDS)
            if not self._is_over:
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGALRM)

    def _signals(self) -> AbstractContextManager[None]:
        """Handle signals; those that were ignored from the start stay so, for the program too."""
        handlers = {
            **dict.fromkeys(_PASSED_ON, self._pass_on),
            **dict.fromkeys(_OF_THE_TERMINAL, self._pass_on_unless_typed),
            "SIGALRM": self._give_up,
            "SIGTTOU": None,
        }
        return handled(handlers)

    def _pass_on(self, number: int, _frame: object) -> None:
        if self._process is None:
            self._early.append(number)
        else:
            self._process.send_signal(number)

    def _pass_on_unless_typed(self, number: int, frame: object) -> None:
        """Pass on what the terminal didn't send: that has reached the program already.

        On Windows the console sends each Ctrl-C to both.
        """
        if sys.platform != "win32" and this_terminal().unavailable_reason():
            self._pass_on(number, frame)

    def _give_up(self, _number: int, _frame: object) -> None:
        if not self._is_over:
            raise ProgramEnded


def end_alike(status: int) -> int:
    """Return the exit code for the program's status; end by the same signal as the program."""
    if status >= 0:
        return exit_code(status)
    for name in _ENDS_ALIKE:
        if getattr(signal, name, None) == -status:
            signal.signal(-status, signal.SIG_DFL)
            os.kill(os.getpid(), -status)
    return 128 - status
