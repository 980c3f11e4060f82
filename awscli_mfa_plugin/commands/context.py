"""The Context, which a command gets beside its arguments: services, and what features add."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from awscli_mfa_plugin.commands.services import Services

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from awscli_mfa_plugin.aliases.files import AliasFile
    from awscli_mfa_plugin.aliases.pack import AliasPack
    from awscli_mfa_plugin.aws.iam import MfaDeviceCalls, UserKeys
    from awscli_mfa_plugin.doctor.findings import Observations
    from awscli_mfa_plugin.files.rotation_journal import RotationJournal
    from awscli_mfa_plugin.session.credentials import CredentialsRequest
    from awscli_mfa_plugin.session.records import Keys
    from awscli_mfa_plugin.watch.jobs import Job
    from awscli_mfa_plugin.watch.schedulers import CommandLineScheduler
    from awscli_mfa_plugin.watch.watch import WatchRequest


class Context(Services):
    """The services, and what touches the machine for one feature alone."""

    def parent_process(self) -> str:
        """Return the name of the program that started this process, or ""."""
        from awscli_mfa_plugin.system.exec_program import parent_process

        return parent_process()

    def exec_program(self, words: Sequence[str], variables: Mapping[str, str]) -> int:
        """Run a program in place of this process; return its exit status where that can't be."""
        from awscli_mfa_plugin.system.exec_program import exec_program

        return exec_program([*words], self.environment, variables)

    def user_keys(self, keys: Keys, region: str, user_name: str = "") -> UserKeys:
        """Return the access keys in IAM of the user whom these keys belong to."""
        from awscli_mfa_plugin.aws.iam import UserKeys

        return UserKeys(self.clients(self.options), self.clock, keys, user_name, region)

    @cached_property
    def rotation_journal(self) -> RotationJournal:
        """The rotations of access keys that aren't finished."""
        from awscli_mfa_plugin.files.rotation_journal import RotationJournal

        return RotationJournal(self.state)

    def serve_program(self, request: CredentialsRequest, words: Sequence[str]) -> int:
        """Run a program beside an endpoint with a session that is renewed; return its exit code."""
        from awscli_mfa_plugin.commands.serving import serve

        return serve(request, words, self)

    @cached_property
    def device_calls(self) -> MfaDeviceCalls:
        """The calls that change MFA devices."""
        from awscli_mfa_plugin.aws.iam import MfaDeviceCalls

        return MfaDeviceCalls(self.clients(self.options), self.clock)

    def signin_token(self, profile: str, url: str, form: Mapping[str, str]) -> str:
        """Return the token for a sign-in to the console, by the network settings of a profile."""
        from awscli_mfa_plugin.aws.calls import signin_token

        clients = self.clients(self.options)
        session = clients.sessions.of(profile)
        return signin_token(url, form, clients.options, session, self.clock.now())

    def open_browser(self, url: str) -> str:
        """Open a secret URL in the browser, by an address of ours; return why not, or ""."""
        from awscli_mfa_plugin.signin.one_shot import open_once

        return open_once(url, self.environment)

    @cached_property
    def alias_file(self) -> AliasFile:
        """The CLI's alias file."""
        from awscli_mfa_plugin.aliases.files import AliasFile
        from awscli_mfa_plugin.files.paths import alias_path

        return AliasFile(alias_path(), self.locks)

    def alias_pack(self, path: str | None) -> AliasPack:
        """Return the pack in a YAML file, or the one that comes with the plugin."""
        from awscli_mfa_plugin.aliases.files import packaged_pack, read_pack

        return read_pack(os.path.expanduser(path)) if path else packaged_pack()

    def peer_programs(self) -> dict[str, str]:
        """Return the paths of other MFA tools' programs as a command line needs them."""
        from awscli_mfa_plugin.setup.machine import peer_programs

        return peer_programs(self.environment)

    def machine(self) -> Observations:
        """Return what doctor sees without a call; each CLI is started."""
        from awscli_mfa_plugin import __version__
        from awscli_mfa_plugin.commands import NAMES
        from awscli_mfa_plugin.doctor.inspect import inspect

        process = self.process
        folders, program = process.usual_folders, process.program
        return inspect(self.environment, __version__, folders, program, subcommands=NAMES)

    def date_of_sts(self, region: str, profile: str) -> datetime | None:
        """Return the Date of STS's answer in a region, by the network settings of a profile.

        Without an option for it, the wait is shorter than the CLI's own.
        """
        from awscli_mfa_plugin.aws.calls import PATIENCE, date_of_sts

        options = replace(
            self.options,
            connect_timeout=self.options.connect_timeout or PATIENCE,
            read_timeout=self.options.read_timeout or PATIENCE,
        )
        return date_of_sts(self.clients(options), self.clock, region, profile)

    def watch(self, request: WatchRequest, notify_command: str, *, once: bool) -> int:
        """Watch until a signal ends it, or look once; return the exit code.

        Raises BusyError if another process watches already.
        """
        from awscli_mfa_plugin.watch import loop
        from awscli_mfa_plugin.watch.notifications import notify
        from awscli_mfa_plugin.watch.watch import Watch
        from awscli_mfa_plugin.watch.watch_state import WatchStateFile

        process, clock = self.process, self.clock
        log = partial(loop.say_with_time, clock, self.note_style)
        watch = Watch(
            request,
            lambda: loop.watching_ports(self.new_ports(), self.terminal, log),
            WatchStateFile(self.state, process.credentials_path, clock.now),
            lambda notice: notify(self.environment, notify_command, notice),
            self.note_style,
        )
        watch.check_profiles()
        if once:
            return loop.inspect_once(watch.inspect, self.locks)
        paths = (process.config_path, process.credentials_path, self.session_cache().folder)
        return loop.keep_watching(watch.inspect, paths, clock, self.locks, log)

    def schedulers(self, named: str = "") -> tuple[CommandLineScheduler, ...]:
        """Return the schedulers of this system, the preferred first, or the one that is named."""
        from awscli_mfa_plugin.watch.schedulers import schedulers

        return schedulers(self.environment, named)

    def keep_schedulers(self, names: Sequence[str]) -> None:
        """Note which schedulers run the watch, for the uninstaller."""
        from awscli_mfa_plugin.watch.watch_state import keep_schedulers

        keep_schedulers(self.state, names)

    def job(self, words: Sequence[str]) -> tuple[Job, tuple[str, ...]]:
        """Return the job that runs ``aws`` with these words, and what its environment lacks."""
        from awscli_mfa_plugin.watch.schedulers import job_of_this_aws

        process = self.process
        paths = {
            "AWS_CONFIG_FILE": process.config_path,
            "AWS_SHARED_CREDENTIALS_FILE": process.credentials_path,
        }
        return job_of_this_aws(words, self.environment, process.program, paths)
