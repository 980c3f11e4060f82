"""Puts our providers into the credential chain of a command on a managed profile."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.core.renewal import Renewal
from awscli_mfa_plugin.host.failing import ReportingCommand, command_failure
from awscli_mfa_plugin.host.provider import SessionProvider
from awscli_mfa_plugin.host.wiring import Wiring, ca_bundle_of, profile_as_read

if TYPE_CHECKING:
    from awscli_mfa_plugin.core.ports import Ports
    from awscli_mfa_plugin.core.records import Profile, Session

_BEFORE_GET_SESSION = "calling-command.sts.get-session-token"
_MFA_LOGIN = "before-building-argument-table-parser.configure.mfa-login"
_LIST = "before-building-argument-table-parser.configure.list"


def install(session: Any, parsed_args: Any, command_table: Any, names: list[str]) -> None:
    """Put our providers into the chain.

    ``names`` are the command's profile and its source profiles, to the one that is managed, or
    to a role that ``mfa_session = off`` leaves to the CLI.
    """
    _report_by_exit_code(command_table, parsed_args.command)
    chain = session.get_component("credential_provider")
    wiring = CommandWiring(session, parsed_args)
    profile, source = names[0], names[-1]
    if wiring.profile(source).is_switched_off:
        _ask_for_role(session, chain, profile, wiring)
        return
    asks = parsed_args.command != "configure" and parsed_args.sign_request is not False
    if profile == source:
        provider = SessionProvider(wiring.renewal(source), asks=asks)
        # Debian's 2.9.19 resolves credentials for a call that it doesn't sign.
        provider.shows = parsed_args.sign_request is False
        _step_aside_where_aws_refuses(session, provider)
        session.register(_LIST, partial(_show, provider))
        chain.insert_before("shared-credentials-file", provider)
    elif parsed_args.sign_request is not False:
        provider = SessionProvider(wiring.renewal(source), asks=asks, is_eager=False)
        _stand_on_session(session, chain, profile, source, wiring, provider)


class CommandWiring:
    """What a renewal inside another command needs, made only when one is due."""

    def __init__(self, session: Any, parsed_args: Any) -> None:
        """Keep the CLI's session and the command's global options."""
        self._session = session
        self._parsed_args = parsed_args
        self.wiring = Wiring(session)

    def profile(self, name: str) -> Profile:
        """Return a profile as the CLI read it."""
        return profile_as_read(name, self._session.full_config["profiles"].get(name, {}))

    def renewal(self, name: str) -> Renewal:
        """Return the renewal of a managed profile's session."""
        first = iter([lambda: self.wiring.session_of(self.profile(name))])

        def stored() -> Session | None:
            """Return the session: as the CLI read it at first, then as the files hold it."""
            read = next(first, None)
            return read() if read else self._ports_session(name)

        return Renewal(name, stored, lambda why: self._renewed(name, why), self.wiring.clock)

    def _ports_session(self, name: str) -> Session | None:
        files = self.ports().files
        return files.session_of(files.profile(name))

    def ports(self) -> Ports:
        """Return the edges; the endpoint of the command's own service isn't STS's."""
        return self.wiring.renewal_ports(self._parsed_args)

    def create_client(self, service: str, **options: Any) -> Any:
        """Make a client of the CLI's session that trusts what the command's ``--ca-bundle`` says.

        The CLI gives the option to the client of the command's own service alone.
        """
        verify = ca_bundle_of(self._parsed_args)
        return self._session.create_client(service, verify=verify, **options)

    def _renewed(self, name: str, why: str) -> Session | None:
        from awscli_mfa_plugin.core.login import LoginRequest, login
        from awscli_mfa_plugin.host.secrecy import history_paused

        ports = self.ports()
        with history_paused():
            login(LoginRequest(session_profile=name, reason=why), ports)
        return ports.files.session_of(ports.files.profile(name))


def _report_by_exit_code(command_table: Any, command: str) -> None:
    """Let the command end with 253 on our errors where the CLI has no class for them."""
    try:
        import awscli.customizations.exceptions  # noqa: F401 - v2 has it
    except ImportError:
        if command in command_table:
            command_table[command] = ReportingCommand(command_table[command])


def _step_aside_where_aws_refuses(session: Any, provider: SessionProvider) -> None:
    """GetSessionToken takes no session: hand on to the long-lived keys of the same profile."""

    def step_aside(**_: Any) -> None:
        provider.steps_aside = True

    for event in (_BEFORE_GET_SESSION, _MFA_LOGIN):
        session.register(event, step_aside)


def _show(provider: Any, **_: Any) -> None:
    """``aws configure list`` shows the ends of keys, in shell prompts too: ask for nothing."""
    provider.shows = True


def _stand_on_session(
    session: Any,
    chain: Any,
    profile: str,
    source: str,
    wiring: CommandWiring,
    provider: SessionProvider,
) -> None:
    from awscli_mfa_plugin.host.roles import role_provider, show_role, stand_on_session

    role = role_provider(
        session,
        profile,
        wiring.profile(source),
        lambda _: provider,
        create_client=wiring.create_client,
    )
    stand_on_session(chain, role)
    session.register(_LIST, partial(show_role, chain, role))


def _ask_for_role(session: Any, chain: Any, profile: str, wiring: CommandWiring) -> None:
    from awscli_mfa_plugin.core.role_sessions import check_long_lived, refused_by_chaining
    from awscli_mfa_plugin.errors import MfaError
    from awscli_mfa_plugin.host.roles import ask_by_our_sources

    role = wiring.profile(profile)
    source = wiring.profile(role.config.get("source_profile", ""))

    def prompter(_: str) -> str:
        from awscli_mfa_plugin.core.token_codes import code_for_role

        try:
            check_long_lived(role, source)
            return str(code_for_role(role, wiring.ports()))
        except MfaError as error:
            raise command_failure(error) from None

    def refused() -> Exception:
        return command_failure(refused_by_chaining(role, source.name))

    ask_by_our_sources(session, chain, profile, prompter, refused)
