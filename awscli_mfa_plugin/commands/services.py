"""Makes what a Context offers and takes more than a line: the ports, the watch."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from awscli_mfa_plugin import __version__
from awscli_mfa_plugin.aws.calls import Iam, Sts
from awscli_mfa_plugin.aws.clients import BotocoreChain, BotocoreSessions, ClientOptions, Clients
from awscli_mfa_plugin.files.profiles import SharedConfigFiles
from awscli_mfa_plugin.files.state import UsedCodes
from awscli_mfa_plugin.session.ports import Ports
from awscli_mfa_plugin.system.machine import Waiting, read_stdin, say
from awscli_mfa_plugin.system.terminal import PROMPT_SECONDS, this_terminal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from awscli_mfa_plugin.commands.context import Context
    from awscli_mfa_plugin.commands.process import GlobalOptions, Process
    from awscli_mfa_plugin.watch.watch import WatchRequest


def ports_of(context: Context, prompt_seconds: int | None = None) -> Ports:
    """Return the ports of a command; ``prompt_seconds`` is how long a question may stand."""
    process, locks = context.process, context.locks
    terminal = this_terminal(prompt_seconds or PROMPT_SECONDS)
    sessions, clients = clients_of(process, context.options)
    cache = context.session_cache(locks)
    return Ports(
        clock=context.clock,
        notes=context.note,
        terminal=terminal,
        wait=Waiting(terminal),
        environment=context.environment,
        files=SharedConfigFiles(process.config_path, process.credentials_path, locks, cache),
        chain=BotocoreChain(sessions),
        sts=Sts(clients, context.clock),
        iam=Iam(clients, context.clock),
        token_process=_TokenCommand(context.environment),
        used_codes=UsedCodes(context.state, context.clock.now),
        locks=locks,
        read_stdin=read_stdin,
        environment_code=process.environment_code,
    )


def clients_of(process: Process, options: GlobalOptions) -> tuple[BotocoreSessions, Clients]:
    """Return botocore's sessions and clients, as the call's global options want them."""
    sessions = BotocoreSessions(process.data_loader())
    client_options = ClientOptions(
        endpoint_url=options.endpoint_url,
        verify=options.verify_ssl,
        connect_timeout=options.connect_timeout,
        read_timeout=options.read_timeout,
        user_agent_extra=f"awscli-mfa-plugin/{__version__}",
    )
    return sessions, Clients(sessions, client_options)


def date_of_sts(context: Context, region: str, profile: str) -> datetime | None:
    """Return the Date of STS's answer in a region; no option needn't mean the CLI's long waits."""
    from awscli_mfa_plugin.aws import calls as sts_clock

    options = replace(
        context.options,
        connect_timeout=context.options.connect_timeout or sts_clock.PATIENCE,
        read_timeout=context.options.read_timeout or sts_clock.PATIENCE,
    )
    _, clients = clients_of(context.process, options)
    return sts_clock.date_of_sts(clients, context.clock, region, profile)


def watch(context: Context, request: WatchRequest, notify_command: str, *, once: bool) -> int:
    """Watch until a signal ends it, or look once; return the exit code."""
    from awscli_mfa_plugin.watch.notifications import Notifications
    from awscli_mfa_plugin.watch.running import (
        Log,
        keep_watching,
        look_once,
        watching_ports,
    )
    from awscli_mfa_plugin.watch.watch import Watch
    from awscli_mfa_plugin.watch.watch_state import WatchState

    process, clock, log = context.process, context.clock, Log(context.clock)
    watch = Watch(
        request,
        lambda: watching_ports(context.new_ports(), context.terminal, log),
        WatchState(context.state, process.credentials_path, clock.now),
        Notifications(context.environment, notify_command),
    )
    watch.check()
    if once:
        return look_once(watch.look, context.locks)
    paths = (process.config_path, process.credentials_path, context.session_cache().folder)
    return keep_watching(watch.look, paths, clock, context.locks, log)


class _TokenCommand:
    """The command of ``mfa_process``: most logins run none, and needn't load what runs one."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def run(self, command: str) -> str:
        from awscli_mfa_plugin.system.token_process import TokenCommand

        return TokenCommand(self._environment, say).run(command)
