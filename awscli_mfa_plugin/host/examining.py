"""What doctor needs of the world: it looks at the machine, asks STS the time, makes changes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from awscli_mfa_plugin.core.diagnosis.findings import Fix
    from awscli_mfa_plugin.core.diagnosis.sights import MachineSight
    from awscli_mfa_plugin.edges.machine import SystemClock


class Examination:
    """The edges of ``aws mfa doctor``, made from the CLI's session and global options."""

    def __init__(
        self,
        session: Any,
        parsed_globals: Any,
        environment: Mapping[str, str],
        clock: SystemClock,
    ) -> None:
        """Keep what the edges are made from."""
        self._session = session
        self._globals = parsed_globals
        self._environment = environment
        self._clock = clock

    def machine(self) -> MachineSight:
        """Return what is seen without a call; each CLI is started."""
        from awscli_mfa_plugin.edges.diagnosis.seen import look
        from awscli_mfa_plugin.edges.installation.cli_places import SYSTEM_PLACES

        program = sys.executable if getattr(sys, "frozen", False) else sys.argv[0]
        return look(self._environment, __version__, SYSTEM_PLACES, program)

    def date_of_sts(self, region: str, profile: str) -> datetime | None:
        """Return the Date of STS's answer in a region, by the network settings of a profile."""
        from awscli_mfa_plugin.edges.clients import BotocoreSessions, ClientOptions, Clients
        from awscli_mfa_plugin.edges.diagnosis.sts_clock import PATIENCE, date_of_sts

        options = ClientOptions(
            endpoint_url=self._globals.endpoint_url,
            verify=self._globals.verify_ssl,
            connect_timeout=self._globals.connect_timeout or PATIENCE,
            read_timeout=self._globals.read_timeout or PATIENCE,
            user_agent_extra=f"awscli-mfa-plugin/{__version__}",
        )
        sessions = BotocoreSessions(self._session.get_component("data_loader"))
        return date_of_sts(Clients(sessions, options), self._clock, region, profile)

    def shown_change(self, fix: Fix) -> str:
        """Return what a fix would change."""
        from awscli_mfa_plugin.edges.diagnosis.fixes import shown_change

        return shown_change(fix)

    def make_change(self, fix: Fix) -> None:
        """Make the change of a fix; raise an MfaError where it can't be."""
        from awscli_mfa_plugin.edges.diagnosis.fixes import make_change
        from awscli_mfa_plugin.edges.locks import Locks
        from awscli_mfa_plugin.edges.state import StateFolder

        make_change(fix, Locks(StateFolder()))
