"""What commands need to know of the process that they run in; loaded by type checkers alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from awscli_mfa_plugin.aliases.merge import HostCommands
    from awscli_mfa_plugin.commands.call import GlobalOptions
    from awscli_mfa_plugin.session.credentials import HandoutRequest
    from awscli_mfa_plugin.session.ports import Ports
    from awscli_mfa_plugin.session.records import Profile, Session


class Process(Protocol):
    """The process that a command runs in: ``aws``, or the script ``awscli-mfa``."""

    @property
    def environment(self) -> Mapping[str, str]:
        """Its environment, without the token code."""

    @property
    def named_profile(self) -> str | None:
        """The profile that an option or the environment names, or None."""

    @property
    def config_path(self) -> str:
        """The absolute path of the config file."""

    @property
    def credentials_path(self) -> str:
        """The absolute path of the credentials file."""

    @property
    def program(self) -> str:
        """The program of the AWS CLI that this process is, or ""."""

    @property
    def usual_folders(self) -> Sequence[str]:
        """The machine's usual folders of programs, in which an ``aws`` may be off the PATH."""

    def environment_code(self) -> str:
        """Return what ``AWS_MFA_TOKEN_CODE`` held once in a process, then ""."""

    def profiles(self) -> Iterable[Profile]:
        """Return the profiles that are managed or hold a session, as the process read them."""

    def profile(self, name: str) -> Profile | None:
        """Return a profile as the process read it, or None if there is none."""

    def data_loader(self) -> Any:
        """Return botocore's ``data_loader`` of this process, or None."""

    def host_commands(self) -> HostCommands:
        """Return which CLI this is, and the names of its commands."""

    def handed_out(
        self, request: HandoutRequest, options: GlobalOptions, ports: Ports
    ) -> tuple[Session, str]:
        """Return a living session of a managed profile, or of a role on one, and its region."""
