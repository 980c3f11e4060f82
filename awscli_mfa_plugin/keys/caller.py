"""Whose access keys are meant, and with which keys AWS is asked about them."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import (
    ConfigurationError,
    PermissionDeniedError,
    ServiceError,
    WrongKeyError,
)
from awscli_mfa_plugin.keys.deletion import StoppedByPolicyError
from awscli_mfa_plugin.session.credentials import CredentialsRequest, renewed_session
from awscli_mfa_plugin.session.devices import region_of
from awscli_mfa_plugin.session.records import CallerIdentity, Keys, Profile
from awscli_mfa_plugin.session.source import Source, known_region, resolve_source, source_name
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from awscli_mfa_plugin.session.access_keys import AccessKey
    from awscli_mfa_plugin.session.ports import Ports


@dataclass(frozen=True)
class Caller:
    """Who asks AWS: the MFA session of a profile on the source, or the source's long-lived keys.

    ``session_profile`` is "" for the latter.
    """

    source: Source
    keys: Keys
    region: str
    session_profile: str = ""


def find_caller(
    session_profile: str, source_profile: str | None, region: str | None, ports: Ports
) -> Caller:
    """Return the caller; a session that is expiring is renewed, which may ask for a code.

    ``source_profile`` is ``--source-profile``, ``region`` is ``--region``. Without an MFA profile
    on the source, its long-lived keys call.
    """
    profile = ports.files.profile(session_profile)
    source = resolve_source(source_profile, profile, ports)
    where = known_region(region, profile, source, ports) or region_of(profile.get("mfa_serial"))
    name = next(_sessions_on(source, profile, ports), "")
    if not name:
        return Caller(source, source.keys, where)
    session = renewed_session(CredentialsRequest(name), name, ports)
    keys = Keys(
        session.access_key_id, session.secret_access_key, session.session_token, source.profile
    )
    return Caller(source, keys, where, name)


def _sessions_on(source: Source, first: Profile, ports: Ports) -> Iterator[str]:
    """Yield the MFA profiles on a source, the one that was named or is usual first."""
    for name in dict.fromkeys((first.name, *ports.files.profile_names())):
        profile = ports.files.profile(name)
        is_mfa = profile.is_managed or profile.is_ours
        if is_mfa and source_name(None, profile, ports.environment) == source.profile:
            yield name


def user_of(caller: Caller, ports: Ports) -> CallerIdentity:
    """Return the IAM user who calls; raise ConfigurationError for anybody else."""
    try:
        identity = ports.sts.get_caller_identity(caller.keys, caller.region)
    except WrongKeyError:
        if not caller.session_profile:
            raise
        name = sanitize(caller.session_profile)
        raise ServiceError(
            f"AWS no longer accepts the session of profile {name}.",
            f"Log in again:  aws mfa login --force --profile {shlex.quote(name)}",
        ) from None
    if not identity.user_name:
        raise ConfigurationError(
            f"The keys of {caller.source.shown} belong to {sanitize(identity.arn)}, which isn't "
            "an IAM user.",
            "Name a profile with a user's keys by --source-profile.",
        )
    return identity


def check_is_own(
    caller: Caller, user_name: str, listed: Iterable[AccessKey], key_ids: set[str]
) -> None:
    """Raise ConfigurationError if none of these IDs is listed for the user who is logged in."""
    if key_ids.isdisjoint(key.access_key_id for key in listed):
        raise ConfigurationError(
            f"The key of {caller.source.shown} isn't a key of user {sanitize(user_name)}, who is "
            "logged in.",
            "Name the session profile of that key's user by --profile.",
        )


def with_advice(denied: PermissionDeniedError, caller: Caller) -> PermissionDeniedError:
    """Return a denial with what helps: many policies require MFA, some a recent session."""
    if isinstance(denied, StoppedByPolicyError):
        return denied
    advice = "If your policy requires MFA, log in first:  aws mfa login"
    if caller.session_profile:
        name = shlex.quote(sanitize(caller.session_profile))
        advice = (
            f"If a policy limits a session's age, renew it:  aws mfa login --profile {name} --force"
        )
    return PermissionDeniedError(denied.what, advice)
