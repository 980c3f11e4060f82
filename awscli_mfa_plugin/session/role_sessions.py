"""Tells how long a role session lasts: on a session's keys an hour at most, whatever is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.session.records import SESSION_OPTION, Profile
from awscli_mfa_plugin.text import length_of_time, sanitize

if TYPE_CHECKING:
    from awscli_mfa_plugin.session.credentials import CredentialsRequest

SHORTEST, LONGEST = 900, 43_200
"""Seconds: 15 minutes, 12 hours (STS API reference, AssumeRole)."""

LONGEST_CHAINED = 3600
"""Seconds: AWS's limit for role chaining, which AssumeRole with a session's keys counts as."""


def seconds_asked(role: Profile) -> int | None:
    """Return the ``duration_seconds`` of a role as the CLI reads it: what isn't a number is None.

    The CLI then sends none, and AWS gives an hour.
    """
    try:
        return int(role.config["duration_seconds"])
    except (KeyError, ValueError):
        return None


def capped(setting: str) -> str:
    """Return a ``duration_seconds`` as AWS takes it with a session's keys: an hour at most."""
    seconds = seconds_asked(Profile("", {"duration_seconds": setting}))
    is_too_long = seconds is not None and seconds > LONGEST_CHAINED
    return str(LONGEST_CHAINED) if is_too_long else setting


def is_session(source: Profile) -> bool:
    """Whether the keys that the CLI takes from a source profile are temporary ones."""
    if "role_arn" in source.config or source.has_session_token:
        return True
    return source.is_managed and not source.has_own_keys


def check_long_lived(role: Profile, source: Profile) -> None:
    """Raise ConfigurationError if the CLI would ask for more than a session's keys can get.

    Told before a code is asked for: AWS would refuse the call that carries it.
    """
    seconds = seconds_asked(role)
    if seconds is not None and seconds > LONGEST_CHAINED and is_session(source):
        raise refused_by_chaining(role, source.name)


def refused_by_chaining(role: Profile, source: str) -> ConfigurationError:
    """Return the error of a role that is assumed with a session's keys for more than an hour."""
    return ConfigurationError(
        f"The role of profile {sanitize(role.name)} has duration_seconds = "
        f"{sanitize(role.config.get('duration_seconds', ''), 40)}, but its source_profile "
        f"{sanitize(source)} has the keys of a session: AWS then gives one hour at most "
        "(role chaining).",
        "Name the profile with your long-lived keys by source_profile, or set "
        f"duration_seconds = {LONGEST_CHAINED}, or remove {SESSION_OPTION} = off.",
    )


def check_min_remaining(request: CredentialsRequest) -> None:
    """Raise ConfigurationError if a role on a session can't have so much time left."""
    seconds = request.min_remaining or 0
    if seconds >= LONGEST_CHAINED:
        raise ConfigurationError(
            f"The session of the role of profile {sanitize(request.profile)} can't have "
            f"{length_of_time(seconds)} left: on an MFA session AWS gives a role one hour at "
            "most (role chaining), whatever duration_seconds says.",
            f"Ask for less than {LONGEST_CHAINED} seconds, or let the program renew its keys by "
            "credential_process.",
        )
