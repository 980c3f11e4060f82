"""Puts our providers into the credential chain of a command on a managed profile."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.host.context import context_of_renewal
from awscli_mfa_plugin.host.provider import ReportingCommand, SessionProvider, command_failure
from awscli_mfa_plugin.session.credentials import Renewal
from awscli_mfa_plugin.session.records import Profile

if TYPE_CHECKING:
    from collections.abc import Callable

    from awscli_mfa_plugin.commands.context import Context
    from awscli_mfa_plugin.host.context import AwsProcess
    from awscli_mfa_plugin.session.records import Session

_BEFORE_GET_SESSION = "calling-command.sts.get-session-token"
_MFA_LOGIN = "before-building-argument-table-parser.configure.mfa-login"
_LIST = "before-building-argument-table-parser.configure.list"
_ANSWERED = "after-call"


def install(session: Any, parsed_args: Any, process: AwsProcess, names: list[str]) -> None:
    """Put our providers into the chain.

    ``names`` are the command's profile and its source profiles, to the one that is managed, or
    to a role that ``mfa_session = off`` leaves to the CLI.
    """
    context = context_of_renewal(process, parsed_args)
    profile, source = names[0], names[-1]
    managed = _profile(source, context)
    if managed.other_way and not managed.is_switched_off:
        return  # a credential_process that isn't the keyring's
    _report_by_exit_code(process.command_table(), parsed_args.command)
    chain = session.get_component("credential_provider")
    if managed.is_switched_off:
        _ask_for_role(session, chain, profile, context)
        return
    asks = parsed_args.command != "configure" and parsed_args.sign_request is not False
    prose = partial(_has_errors_in_prose, session, parsed_args)
    if profile == source:
        provider = SessionProvider(_renewal(source, context), asks=asks)
        # Debian's 2.9.19 resolves credentials for a call that it doesn't sign.
        provider.shows = parsed_args.sign_request is False
        _step_aside_where_aws_refuses(session, provider)
        session.register(_LIST, partial(_show, provider))
        chain.insert_before("shared-credentials-file", provider)
        session.register(_ANSWERED, partial(_look_for_denial, provider, source, prose))
    elif parsed_args.sign_request is not False:
        provider = SessionProvider(_renewal(source, context), asks=asks, is_eager=False)
        look = partial(_look_for_denial, provider, source, prose)
        _assume_role_on_session(session, chain, profile, source, context, provider, look)


def _profile(name: str, context: Context) -> Profile:
    """Return a profile as the CLI read it."""
    return context.process.profile(name) or Profile(name)


def _renewal(name: str, context: Context) -> Renewal:
    """Return the renewal of a managed profile's session; its ports are made when needed."""
    first = iter([lambda: context.session_of(_profile(name, context))])

    def stored() -> Session | None:
        """Return the session: first as the CLI read it, then as it is in the files."""
        read = next(first, None)
        return read() if read else _session_in_files(name, context)

    return Renewal(name, stored, lambda why: _renewed(name, why, context), context.clock)


def _session_in_files(name: str, context: Context) -> Session | None:
    files = context.ports.files
    return files.session_of(files.profile(name))


def _renewed(name: str, why: str, context: Context) -> Session | None:
    from awscli_mfa_plugin.host.loading import history_paused
    from awscli_mfa_plugin.session.login import login
    from awscli_mfa_plugin.session.plan import LoginRequest

    with history_paused():
        login(LoginRequest(session_profile=name, reason=why), context.ports)
    return _session_in_files(name, context)


def _report_by_exit_code(command_table: Any, command: str) -> None:
    """Let the command end with 253 on our errors where the CLI has no class for them."""
    try:
        import awscli.customizations.exceptions  # noqa: F401 - v2 has it
    except ImportError:
        if command in command_table:
            command_table[command] = ReportingCommand(command_table[command])


def _step_aside_where_aws_refuses(session: Any, provider: SessionProvider) -> None:
    """GetSessionToken rejects a session: leave it to the long-lived keys of the same profile."""

    def step_aside(**_: Any) -> None:
        provider.steps_aside = True

    for event in (_BEFORE_GET_SESSION, _MFA_LOGIN):
        session.register(event, step_aside)


def _show(provider: Any, **_: Any) -> None:
    """``aws configure list`` shows the ends of keys, in shell prompts too: ask for nothing."""
    provider.shows = True


def _look_for_denial(
    provider: SessionProvider, profile: str, prose: Callable[[], bool], parsed: Any, **_: Any
) -> None:
    """Look for AWS's refusal of an old session; an error here ends no command."""
    if "Error" in parsed and provider.session:
        with suppress(Exception):
            if prose():
                from awscli_mfa_plugin.host.denials import explain_at_exit

                explain_at_exit(parsed["Error"], provider.session, profile)


def _has_errors_in_prose(session: Any, parsed_args: Any) -> bool:
    """Return whether the CLI writes its errors for people; another line would spoil its JSON."""
    option = getattr(parsed_args, "cli_error_format", None)
    error_format = option or session.get_config_variable("cli_error_format")
    return error_format in {None, "legacy", "enhanced"}


def _assume_role_on_session(
    session: Any,
    chain: Any,
    profile: str,
    source: str,
    context: Context,
    provider: SessionProvider,
    look: Callable[..., None],
) -> None:
    from awscli_mfa_plugin.aws.roles import ASSUME_ROLE, role_provider, show_role

    role = role_provider(
        session,
        profile,
        _profile(source, context),
        provider,
        create_client=partial(_create_client, session, context, look),
    )
    chain.insert_before(ASSUME_ROLE, role)
    session.register(_LIST, partial(show_role, chain, role))


def _create_client(
    session: Any, context: Context, look: Callable[..., None], service: str, **options: Any
) -> Any:
    """Make a client of the CLI's session that trusts what the command's ``--ca-bundle`` says.

    The CLI gives the option to the client of the command's own service alone. ``look`` gets
    each answer.
    """
    client = session.create_client(service, verify=context.options.verify_ssl, **options)
    client.meta.events.register(_ANSWERED, look)
    return client


def _ask_for_role(session: Any, chain: Any, profile: str, context: Context) -> None:
    from awscli_mfa_plugin.aws.roles import ask_by_our_sources
    from awscli_mfa_plugin.errors import MfaError
    from awscli_mfa_plugin.session.expiry import check_long_lived, refused_by_chaining

    role = _profile(profile, context)
    source = _profile(role.config.get("source_profile", ""), context)

    def prompter(_: str) -> str:
        from awscli_mfa_plugin.session.token_codes import code_for_role

        try:
            check_long_lived(role, source)
            return str(code_for_role(role, context.ports))
        except MfaError as error:
            raise command_failure(error) from None

    def refused() -> Exception:
        return command_failure(refused_by_chaining(role, source.name))

    ask_by_our_sources(session, chain, profile, prompter, refused)
