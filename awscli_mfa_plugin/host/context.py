"""Makes the Context of a command in the ``aws`` process, from the CLI's session and options."""

from __future__ import annotations

import os
import sys
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.commands.context import Context
from awscli_mfa_plugin.commands.process import GlobalOptions
from awscli_mfa_plugin.session import named_profile
from awscli_mfa_plugin.session.records import Profile
from awscli_mfa_plugin.system.machine import environment_code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from awscli_mfa_plugin.aliases.merge import HostCommands
    from awscli_mfa_plugin.session.credentials import CredentialsRequest
    from awscli_mfa_plugin.session.ports import Ports
    from awscli_mfa_plugin.session.records import Session


def context_of(process: AwsProcess, parsed_globals: Any) -> Context:
    """Return the context of one of our commands."""
    given = {field.name: getattr(parsed_globals, field.name) for field in fields(GlobalOptions)}
    return Context(process, GlobalOptions(**given))


def context_of_renewal(process: AwsProcess, parsed_args: Any) -> Context:
    """Return the context of a renewal inside another command.

    Its ``--endpoint-url`` is that of the command's own service, and a verification that is off
    there isn't off for STS.
    """
    verify = parsed_args.verify_ssl
    return Context(
        process,
        GlobalOptions(
            verify_ssl=verify if isinstance(verify, str) else None,
            connect_timeout=parsed_args.connect_timeout,
            read_timeout=parsed_args.read_timeout,
            color=parsed_args.color,
        ),
    )


class AwsProcess:
    """The ``aws`` process: what the CLI's session and command table say."""

    def __init__(self, session: Any, table: Callable[[], Mapping[str, Any]]) -> None:
        self._session = session
        self.command_table = table
        self.environment_code = environment_code(os.environ)
        self.environment = dict(os.environ)

    @property
    def named_profile(self) -> str | None:
        """The profile that the CLI's session names, by option or environment, or None.

        Under ``exec --server`` it is the one whose session the program has.
        """
        return named_profile(self._session.profile, self.environment)

    @property
    def config_path(self) -> str:
        """The absolute path of the config file, as the CLI reads it."""
        return self._path("config_file")

    @property
    def credentials_path(self) -> str:
        """The absolute path of the credentials file, as the CLI reads it."""
        return self._path("credentials_file")

    @property
    def program(self) -> str:
        """The program that this process is."""
        return sys.executable if getattr(sys, "frozen", False) else sys.argv[0]

    @property
    def usual_folders(self) -> Sequence[str]:
        """The machine's usual folders of programs."""
        from awscli_mfa_plugin.system.places import SYSTEM_PLACES

        return SYSTEM_PLACES

    def profiles(self) -> Iterator[Profile]:
        """Yield the profiles that are managed or hold a session, without reading them again."""
        for name, options in self._session.full_config["profiles"].items():
            if not options.keys().isdisjoint(_TELLING):
                yield _profile_as_read(name, options)

    def profile(self, name: str) -> Profile | None:
        """Return a profile as the CLI itself read it, or None if there is none."""
        profiles = self._session.full_config["profiles"]
        return _profile_as_read(name, profiles[name]) if name in profiles else None

    def data_loader(self) -> Any:
        """Return the session's own: it has read botocore's data already."""
        return self._session.get_component("data_loader")

    def host_commands(self) -> HostCommands:
        """Return which CLI this is, and the names of its commands."""
        import awscli

        from awscli_mfa_plugin.aliases.merge import HostCommands
        from awscli_mfa_plugin.commands import NAMES

        names = {name for name, entry in self.command_table().items() if not _is_mere_alias(entry)}
        # What an external alias replaced isn't in the table any more; services are known yet.
        names.update(self._session.get_available_services())
        host = "v1" if awscli.__version__.startswith("1.") else "v2"
        return HostCommands(host, frozenset(names), (*NAMES, "help"))

    def session_credentials(
        self, request: CredentialsRequest, options: GlobalOptions, ports: Ports
    ) -> tuple[Session, str]:
        """Return a valid session of a managed profile, or of a role on one, and its region."""
        from awscli_mfa_plugin.aws.clients import ClientOptions
        from awscli_mfa_plugin.aws.credentials import resolve

        client_options = ClientOptions(options.endpoint_url, options.verify_ssl)
        return resolve(request, lambda: self._session, options.region, client_options, ports)

    def _path(self, variable: str) -> str:
        path = os.path.expandvars(str(self._session.get_config_variable(variable)))
        return os.path.abspath(os.path.expanduser(path))


_TELLING = frozenset(
    {"aws_session_token", "aws_security_token", "mfa_source_profile", "mfa_session"}
)
"""Options of which a profile holds at least one if it is managed or holds a session."""


def _profile_as_read(name: str, options: Mapping[str, Any]) -> Profile:
    """Return a profile as botocore merged its sections; nested settings are ignored."""
    return Profile(
        name, config={key: text for key, text in options.items() if text.__class__ is str}
    )


def _is_mere_alias(entry: Any) -> bool:
    """Return whether an entry of the table is an alias that replaced no command."""
    if type(entry).__module__ != "awscli.alias":
        return False
    return getattr(entry, "_shadow_proxy_command", None) is None
