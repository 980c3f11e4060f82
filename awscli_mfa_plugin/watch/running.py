"""Runs a watch: on and on until a signal ends it, or once for a scheduler."""

from __future__ import annotations

import gc
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import BusyError, CancelledError
from awscli_mfa_plugin.system.machine import Waiting, say
from awscli_mfa_plugin.watch.sleeping import EndedBySignal, Sleep, ended_by_signals
from awscli_mfa_plugin.watch.watch_state import held_alone

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from awscli_mfa_plugin.files.locks import Locks
    from awscli_mfa_plugin.session.ports import Clock, CountingTerminal, Notes, Ports


class Log:
    """Says one line an event, with its local time, on stderr."""

    def __init__(self, clock: Clock) -> None:
        """Keep the clock."""
        self._clock = clock

    def __call__(self, text: str) -> None:
        """Say it."""
        time = self._clock.now().isoformat(sep=" ", timespec="seconds")
        say(f"{time} {' '.join(text.splitlines())}")


def keep_watching(
    look: Callable[[], datetime | None],
    paths: Sequence[str],
    clock: Clock,
    locks: Locks,
    log: Notes,
) -> int:
    """Look again and again until a signal ends it; return the exit code.

    ``look`` returns when to look next, a change of the files at ``paths`` comes before that.
    Raises BusyError if another process watches already.
    """
    # A command that lives a second collects no garbage; this one lives for days.
    gc.enable()
    ended: EndedBySignal | None = None
    try:
        with ended_by_signals(), held_alone(locks):
            sleep = Sleep(clock, paths)
            log("watching.")
            while True:
                sleep(look())
    except EndedBySignal as signal:
        ended = signal
    except CancelledError as cancelled:
        # A signal during a countdown comes as the Ctrl-C that it stands for there.
        if not isinstance(cancelled.__context__, EndedBySignal):
            raise
        ended = cancelled.__context__
    log(f"ended by {ended.name}.")
    return ended.exit_code


def look_once(look: Callable[[], datetime | None], locks: Locks) -> int:
    """Look once, unless another process is at it: then there is nothing to do."""
    try:
        with ended_by_signals(), held_alone(locks):
            look()
    except EndedBySignal as ended:
        return ended.exit_code
    except BusyError as busy:
        # A scheduler's job would say so every few minutes; a person wants to know.
        if sys.stderr and sys.stderr.isatty():
            say(busy.what)
    return 0


def watching_ports(ports: Ports, terminal: CountingTerminal, log: Notes) -> Ports:
    """Return ports that ask by a dialog where there is a desktop, and say all in the log."""
    from awscli_mfa_plugin.watch.dialogs import DesktopOrTerminal, DialogTerminal

    either = DesktopOrTerminal(DialogTerminal(ports.environment, log), terminal)
    return replace(
        ports,
        notes=log,
        terminal=either,
        wait=Waiting(either),
        # A code in the environment of what runs for days is over when it is needed.
        environment_code=str,
    )
