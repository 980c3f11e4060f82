"""What every command needs of its process, of the machine and of AWS, made when first used."""

from __future__ import annotations

import os
import sys
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin import __version__
from awscli_mfa_plugin.commands.process import GlobalOptions
from awscli_mfa_plugin.session.sections import session_of
from awscli_mfa_plugin.system.machine import SystemClock, columns_of, say, style_of
from awscli_mfa_plugin.text import Screen, Style, short_path, wants_colors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from awscli_mfa_plugin.aws.clients import Clients
    from awscli_mfa_plugin.commands.process import Process
    from awscli_mfa_plugin.files.locks import Locks
    from awscli_mfa_plugin.files.session_cache import SessionCache
    from awscli_mfa_plugin.files.state import StateFolder
    from awscli_mfa_plugin.session.credentials import CredentialsRequest
    from awscli_mfa_plugin.session.ports import Clock, CountingTerminal, Ports, Terminal
    from awscli_mfa_plugin.session.records import Profile, Session


class Services:
    """The global options of a call, and the services that the session's rules use.

    Each attribute and method that is passed by keyword replaces what would be made:
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
    def home(self) -> str:
        """The user's home folder."""
        return os.path.expanduser("~")

    def short_path(self, path: str) -> str:
        """Return a path as it is shown: with ``~`` for the home folder."""
        return short_path(path, self.home)

    @cached_property
    def screen(self) -> Screen:
        """Where the result is shown."""
        encoding = getattr(sys.stdout, "encoding", None) or "ascii"
        style = style_of(sys.stdout, self.options.color, self.environment)
        columns = columns_of(sys.stdout)
        return Screen(
            is_terminal=sys.stdout.isatty(), encoding=encoding, style=style, columns=columns
        )

    @cached_property
    def note_style(self) -> Style:
        """The colors of what is printed on stderr."""
        return style_of(sys.stderr, self.options.color, self.environment)

    def note(self, text: str) -> None:
        """Print a note on stderr."""
        say(text)

    def note_ignored_variables(self) -> None:
        """Say which variables of the environment a session replaces, if any."""
        from awscli_mfa_plugin.export.formats import ignored_variables

        line = ignored_variables(self.environment)
        if line:
            self.note(self.note_style.dim(line))

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

    def session_cache(self, locks: Locks | None = None) -> SessionCache:
        """Return the sessions beside long-lived keys; only writing needs ``locks``."""
        from awscli_mfa_plugin.files.paths import cache_folder
        from awscli_mfa_plugin.files.session_cache import SessionCache

        return SessionCache(cache_folder(), self.process.credentials_path, locks)

    def session_of(self, profile: Profile) -> Session | None:
        """Return a profile's session from wherever it is, or None; nothing is written."""
        if profile.has_own_keys:
            return self.session_cache().load(profile.name, profile.long_lived_key_id)
        return session_of(profile)

    def session_credentials(self, request: CredentialsRequest) -> tuple[Session, str]:
        """Return a valid session of a managed profile, or of a role on one, and its region."""
        ports = self.new_ports(request.patience)
        return self.process.session_credentials(request, self.options, ports)

    @cached_property
    def ports(self) -> Ports:
        """The ports of the session."""
        return self.new_ports()

    def new_ports(self, prompt_seconds: int | None = None) -> Ports:
        """Return the ports of the session made anew; nothing that was read before is kept in them.

        ``prompt_seconds`` is after how long a question gives up.
        """
        from awscli_mfa_plugin.aws.calls import Iam, Sts
        from awscli_mfa_plugin.files.profiles import SharedConfigFiles
        from awscli_mfa_plugin.files.state import UsedCodes
        from awscli_mfa_plugin.session.ports import Ports
        from awscli_mfa_plugin.system.machine import read_stdin, wait_on
        from awscli_mfa_plugin.system.terminal import PROMPT_SECONDS, this_terminal

        process, locks, clients = self.process, self.locks, self.clients(self.options)
        terminal = this_terminal(prompt_seconds or PROMPT_SECONDS)
        paths = (process.config_path, process.credentials_path)
        style = self.note_style  # stderr is the console on Windows
        if sys.platform != "win32":
            has_colors = wants_colors(self.options.color, self.environment, is_terminal=True)
            style = Style(is_on=has_colors)
        return Ports(
            clock=self.clock,
            notes=self.note,
            terminal=terminal,
            wait=partial(wait_on, terminal),
            environment=self.environment,
            files=SharedConfigFiles.on_disk(*paths, locks, self.session_cache(locks)),
            chain=clients.sessions,
            sts=Sts(clients, self.clock),
            iam=Iam(clients, self.clock),
            # No partial: its repr would show the environment.
            token_process=lambda command: _fetched_code(command, self.environment),
            used_codes=UsedCodes(self.state, self.clock.now),
            locks=locks,
            read_stdin=read_stdin,
            environment_code=process.environment_code,
            style=style,
        )

    def clients(self, options: GlobalOptions) -> Clients:
        """Return botocore's clients for these global options."""
        from awscli_mfa_plugin.aws.clients import BotocoreSessions, ClientOptions, Clients

        client_options = ClientOptions(
            endpoint_url=options.endpoint_url,
            verify=options.verify_ssl,
            connect_timeout=options.connect_timeout,
            read_timeout=options.read_timeout,
            user_agent_extra=f"awscli-mfa-plugin/{__version__}",
        )
        return Clients(BotocoreSessions(self.process.data_loader()), client_options)


def _fetched_code(command: str, environment: Mapping[str, str]) -> str:
    """Run ``mfa_process``: most logins don't, and needn't load what runs it."""
    from awscli_mfa_plugin.system.token_process import run_token_process

    return run_token_process(command, environment, say)
