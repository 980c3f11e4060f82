"""What a command knows of its call and of the process that it runs in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from awscli_mfa_plugin.aliases.merge import HostCommands
    from awscli_mfa_plugin.session.credentials import CredentialsRequest
    from awscli_mfa_plugin.session.ports import Ports
    from awscli_mfa_plugin.session.records import Profile, Session


@dataclass(frozen=True)
class GlobalOptions:
    """The CLI's global options of one call; None where one wasn't given.

    ``verify_ssl`` is False, a CA bundle's path, or None; the timeouts are seconds.
    """

    profile: str | None = None
    region: str | None = None
    output: str | None = None
    query: Any = None
    endpoint_url: str | None = None
    verify_ssl: bool | str | None = None
    connect_timeout: int | None = None
    read_timeout: int | None = None
    color: str | None = None

    @property
    def asks_for_data(self) -> bool:
        """Whether the result goes through the CLI's formatter.

        A configured ``output`` isn't enough: users get the text.
        """
        return self.output is not None or self.query is not None


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

    def session_credentials(
        self, request: CredentialsRequest, options: GlobalOptions, ports: Ports
    ) -> tuple[Session, str]:
        """Return a valid session of a managed profile, or of a role on one, and its region."""
