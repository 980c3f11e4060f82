"""Everything that a command needs: the call's global options, and what touches the machine.

A service is made when it is first used. Of the commands' modules only this one and ``services``
know files, AWS and the system.
"""

from __future__ import annotations

import os
import sys
from functools import cached_property
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin import __version__
from awscli_mfa_plugin.commands.process import GlobalOptions, Screen
from awscli_mfa_plugin.session.sections import session_of
from awscli_mfa_plugin.system.machine import SystemClock, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from awscli_mfa_plugin.aliases.merge import HostCommands
    from awscli_mfa_plugin.aliases.pack import AliasPack
    from awscli_mfa_plugin.aliases.ports import AliasStore
    from awscli_mfa_plugin.commands.process import Process
    from awscli_mfa_plugin.doctor.findings import Fix
    from awscli_mfa_plugin.doctor.observations import Observations
    from awscli_mfa_plugin.files.locks import Locks
    from awscli_mfa_plugin.files.session_cache import SessionCache
    from awscli_mfa_plugin.files.state import StateFolder
    from awscli_mfa_plugin.session.credentials import CredentialsRequest
    from awscli_mfa_plugin.session.ports import Clock, CountingTerminal, Ports, Terminal
    from awscli_mfa_plugin.session.records import Profile, Session
    from awscli_mfa_plugin.setup.manifest import SetupManifest
    from awscli_mfa_plugin.watch.jobs import Job
    from awscli_mfa_plugin.watch.ports import Scheduler
    from awscli_mfa_plugin.watch.watch import WatchRequest


class Context:
    """What one command gets beside its arguments.

    Each attribute and method that is given by its name takes the place of what would be made:
    so a test hands in fakes, and nothing is changed from outside later.
    """

    def __init__(
        self, process: Process, options: GlobalOptions | None = None, **given: Any
    ) -> None:
        """Keep the process and the options; nothing is made yet."""
        unknown = sorted(name for name in given if not hasattr(type(self), name))
        if unknown:
            raise TypeError(f"Context has no {', '.join(unknown)}")
        self.process = process
        self.options = options or GlobalOptions()
        self.environment: Mapping[str, str] = process.environment
        vars(self).update(given)

    @property
    def session_profile(self) -> str:
        """The session profile: the one that option or environment name, else ``mfa``."""
        from awscli_mfa_plugin.session.source import DEFAULT_SESSION_PROFILE

        return self.process.named_profile or DEFAULT_SESSION_PROFILE

    @cached_property
    def clock(self) -> Clock:
        """The time of this machine."""
        return SystemClock()

    @cached_property
    def screen(self) -> Screen:
        """Where the result is shown."""
        encoding = getattr(sys.stdout, "encoding", None) or "ascii"
        return Screen(sys.stdout.isatty(), encoding)

    def note(self, text: str) -> None:
        """Say a line beside the result, on stderr."""
        say(text)

    @cached_property
    def terminal(self) -> CountingTerminal:
        """The controlling terminal."""
        from awscli_mfa_plugin.system.terminal import this_terminal

        return this_terminal()

    @cached_property
    def asking_terminal(self) -> Terminal:
        """The terminal, muted where the environment forbids questions."""
        from awscli_mfa_plugin.session.token_codes import terminal_for

        return terminal_for("", self.environment, self.terminal)

    @cached_property
    def state(self) -> StateFolder:
        """The plugin's folder."""
        from awscli_mfa_plugin.files.state import StateFolder

        return StateFolder()

    @cached_property
    def locks(self) -> Locks:
        """The locks in the plugin's folder."""
        from awscli_mfa_plugin.files.locks import Locks

        return Locks(self.state)

    @cached_property
    def ports(self) -> Ports:
        """The ports of the session."""
        return self.new_ports()

    def new_ports(self, prompt_seconds: int | None = None) -> Ports:
        """Return the ports of the session made anew; nothing that was read before is kept in them.

        ``prompt_seconds`` is how long a question may stand.
        """
        from awscli_mfa_plugin.commands.services import ports_of

        return ports_of(self, prompt_seconds)

    def session_cache(self, locks: Locks | None = None) -> SessionCache:
        """Return the sessions that stand beside long-lived keys; only writing needs ``locks``."""
        from awscli_mfa_plugin.files.session_cache import CACHE_FOLDER, SessionCache

        folder = os.path.expanduser(CACHE_FOLDER)
        return SessionCache(folder, self.process.credentials_path, locks)

    def profiles(self) -> Iterable[Profile]:
        """Return the profiles that are managed or hold a session, as the process read them."""
        return self.process.profiles()

    def profile(self, name: str) -> Profile | None:
        """Return a profile as the process read it, or None if there is none."""
        return self.process.profile(name)

    def session_of(self, profile: Profile) -> Session | None:
        """Return a profile's session from wherever it lives, or None; nothing is written."""
        if profile.has_own_keys:
            return self.session_cache().load(profile.name, profile.long_lived_key_id)
        return session_of(profile)

    def session_credentials(self, request: CredentialsRequest) -> tuple[Session, str]:
        """Return a living session of a managed profile, or of a role on one, and its region."""
        return self.process.session_credentials(
            request, self.options, self.new_ports(request.patience)
        )

    def parent_process(self) -> str:
        """Return the name of the program that started this process, or ""."""
        from awscli_mfa_plugin.system.exec_program import parent_process

        return parent_process()

    def exec_program(self, words: Sequence[str], variables: Mapping[str, str]) -> int:
        """Run a program in place of this process; return its exit status where that can't be."""
        from awscli_mfa_plugin.system.exec_program import exec_program

        return exec_program([*words], self.environment, variables)

    @cached_property
    def alias_file(self) -> AliasStore:
        """The CLI's alias file."""
        from awscli_mfa_plugin.aliases.alias_file import ALIAS_FILE, AliasFile

        return AliasFile(os.path.expanduser(ALIAS_FILE), self.locks)

    def alias_pack(self, path: str | None) -> AliasPack:
        """Return the pack in a YAML file, or the one that comes with the plugin."""
        from awscli_mfa_plugin.aliases.pack_file import packaged_pack, read_pack

        return read_pack(os.path.expanduser(path)) if path else packaged_pack()

    def host_commands(self) -> HostCommands:
        """Return which CLI this is, and the names of its commands."""
        return self.process.host_commands()

    def setup_manifest(self, path: str) -> SetupManifest:
        """Return the setup manifest in a file, or on stdin for ``-``."""
        from awscli_mfa_plugin.setup.manifest_file import read_setup_manifest

        return read_setup_manifest(path)

    def machine(self) -> Observations:
        """Return what doctor sees without a call; each CLI is started."""
        from awscli_mfa_plugin.commands import NAMES
        from awscli_mfa_plugin.doctor.inspect import look

        process = self.process
        return look(
            self.environment,
            __version__,
            process.usual_folders,
            process.program,
            subcommands=NAMES,
        )

    def date_of_sts(self, region: str, profile: str) -> datetime | None:
        """Return the Date of STS's answer in a region, by the network settings of a profile."""
        from awscli_mfa_plugin.commands.services import date_of_sts

        return date_of_sts(self, region, profile)

    def shown_change(self, fix: Fix) -> str:
        """Return what a fix of doctor's would change."""
        from awscli_mfa_plugin.doctor.fixes import shown_change

        return shown_change(fix)

    def make_change(self, fix: Fix) -> None:
        """Make the change of a fix of doctor's; raise an MfaError where it can't be."""
        from awscli_mfa_plugin.doctor.fixes import make_change

        make_change(fix, self.locks)

    def watch(self, request: WatchRequest, notify_command: str, *, once: bool) -> int:
        """Watch until a signal ends it, or look once; return the exit code.

        Raises BusyError if another process watches already.
        """
        from awscli_mfa_plugin.commands.services import watch

        return watch(self, request, notify_command, once=once)

    def schedulers(self, named: str = "") -> tuple[Scheduler, ...]:
        """Return the schedulers of this system, the preferred first, or the one that is named."""
        from awscli_mfa_plugin.watch.schedulers import schedulers

        return schedulers(self.environment, named)

    def keep_schedulers(self, names: Sequence[str]) -> None:
        """Note which schedulers run the watch, for the uninstaller."""
        from awscli_mfa_plugin.watch.watch_state import keep_schedulers

        keep_schedulers(self.state, names)

    def job(self, words: Sequence[str]) -> tuple[Job, tuple[str, ...]]:
        """Return the job that runs ``aws`` with these words, and what its environment lacks."""
        from awscli_mfa_plugin.watch.this_aws import job_of_this_aws

        config, credentials = self.process.config_path, self.process.credentials_path
        return job_of_this_aws(words, self.environment, config, credentials)

    def other_watch(self) -> str:
        """Return which process watches now, or ""."""
        from awscli_mfa_plugin.watch.watch_state import other_watch

        return other_watch(self.locks)
