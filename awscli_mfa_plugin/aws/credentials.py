"""Resolves the session that a command requests: a managed profile's, or that of a role on it."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timezone
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from botocore.credentials import DeferredRefreshableCredentials
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NetworkError
from botocore.parsers import ResponseParserError

from awscli_mfa_plugin.aws.aws_errors import explained
from awscli_mfa_plugin.aws.roles import metadata, role_provider
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
    session: Callable[[], Any],
    region: str | None,
    options: ClientOptions,
    ports: Ports,
) -> tuple[Session, str]:
    """Return the session of a ``request``, and its region.

    ``session`` returns botocore's, with the CLI's cache of roles; ``region`` is ``--region``.
    Raises ConfigurationError, ServiceError, UnreachableError, CancelledError.
    """
    check_request(request)
    if request.patience is not None:
        _refuse_cycle(request.profile)
    named = ports.files.profile(request.profile)
    if not named.exists:
        from awscli_mfa_plugin.session.sessions import mfa_profile_names, missing_profile

        raise missing_profile(request.profile, mfa_profile_names(ports))
    names = way_to_source(request.profile, ports.environment, ports.files)
    chosen = region_for_session(region, named, ports.environment)
    if len(names) == 1:
        return renewed_session(request, request.profile, ports), chosen
    check_min_remaining(request)
    found = _assumed(request, names[-1], session(), region, options, ports)
    check_remaining(request, found, ports)
    return found, chosen


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


def _assumed(
    request: CredentialsRequest,
    source: str,
    session: Any,
    region: str | None,
    options: ClientOptions,
    ports: Ports,
) -> Session:
    """Return the session of a role, from the CLI's cache if it is there.

    Only a role that isn't there needs the keys of its source, and renews them.
    """
    of_source = partial(renewed_session, replace(request, min_remaining=None), source, ports)
    refresh = {"refresh_using": lambda: metadata(of_source()), "method": METHOD}
    role = role_provider(
        session,
        request.profile,
        ports.files.profile(source),
        SimpleNamespace(METHOD=METHOD, load=partial(DeferredRefreshableCredentials, **refresh)),
        create_client=partial(_create_client, session, options),
        min_remaining=request.min_remaining,
        default_duration=request.default_duration,
    )
    try:
        credentials = role.load()
        keys = credentials.get_frozen_credentials()
    except (ClientError, HTTPClientError, NetworkError, ResponseParserError, KeyError) as error:
        # A captive portal makes botocore raise KeyError.
        raise explained(error, ports.clock.now(), region or "the profile's region") from None
    except BotoCoreError as error:
        raise ConfigurationError(
            f"Can't assume the role of profile {sanitize(request.profile)}: {sanitize(error)}",
            "Correct it in ~/.aws/config.",
        ) from None
    expiration = credentials._expiry_time.astimezone(timezone.utc)  # noqa: SLF001
    return Session(keys.access_key, keys.secret_key, keys.token, expiration)


def _create_client(session: Any, options: ClientOptions, service: str, **given: Any) -> Any:
    """Make the client that assumes the role, with this command's global options."""
    ours = {"endpoint_url": options.endpoint_url, "verify": options.verify}
    ours = {name: value for name, value in ours.items() if value is not None}
    return session.create_client(service, **{**ours, **given})
