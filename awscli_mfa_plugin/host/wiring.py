"""Wires the edges into the core: the one place that knows both."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin import __version__
from awscli_mfa_plugin.core.ports import Ports
from awscli_mfa_plugin.core.records import Profile
from awscli_mfa_plugin.core.token_codes import ENVIRONMENT_CODE
from awscli_mfa_plugin.edges.machine import SystemClock, Waiting, read_stdin, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from awscli_mfa_plugin.core.protocols import CountingTerminal

STATE_FOLDER = os.path.join("~", ".aws", "cli", "awscli-mfa")


class Wiring:
    """What one ``aws mfa`` command needs of the world, made from the CLI's session."""

    def __init__(self, session: Any) -> None:
        """Keep the session, and the environment without the token code."""
        self._session = session
        self.clock = SystemClock()
        self.environment = dict(os.environ)
        # Taken out at once: no child of this process may see it.
        os.environ.pop(ENVIRONMENT_CODE, None)

    @property
    def session_profile(self) -> str | None:
        """The profile that the CLI's session names, by option or environment, or None."""
        profile: str | None = self._session.profile
        return profile

    def profiles(self) -> Iterator[Profile]:
        """Yield all profiles as the CLI itself read them, without reading them again."""
        for name, options in self._session.full_config["profiles"].items():
            if not options.keys().isdisjoint(_TELLING):
                yield Profile(name, config=options)

    def ports(self, parsed_globals: Any) -> Ports:
        """Return the edges that implement the core's ports."""
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
        from awscli_mfa_plugin.edges.token_process import TokenCommand

        terminal = _terminal()
        folder = StateFolder(os.path.expanduser(STATE_FOLDER))
        locks = Locks(folder)
        sessions = BotocoreSessions(self._session.get_component("data_loader"))
        clients = Clients(sessions, _client_options(parsed_globals, ClientOptions))
        return Ports(
            clock=self.clock,
            notes=say,
            terminal=terminal,
            wait=Waiting(terminal),
            environment=self.environment,
            files=SharedConfigFiles(
                self._path("config_file"), self._path("credentials_file"), locks
            ),
            chain=BotocoreChain(sessions),
            sts=Sts(clients, self.clock),
            iam=Iam(clients, self.clock),
            token_process=TokenCommand(self.environment, say),
            used_codes=UsedCodes(folder, self.clock.now),
            locks=locks,
            read_stdin=read_stdin,
        )

    def _path(self, variable: str) -> str:
        path = os.path.expandvars(str(self._session.get_config_variable(variable)))
        return os.path.abspath(os.path.expanduser(path))


_TELLING = frozenset(
    {"aws_session_token", "aws_security_token", "mfa_source_profile", "mfa_session"}
)
"""Options of which a profile holds at least one if it is managed or holds a session."""


def _client_options(parsed_globals: Any, client_options: Any) -> Any:
    return client_options(
        endpoint_url=parsed_globals.endpoint_url,
        verify=parsed_globals.verify_ssl,
        connect_timeout=parsed_globals.connect_timeout,
        read_timeout=parsed_globals.read_timeout,
        user_agent_extra=f"awscli-mfa-plugin/{__version__}",
    )


def _terminal() -> CountingTerminal:
    if sys.platform == "win32":
        from awscli_mfa_plugin.edges.terminal_windows import Console

        return Console()
    from awscli_mfa_plugin.edges.terminal import ControllingTerminal

    return ControllingTerminal()
