"""Wires the edges into the core: the one place that knows both."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin import __version__
from awscli_mfa_plugin.core.codes import ENVIRONMENT_CODE
from awscli_mfa_plugin.core.ports import Ports
from awscli_mfa_plugin.core.records import Profile, Session
from awscli_mfa_plugin.core.sessions import session_of
from awscli_mfa_plugin.edges.machine import SystemClock, Waiting, read_stdin, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from awscli_mfa_plugin.core.aliases.file import HostCommands
    from awscli_mfa_plugin.core.aliases.pack import AliasPack
    from awscli_mfa_plugin.core.handing_out import HandoutRequest
    from awscli_mfa_plugin.core.protocols import CountingTerminal, Terminal
    from awscli_mfa_plugin.core.setup.manifest import SetupManifest
    from awscli_mfa_plugin.edges.alias_file import AliasFile
    from awscli_mfa_plugin.edges.locks import Locks
    from awscli_mfa_plugin.edges.session_cache import SessionCache
    from awscli_mfa_plugin.edges.state import StateFolder
    from awscli_mfa_plugin.host.examining import Examination
    from awscli_mfa_plugin.host.watching import Watching

_codes: list[str] = []
"""What ``AWS_MFA_TOKEN_CODE`` held: for one use in this process, whoever asks first."""


def profile_as_read(name: str, options: Mapping[str, Any]) -> Profile:
    """Return a profile as botocore merged its sections; nested settings are none of ours."""
    return Profile(
        name, config={key: text for key, text in options.items() if text.__class__ is str}
    )


def ca_bundle_of(parsed_globals: Any) -> str | None:
    """Return the path in ``--ca-bundle``; verification that is off (False) isn't one."""
    verify = parsed_globals.verify_ssl
    return verify if isinstance(verify, str) else None


def _environment_code() -> str:
    while _codes:
        code = _codes.pop()
        if code:
            return code
    return ""


class Wiring:
    """What one ``aws mfa`` command needs of the world, made from the CLI's session."""

    def __init__(self, session: Any) -> None:
        """Keep the session, and the environment without the token code."""
        self._session = session
        self._renewal_ports: Ports | None = None
        self.command_words: list[str] | None = None
        self.command_table: Mapping[str, Any] = {}
        self.subcommands: tuple[str, ...] = ()
        self.clock = SystemClock()
        # Taken out at once: no child of this process may see it.
        _codes.append(os.environ.pop(ENVIRONMENT_CODE, ""))
        self.environment = dict(os.environ)

    @property
    def session_profile(self) -> str | None:
        """The profile that the CLI's session names, by option or environment, or None."""
        profile: str | None = self._session.profile
        return profile

    def profiles(self) -> Iterator[Profile]:
        """Yield all profiles as the CLI itself read them, without reading them again."""
        for name, options in self._session.full_config["profiles"].items():
            if not options.keys().isdisjoint(_TELLING):
                yield profile_as_read(name, options)

    def renewal_ports(self, parsed_globals: Any) -> Ports:
        """Return the edges for a renewal inside another command, made once.

        Its ``--endpoint-url`` is that of the command's own service, and a verification that is
        off there isn't off for STS.
        """
        if self._renewal_ports is None:
            self._renewal_ports = self._ports(
                endpoint_url=None,
                verify=ca_bundle_of(parsed_globals),
                connect_timeout=parsed_globals.connect_timeout,
                read_timeout=parsed_globals.read_timeout,
            )
        return self._renewal_ports

    def ports(self, parsed_globals: Any, prompt_seconds: int | None = None) -> Ports:
        """Return the edges that implement the core's ports for a command of ours."""
        return self._ports(
            prompt_seconds=prompt_seconds,
            endpoint_url=parsed_globals.endpoint_url,
            verify=parsed_globals.verify_ssl,
            connect_timeout=parsed_globals.connect_timeout,
            read_timeout=parsed_globals.read_timeout,
        )

    def _ports(self, prompt_seconds: int | None = None, **options: Any) -> Ports:
        from awscli_mfa_plugin.edges.clients import (
            BotocoreChain,
            BotocoreSessions,
            ClientOptions,
            Clients,
        )
        from awscli_mfa_plugin.edges.locks import Locks
        from awscli_mfa_plugin.edges.shared_files import SharedConfigFiles
        from awscli_mfa_plugin.edges.state import StateFolder, UsedCodes
        from awscli_mfa_plugin.edges.sts import Iam, Sts

        terminal = _terminal(prompt_seconds)
        folder = StateFolder()
        locks = Locks(folder)
        sessions = BotocoreSessions(self._session.get_component("data_loader"))
        extra = f"awscli-mfa-plugin/{__version__}"
        clients = Clients(sessions, ClientOptions(user_agent_extra=extra, **options))
        return Ports(
            clock=self.clock,
            notes=say,
            terminal=terminal,
            wait=Waiting(terminal),
            environment=self.environment,
            files=SharedConfigFiles(
                self._path("config_file"),
                self._path("credentials_file"),
                locks,
                self._session_cache(locks),
            ),
            chain=BotocoreChain(sessions),
            sts=Sts(clients, self.clock),
            iam=Iam(clients, self.clock),
            token_process=_TokenCommand(self.environment),
            used_codes=UsedCodes(folder, self.clock.now),
            locks=locks,
            read_stdin=read_stdin,
            environment_code=_environment_code,
        )

    def handed_out(self, request: HandoutRequest, parsed_globals: Any) -> tuple[Session, str]:
        """Return a living session of a managed profile, or of a role on one, and its region."""
        from awscli_mfa_plugin.host.handing_out import hand_out

        ports = self.ports(parsed_globals, request.patience)
        return hand_out(request, self._session, parsed_globals, ports)

    def parent_process(self) -> str:
        """Return the name of the program that started this process, or ""."""
        from awscli_mfa_plugin.edges.programs import parent_process

        return parent_process()

    def become(self, words: list[str], variables: Mapping[str, str]) -> int:
        """Run a program in place of this process; return its exit status where that can't be."""
        from awscli_mfa_plugin.edges.programs import become

        return become(words, self.environment, variables)

    def alias_file(self) -> AliasFile:
        """Return the CLI's alias file."""
        from awscli_mfa_plugin.edges.alias_file import ALIAS_FILE, AliasFile

        return AliasFile(os.path.expanduser(ALIAS_FILE), self.state()[1])

    def alias_pack(self, path: str | None) -> AliasPack:
        """Return the pack in a YAML file, or the one that comes with the plugin."""
        from awscli_mfa_plugin.edges.alias_pack import packaged_pack, read_pack

        return read_pack(os.path.expanduser(path)) if path else packaged_pack()

    def host_commands(self) -> HostCommands:
        """Return which CLI this is, and the names of its commands."""
        from awscli_mfa_plugin.host.alias_wiring import host_commands

        return host_commands(self._session, self.command_table, self.subcommands)

    def asking_terminal(self) -> Terminal:
        """Return the terminal, muted where the environment forbids questions."""
        from awscli_mfa_plugin.core.asking import terminal_for

        return terminal_for("", self.environment, _terminal())

    def examination(self, parsed_globals: Any) -> Examination:
        """Return what doctor looks at, calls and mends."""
        from awscli_mfa_plugin.host.examining import Examination

        return Examination(self._session, parsed_globals, self.environment, self.clock)

    def watching(self, parsed_globals: Any) -> Watching:
        """Return what watch looks at, and the schedulers that may run it."""
        from awscli_mfa_plugin.host.watching import Watching

        return Watching(self, parsed_globals)

    def terminal(self) -> CountingTerminal:
        """Return the controlling terminal."""
        return _terminal()

    def state(self) -> tuple[StateFolder, Locks]:
        """Return the plugin's folder, and the locks in it."""
        from awscli_mfa_plugin.edges.locks import Locks
        from awscli_mfa_plugin.edges.state import StateFolder

        folder = StateFolder()
        return folder, Locks(folder)

    def cache_folder(self) -> str:
        """Return the folder of the sessions that stand beside long-lived keys."""
        return self._session_cache().folder

    def setup_manifest(self, path: str) -> SetupManifest:
        """Return the setup manifest in a file, or on stdin for ``-``."""
        from awscli_mfa_plugin.edges.setup_manifest import read_setup_manifest

        return read_setup_manifest(path)

    def note(self, text: str) -> None:
        """Say a line beside the result, on stderr."""
        say(text)

    def session_of(self, profile: Profile) -> Session | None:
        """Return a profile's session from wherever it lives, or None; nothing is written."""
        if profile.has_own_keys:
            cache = self._session_cache()
            return cache.load(profile.name, profile.long_lived_key_id)
        return session_of(profile)

    def _session_cache(self, locks: Locks | None = None) -> SessionCache:
        from awscli_mfa_plugin.edges.session_cache import CACHE_FOLDER, SessionCache

        folder = os.path.expanduser(CACHE_FOLDER)
        return SessionCache(folder, self._path("credentials_file"), locks)

    def _path(self, variable: str) -> str:
        path = os.path.expandvars(str(self._session.get_config_variable(variable)))
        return os.path.abspath(os.path.expanduser(path))


_TELLING = frozenset(
    {"aws_session_token", "aws_security_token", "mfa_source_profile", "mfa_session"}
)
"""Options of which a profile holds at least one if it is managed or holds a session."""


def _terminal(prompt_seconds: int | None = None) -> CountingTerminal:
    from awscli_mfa_plugin.edges.terminal import PROMPT_SECONDS, this_terminal

    return this_terminal(prompt_seconds or PROMPT_SECONDS)


class _TokenCommand:
    """The command of ``mfa_process``: most logins run none, and needn't load what runs one."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def run(self, command: str) -> str:
        from awscli_mfa_plugin.edges.token_process import TokenCommand

        return TokenCommand(self._environment, say).run(command)
