"""Wires what ``aws mfa watch`` needs: the watch itself, and the schedulers that may run it."""

from __future__ import annotations

import gc
import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.core.watching.jobs import job_of
from awscli_mfa_plugin.core.watching.watch import Watch
from awscli_mfa_plugin.edges.machine import Waiting, say
from awscli_mfa_plugin.errors import BusyError, CancelledError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from awscli_mfa_plugin.core.ports import Ports
    from awscli_mfa_plugin.core.protocols import Clock, Scheduler
    from awscli_mfa_plugin.core.watching.jobs import Job
    from awscli_mfa_plugin.core.watching.watch import WatchRequest
    from awscli_mfa_plugin.edges.locks import Locks
    from awscli_mfa_plugin.host.wiring import Wiring


class Watching:
    """What the host gives the command ``watch``."""

    def __init__(self, wiring: Wiring, parsed_globals: Any) -> None:
        """Keep the wiring; nothing is looked for yet."""
        self._wiring = wiring
        self._globals = parsed_globals

    def run(self, request: WatchRequest, notify_command: str, *, once: bool) -> int:
        """Watch until a signal ends it, or look once; return the exit code.

        Raises BusyError if another process watches already.
        """
        from awscli_mfa_plugin.edges.watching.memory import WatchState, held_alone
        from awscli_mfa_plugin.edges.watching.notifications import Notifications
        from awscli_mfa_plugin.edges.watching.sleeping import EndedBySignal, Sleep, ended_by_signals

        log = _Log(self._wiring.clock)
        files = self._wiring.ports(self._globals).files
        folder, locks = self._wiring.state()
        watch = Watch(
            request,
            lambda: self._ports(log),
            WatchState(folder, files.credentials_path, self._wiring.clock.now),
            Notifications(self._wiring.environment, notify_command),
        )
        watch.check()
        if once:
            return self._look_once(watch, locks)
        # A command that lives a second collects no garbage; this one lives for days.
        gc.enable()
        ended: EndedBySignal | None = None
        try:
            with ended_by_signals(), held_alone(locks):
                paths = (files.config_path, files.credentials_path, self._wiring.cache_folder())
                sleep = Sleep(self._wiring.clock, paths)
                log("watching.")
                while True:
                    sleep(watch.look())
        except EndedBySignal as signal:
            ended = signal
        except CancelledError as cancelled:
            # A signal during a countdown comes as the Ctrl-C that it stands for there.
            if not isinstance(cancelled.__context__, EndedBySignal):
                raise
            ended = cancelled.__context__
        log(f"ended by {ended.name}.")
        return ended.exit_code

    def _look_once(self, watch: Watch, locks: Locks) -> int:
        """Look once, unless another process is at it: then there is nothing to do."""
        from awscli_mfa_plugin.edges.watching.memory import held_alone
        from awscli_mfa_plugin.edges.watching.sleeping import EndedBySignal, ended_by_signals

        try:
            with ended_by_signals(), held_alone(locks):
                watch.look()
        except EndedBySignal as ended:
            return ended.exit_code
        except BusyError as busy:
            # A scheduler's job would say so every few minutes; a person wants to know.
            if sys.stderr and sys.stderr.isatty():
                say(busy.what)
        return 0

    def ports(self) -> Ports:
        """Return the edges to look with; nothing is asked."""
        return self._wiring.ports(self._globals)

    def schedulers(self, named: str) -> tuple[Scheduler, ...]:
        """Return the schedulers of this system, or the one that is named."""
        from awscli_mfa_plugin.edges.watching.schedulers import schedulers

        return schedulers(self._wiring.environment, named)

    def keep_schedulers(self, names: Sequence[str]) -> None:
        """Note which schedulers run the watch, for the uninstaller."""
        from awscli_mfa_plugin.edges.watching.memory import keep_schedulers

        keep_schedulers(self._wiring.state()[0], names)

    def job(self, words: tuple[str, ...]) -> tuple[Job, tuple[str, ...]]:
        """Return the job that runs ``aws`` with these words, and what its environment lacks."""
        from awscli_mfa_plugin.edges.watching.this_aws import path_of_this_aws

        environment = dict(self._wiring.environment)
        ports = self.ports()
        for name, path in (
            ("AWS_CONFIG_FILE", ports.files.config_path),
            ("AWS_SHARED_CREDENTIALS_FILE", ports.files.credentials_path),
        ):
            if environment.get(name):
                environment[name] = path
        bundle = environment.get("AWS_CA_BUNDLE")
        if bundle:
            environment["AWS_CA_BUNDLE"] = os.path.abspath(bundle)
        folders = environment.get("PATH", "").split(os.pathsep)
        absolute = dict.fromkeys(folder for folder in folders if os.path.isabs(folder))
        environment["PATH"] = os.pathsep.join(absolute)
        return job_of((path_of_this_aws(environment), *words), environment)

    def other_watch(self) -> str:
        """Return which process watches now, or ""."""
        from awscli_mfa_plugin.edges.watching.memory import held_alone

        try:
            with held_alone(self._wiring.state()[1]):
                return ""
        except BusyError as busy:
            return busy.what.partition(" watches")[0]

    def _ports(self, log: _Log) -> Ports:
        from awscli_mfa_plugin.edges.watching.dialogs import DesktopOrTerminal, DialogTerminal

        desktop = DialogTerminal(self._wiring.environment, log)
        terminal = DesktopOrTerminal(desktop, self._wiring.terminal())
        return replace(
            self._wiring.ports(self._globals),
            notes=log,
            terminal=terminal,
            wait=Waiting(terminal),
            # A code in the environment of what runs for days is over when it is needed.
            environment_code=str,
        )


class _Log:
    """Says one line an event, with its local time, on stderr."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def __call__(self, text: str) -> None:
        time = self._clock.now().isoformat(sep=" ", timespec="seconds")
        say(f"{time} {' '.join(text.splitlines())}")
