"""Gives a command on a managed profile our credential providers, and explains a denial to it."""

from __future__ import annotations

import atexit
import sys
from contextlib import suppress
from datetime import datetime, timezone
from functools import partial
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.host.context import context_of_renewal
from awscli_mfa_plugin.host.provider import ReportingCommand, SessionProvider, command_failure
from awscli_mfa_plugin.session.credentials import Renewal
from awscli_mfa_plugin.session.expiry import (
    advice_on_denial,
    check_long_lived,
    refused_by_chaining,
)
from awscli_mfa_plugin.session.records import Profile

if TYPE_CHECKING:
    from collections.abc import Callable

    from awscli_mfa_plugin.commands.context import Context
    from awscli_mfa_plugin.host.context import AwsProcess
    from awscli_mfa_plugin.session.records import Session

_REFUSE_SESSIONS = (
    "calling-command.sts.get-session-token",
    "before-building-argument-table-parser.configure.mfa-login",
)
"""Events before a call of GetSessionToken, which rejects a session."""

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
        for event in _REFUSE_SESSIONS:  # and leave them to the same profile's long-lived keys
            session.register(event, partial(_switch_on, provider, "steps_aside"))
        # It shows the ends of keys, in shell prompts too: ask for nothing.
        session.register(_LIST, partial(_switch_on, provider, "shows"))
        chain.insert_before("shared-credentials-file", provider)
        session.register(_ANSWERED, partial(_look_for_denial, provider, source, prose))
    elif parsed_args.sign_request is not False:
        provider = SessionProvider(_renewal(source, context), asks=asks, is_eager=False)
        look = partial(_look_for_denial, provider, source, prose)
        _assume_role_on_session(session, chain, profile, source, context, provider, look)


def _switch_on(provider: SessionProvider, attribute: str, **_: Any) -> None:
    setattr(provider, attribute, True)


def _profile(name: str, context: Context) -> Profile:
    """Return a profile as the CLI read it."""
    return context.process.profile(name) or Profile(name)


def _renewal(name: str, context: Context) -> Renewal:
    """Return the renewal of a managed profile's session; its ports are made when needed."""
    first = iter([lambda: context.session_of(_profile(name, context))])

    def in_files() -> Session | None:
        files = context.ports.files
        return files.session_of(files.profile(name))

    def stored() -> Session | None:
        """Return the session: first as the CLI read it, then as it is in the files."""
        return next(first, in_files)()

    def renewed(why: str) -> Session | None:
        from awscli_mfa_plugin.host.loading import history_paused
        from awscli_mfa_plugin.session.login import login
        from awscli_mfa_plugin.session.plan import LoginRequest

        with history_paused():
            login(LoginRequest(session_profile=name, reason=why), context.ports)
        return in_files()

    return Renewal(name, stored, renewed, context.clock)


def _report_by_exit_code(command_table: Any, command: str) -> None:
    """Let the command end with 253 on our errors where the CLI has no class for them."""
    try:
        import awscli.customizations.exceptions  # noqa: F401 - v2 has it
    except ImportError:
        if command in command_table:
            command_table[command] = ReportingCommand(command_table[command])


_said: list[str] = []
"""The line about a denial, once it is known: a command may be denied a thousand times."""


def _look_for_denial(
    provider: SessionProvider, profile: str, prose: Callable[[], bool], parsed: Any, **_: Any
) -> None:
    """Explain AWS's refusal of an old session on stderr when the process ends.

    The CLI writes its error after every event that a plugin hears of. An error here ends no
    command.
    """
    if "Error" not in parsed or provider.session is None or _said:
        return
    with suppress(Exception):
        message, now = str(parsed["Error"].get("Message", "")), datetime.now(timezone.utc)
        advice = advice_on_denial(message, provider.session, profile, now) if prose() else ""
        if advice:
            _said.append(advice)
            atexit.register(_say, advice)


def _say(advice: str) -> None:
    try:
        sys.stderr.write(f"{advice}\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        # Nobody reads it. Python would try again, and end with 120 in place of the CLI's code.
        sys.stderr = None


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
    from awscli_mfa_plugin.aws.roles import ASSUME_ROLE, role_provider

    def create_client(service: str, **options: Any) -> Any:
        """Make a client that trusts what the command's ``--ca-bundle`` says.

        The CLI gives the option to the client of the command's own service alone.
        """
        client = session.create_client(service, verify=context.options.verify_ssl, **options)
        client.meta.events.register(_ANSWERED, look)
        return client

    managed = _profile(source, context)
    role = role_provider(session, profile, managed, provider, create_client=create_client)
    chain.insert_before(ASSUME_ROLE, role)

    def show(**_: Any) -> None:
        """Show the role's keys if that needs no prompt: the CLI's own provider would ask."""
        role.shows = True
        others = (each for each in chain.providers if each.METHOD != ASSUME_ROLE or each is role)
        chain.providers[:] = [*others]

    session.register(_LIST, show)


def _ask_for_role(session: Any, chain: Any, profile: str, context: Context) -> None:
    """Leave a role to the CLI, with our sources of codes in place of its prompt."""
    from botocore.credentials import AssumeRoleProvider, ProfileProviderBuilder

    from awscli_mfa_plugin.aws.roles import ASSUME_ROLE
    from awscli_mfa_plugin.errors import MfaError

    role = _profile(profile, context)
    source = _profile(role.config.get("source_profile", ""), context)

    def prompter(_: str) -> str:
        from awscli_mfa_plugin.session.token_codes import code_for_role

        try:
            check_long_lived(role, source)
            return str(code_for_role(role, context.ports))
        except MfaError as error:
            raise command_failure(error) from None

    def explain(parsed: Any, **_: Any) -> None:
        """Explain AWS's refusal if the source turns out to have temporary keys."""
        if "assumed by role chaining" in parsed.get("Error", {}).get("Message", ""):
            raise command_failure(refused_by_chaining(role, source.name))

    def create_client(*args: Any, **options: Any) -> Any:
        client = session.create_client(*args, **options)
        client.meta.events.register("after-call.sts.AssumeRole", explain)
        return client

    provider = AssumeRoleProvider(
        load_config=lambda: session.full_config,
        client_creator=create_client,
        cache=chain.get_provider(ASSUME_ROLE).cache,
        profile_name=profile,
        prompter=prompter,
        profile_provider_builder=ProfileProviderBuilder(session),
    )
    chain.insert_before(ASSUME_ROLE, provider)
