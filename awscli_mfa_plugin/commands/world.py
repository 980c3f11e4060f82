"""What the host gives a command; loaded by type checkers alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from awscli_mfa_plugin.core.aliases.file import HostCommands
    from awscli_mfa_plugin.core.aliases.pack import AliasPack
    from awscli_mfa_plugin.core.diagnosis.findings import Fix
    from awscli_mfa_plugin.core.diagnosis.sights import MachineSight
    from awscli_mfa_plugin.core.handing_out import HandoutRequest
    from awscli_mfa_plugin.core.ports import Ports
    from awscli_mfa_plugin.core.protocols import AliasStore, Clock, Scheduler, Terminal
    from awscli_mfa_plugin.core.records import Profile, Session
    from awscli_mfa_plugin.core.setup.manifest import SetupManifest
    from awscli_mfa_plugin.core.watching.jobs import Job
    from awscli_mfa_plugin.core.watching.watch import WatchRequest


class Examination(Protocol):
    """What the host gives doctor."""

    def machine(self) -> MachineSight:
        """Return what is seen without a call; each CLI is started."""

    def date_of_sts(self, region: str, profile: str) -> datetime | None:
        """Return the Date of STS's answer in a region, by the network settings of a profile."""

    def shown_change(self, fix: Fix) -> str:
        """Return what a fix would change."""

    def make_change(self, fix: Fix) -> None:
        """Make the change of a fix; raise an MfaError where it can't be."""


class Watching(Protocol):
    """What the host gives watch."""

    def run(self, request: WatchRequest, notify_command: str, *, once: bool) -> int:
        """Watch until a signal ends it, or look once; return the exit code."""

    def ports(self) -> Ports:
        """Return the edges to look with; nothing is asked."""

    def schedulers(self, named: str) -> tuple[Scheduler, ...]:
        """Return the schedulers of this system, the preferred first, or the one named."""

    def keep_schedulers(self, names: Sequence[str]) -> None:
        """Note which schedulers run the watch, for the uninstaller."""

    def job(self, words: tuple[str, ...]) -> tuple[Job, tuple[str, ...]]:
        """Return the job that runs ``aws`` with these words, and what its environment lacks."""

    def other_watch(self) -> str:
        """Return which process watches now, or ""."""


class World(Protocol):
    """What the host gives a command."""

    clock: Clock
    environment: Mapping[str, str]

    @property
    def session_profile(self) -> str | None:
        """The profile that the CLI's session names, or None."""

    def profiles(self) -> Iterable[Profile]:
        """Return all profiles as the CLI read them."""

    command_words: list[str] | None

    def handed_out(self, request: HandoutRequest, parsed_globals: Any) -> tuple[Session, str]:
        """Return a living session of a managed profile, or of a role on one, and its region."""

    def parent_process(self) -> str:
        """Return the name of the program that started this process, or ""."""

    def become(self, words: list[str], variables: Mapping[str, str]) -> int:
        """Run a program in place of this process; return its exit status where that can't be."""

    def examination(self, parsed_globals: Any) -> Examination:
        """Return what doctor looks at, calls and mends."""

    def watching(self, parsed_globals: Any) -> Watching:
        """Return what watch looks at, and the schedulers that may run it."""

    def setup_manifest(self, path: str) -> SetupManifest:
        """Return the setup manifest in a file, or on stdin for ``-``."""

    def note(self, text: str) -> None:
        """Say a line beside the result."""

    def session_of(self, profile: Profile) -> Session | None:
        """Return a profile's session from wherever it lives, or None."""

    def alias_file(self) -> AliasStore:
        """Return the CLI's alias file."""

    def alias_pack(self, path: str | None) -> AliasPack:
        """Return the pack in a YAML file, or the one that comes with the plugin."""

    def host_commands(self) -> HostCommands:
        """Return which CLI this is, and the names of its commands."""

    def asking_terminal(self) -> Terminal:
        """Return the terminal, muted where the environment forbids questions."""

    def ports(self, parsed_globals: Any) -> Ports:
        """Return the edges that implement the core's ports."""
