"""Hands a managed profile's session to what isn't ``aws``: which one, and in which form."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.errors import ConfigurationError, UsageError
from awscli_mfa_plugin.session.expiry import LONGEST_CHAINED_ROLE, rfc3339
from awscli_mfa_plugin.session.login import LoginRequest, login
from awscli_mfa_plugin.session.records import SESSION_OPTION, Profile, Session
from awscli_mfa_plugin.session.renewal import Renewal
from awscli_mfa_plugin.session.sections import check_profile_name, session_options
from awscli_mfa_plugin.text import length_of_time, sanitize

if TYPE_CHECKING:
    from collections.abc import Mapping

    from awscli_mfa_plugin.session.ports import Ports, SharedFiles

SESSION_VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
)
"""The variables of a session (AWS SDKs reference; the last is what ``export-credentials`` and
aws-vault call the expiration)."""

REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")
"""SDKs read the first, AWS CLI v1 and boto3 the second."""

CONFLICTING_VARIABLES = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SECURITY_TOKEN")
"""Variables that would spoil a session in the environment.

The JavaScript SDK skips keys in the environment while ``AWS_PROFILE`` is set; the last one is
an older name of the token, which some tools read first.
"""

_OURS_ANSWERS = re.compile(r"\b(?:awscli-mfa|mfa)(?:\.exe)?['\"]?\s+credential-process\b")
"""A command that starts this one; other tools have a subcommand of the same name."""


@dataclass(frozen=True)
class CredentialsRequest:
    """What is asked for: a profile, and the seconds that must be left of its session, or None.

    ``patience`` is how many seconds a prompt may stand, and another process that is logging in
    may be waited for, where the caller itself gives up soon; None is the usual.
    """

    profile: str
    min_remaining: int | None = None
    patience: int | None = None


def check_request(request: CredentialsRequest) -> None:
    """Raise UsageError or ConfigurationError for what can be told wrong before a file is read."""
    check_profile_name(request.profile)
    if request.min_remaining is not None and request.min_remaining < 0:
        raise UsageError("--min-remaining takes seconds, 0 or more.")


def way_to_source(name: str, environment: Mapping[str, str], files: SharedFiles) -> tuple[str, ...]:
    """Return a profile and, if it has a role, its source profiles, to the managed one.

    Raises ConfigurationError where that way doesn't lead to a managed profile.
    """
    if environment.get("AWS_MFA_SESSION", "").lower() == "off":
        raise ConfigurationError(
            "AWS_MFA_SESSION=off takes every profile out, so there is no session to hand out.",
            "Unset it for this call.",
        )
    names: list[str] = []
    while name not in names:
        names.append(name)
        profile = files.profile(name)
        if "role_arn" not in profile.config:
            _check_managed(profile, names)
            return tuple(names)
        if profile.is_switched_off:
            raise ConfigurationError(
                f"Profile {sanitize(name)} is left to the CLI by {SESSION_OPTION} = off; it has "
                "no session "
                "to hand out.",
                "Remove that line from its section in the config file, or name another profile.",
            )
        name = profile.config.get("source_profile") or ""
        if not name:
            raise ConfigurationError(
                f"The role of profile {sanitize(profile.name)} has no source_profile, so no "
                "session of ours can serve it.",
                "Add source_profile to its section in the config file: a managed profile.",
            )
    raise ConfigurationError(
        f"Profile {sanitize(name)} leads back to itself by source_profile.",
        "Mend source_profile in the config file.",
    )


def _check_managed(profile: Profile, names: list[str]) -> None:
    name = sanitize(profile.name)
    if _OURS_ANSWERS.search(profile.get("credential_process")) and len(names) == 1:
        raise ConfigurationError(
            f"Profile {name} gets its credentials by credential_process, which leads back here: "
            "a cycle.",
            "Let that command name the managed profile: --profile mfa.",
        )
    if profile.other_way:
        raise ConfigurationError(
            f"Profile {name} gets its credentials by {profile.other_way}; it isn't managed.",
            "Name an MFA profile with --profile; aws mfa status lists them.",
        )
    if not (profile.is_managed or profile.is_ours):
        raise ConfigurationError(
            f"Profile {name} has no MFA session: it isn't managed"
            + (f" ({SESSION_OPTION} = off)." if profile.is_switched_off else "."),
            f"Log in: aws mfa login --profile {shlex.quote(name)}",
        )


def living_session(request: CredentialsRequest, name: str, ports: Ports) -> Session:
    """Return the session of the managed profile ``name``, renewed first if it is due.

    Where nobody gives a code, it serves while it lives; with ``min_remaining`` so much must be
    left. Raises ConfigurationError and whatever a login raises.
    """

    def stored() -> Session | None:
        return ports.files.session_of(ports.files.profile(name))

    def renew(why: str) -> Session | None:
        wanted = LoginRequest(name, reason=why, longest_wait=request.patience)
        login(wanted, ports)
        return stored()

    if request.min_remaining is None:
        return Renewal(name, stored, renew, ports.clock).session()
    wanted = LoginRequest(name, min_remaining=request.min_remaining, longest_wait=request.patience)
    login(wanted, ports)
    session = stored()
    if session is None:
        raise ConfigurationError(
            f"The session of profile {sanitize(name)} went away meanwhile.", "Try again."
        )
    return session


def check_min_remaining(request: CredentialsRequest) -> None:
    """Raise ConfigurationError if a role on a session can't have so much time left."""
    seconds = request.min_remaining or 0
    if seconds >= LONGEST_CHAINED_ROLE:
        raise ConfigurationError(
            f"The session of the role of profile {sanitize(request.profile)} can't have "
            f"{length_of_time(seconds)} left: on an MFA session AWS gives a role one hour at "
            "most (role chaining), whatever duration_seconds says.",
            f"Ask for less than {LONGEST_CHAINED_ROLE} seconds, or let the program renew its keys "
            "by credential_process.",
        )


def check_remaining(request: CredentialsRequest, session: Session, ports: Ports) -> None:
    """Raise ConfigurationError if less is left of a role's session than was asked for."""
    remaining = session.remaining(ports.clock.now())
    if remaining < (request.min_remaining or 0):
        raise ConfigurationError(
            f"A new session of the role of profile {sanitize(request.profile)} lasts "
            f"{length_of_time(remaining)}, which is less than --min-remaining.",
            "Ask for less, or raise duration_seconds in its section, to 3600 at most.",
        )


def region_of_handout(option: str | None, profile: Profile, environment: Mapping[str, str]) -> str:
    """Return the region to hand out beside a session, or "": as the CLI itself resolves it."""
    return (
        option
        or environment.get("AWS_REGION")
        or environment.get("AWS_DEFAULT_REGION")
        or profile.get("region")
    )


def variables_of(session: Session, region: str) -> dict[str, str]:
    """Return the environment variables of a session; the expiration is RFC 3339."""
    values = (
        session.access_key_id,
        session.secret_access_key,
        session.session_token,
        rfc3339(session.expiration),
    )
    variables = dict(zip(SESSION_VARIABLES, values, strict=True))
    return {**variables, **(dict.fromkeys(REGION_VARIABLES, region) if region else {})}


def set_aside(environment: Mapping[str, str]) -> str:
    """Return a line about the variables in the environment that give way, or ""."""
    names = ("AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN", *CONFLICTING_VARIABLES)
    found = [name for name in names if environment.get(name)]
    return f"Set aside from the environment: {', '.join(found)}." if found else ""


def process_form(session: Session) -> dict[str, Any]:
    """Return what a ``credential_process`` prints, as JSON's values.

    Source: AWS SDKs and Tools Reference Guide, "Process credential provider".
    """
    return {
        "Version": 1,
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": session.secret_access_key,
        "SessionToken": session.session_token,
        "Expiration": rfc3339(session.expiration),
    }


def ini_form(profile: str, session: Session, region: str) -> str:
    """Return a section of a credentials file; `profile` is a valid name for one."""
    options = {**session_options(session), **({"region": region} if region else {})}
    lines = [f"[{profile}]", *(f"{name} = {value}" for name, value in options.items())]
    return "\n".join(lines) + "\n"
