"""Resolves the session that a command requests: a managed profile's, or that of a role on it."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timezone
from functools import partial
from typing import TYPE_CHECKING, Any

from botocore.credentials import DeferredRefreshableCredentials
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from awscli_mfa_plugin.aws.roles import RoleOnSessionProvider, metadata, role_provider
from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.session import METHOD
from awscli_mfa_plugin.session.credentials import (
    CredentialsRequest,
    check_min_remaining,
    check_remaining,
    check_request,
    region_for_session,
    renewed_session,
    way_to_source,
)
from awscli_mfa_plugin.session.records import Session
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable

    from awscli_mfa_plugin.aws.clients import ClientOptions
    from awscli_mfa_plugin.session.ports import Ports

_RESOLVING = "AWSCLI_MFA_ANSWERING"
"""The profiles whose credential process is being answered, for what it starts."""


def resolve(
    request: CredentialsRequest,
    session: Any,
    region: str | None,
    options: ClientOptions,
    ports: Ports,
) -> tuple[Session, str]:
    """Return the session of a ``request``, and its region.

    ``session`` is botocore's, with the CLI's cache of roles; ``region`` is ``--region``.
    Raises ConfigurationError, ServiceError, UnreachableError, CancelledError.
    """
    check_request(request)
    if request.patience is not None:
        _refuse_cycle(request.profile)
    check_exists(request.profile, ports)
    names = way_to_source(request.profile, ports.environment, ports.files)
    if len(names) > 1:
        check_min_remaining(request)
    of_source = request if len(names) == 1 else replace(request, min_remaining=None)
    source = partial(renewed_session, of_source, names[-1], ports)
    named = ports.files.profile(request.profile)
    chosen = region_for_session(region, named, ports.environment)
    if len(names) == 1:
        return source(), chosen
    role = role_provider(
        session,
        request.profile,
        ports.files.profile(names[-1]),
        _SourceProvider(source),
        create_client=partial(_create_client, session, options),
        min_remaining=request.min_remaining,
        default_duration=request.default_duration,
    )
    found = _assumed(role, request.profile, region or "its region", ports)
    check_remaining(request, found, ports)
    return found, chosen


def check_exists(name: str, ports: Ports) -> None:
    """Raise ConfigurationError if there is no such profile."""
    if not ports.files.profile(name).exists:
        from awscli_mfa_plugin.session.profile_names import mfa_profile_names, missing_profile

        raise missing_profile(name, mfa_profile_names(ports))


def _refuse_cycle(profile: str) -> None:
    """Raise ConfigurationError if this credential process was started to answer itself.

    A source profile may get its keys by a credential process in its turn. What botocore starts
    inherits this process's environment.
    """
    answering = [name for name in os.environ.get(_RESOLVING, "").split("\n") if name]
    if profile in answering:
        raise ConfigurationError(
            f"The keys of profile {sanitize(profile)} come from a credential_process that asks for "
            f"the credentials of {sanitize(profile)} itself.",
            "Have the source profile's credential_process print long-lived keys instead.",
        )
    os.environ[_RESOLVING] = "\n".join([*answering, profile])


def _assumed(role: RoleOnSessionProvider, profile: str, region: str, ports: Ports) -> Session:
    """Return the role's session, from the CLI's cache if it is there."""
    from awscli_mfa_plugin.aws.aws_errors import explained

    try:
        credentials = role.load()
        keys = credentials.get_frozen_credentials()
    except (ClientError, HTTPClientError) as error:
        raise explained(error, ports.clock.now(), region, code_sent=False) from None
    except BotoCoreError as error:
        raise ConfigurationError(
            f"Can't assume the role of profile {sanitize(profile)}: {sanitize(error)}",
            "Correct it in ~/.aws/config.",
        ) from None
    expiration = credentials._expiry_time.astimezone(timezone.utc)  # noqa: SLF001
    return Session(keys.access_key, keys.secret_key, keys.token, expiration)


def _create_client(session: Any, options: ClientOptions, service: str, **given: Any) -> Any:
    """Make the client that assumes the role, with this command's global options."""
    ours = {"endpoint_url": options.endpoint_url, "verify": options.verify}
    ours = {name: value for name, value in ours.items() if value is not None}
    return session.create_client(service, **{**ours, **given})


class _SourceProvider:
    """Resolves the source profile of a role by its session, only when the role needs it."""

    METHOD = METHOD

    def __init__(self, source: Callable[[], Session]) -> None:
        self._source = source

    def load(self) -> Any:
        """Return credentials that are resolved when they are used."""
        return DeferredRefreshableCredentials(
            refresh_using=lambda: metadata(self._source()), method=METHOD
        )
