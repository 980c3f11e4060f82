"""Checks the roles: what AWS won't give them on the keys of their source profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from awscli_mfa_plugin.doctor.findings import ERROR, NOTE, WARNING, Finding
from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.session.expiry import (
    LONGEST_CHAINED_ROLE,
    LONGEST_ROLE,
    SHORTEST,
    check_long_lived,
    is_session,
    seconds_asked,
)
from awscli_mfa_plugin.session.records import SESSION_OPTION, Profile
from awscli_mfa_plugin.text import quoted_list, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_CHECK = "role-duration"


def check_roles(chosen: Iterable[Profile], profiles: Mapping[str, Profile]) -> Iterator[Finding]:
    """Yield what is wrong with roles on managed profiles, and with those left to the CLI."""
    capped = []
    for role in chosen:
        if "role_arn" not in role.config:
            continue
        if role.is_switched_off:
            yield from _left_to_the_cli(role, profiles)
        elif _is_on_session(role, profiles):
            yield from _setting(role)
            if (seconds_asked(role) or 0) > LONGEST_CHAINED_ROLE:
                capped.append(role.name)
    if capped:
        one = len(capped) == 1
        yield Finding(
            _CHECK,
            NOTE,
            f"Role profile{'' if one else 's'} {quoted_list(capped)} ask{'s' if one else ''} for "
            "more than an hour. On an MFA session AWS gives an hour at most (role chaining), so "
            "the plugin asks for that and assumes the role again each hour, without a code.",
            f"For one long role session set {SESSION_OPTION} = off there, and name the profile "
            "with your "
            "long-lived keys by source_profile.",
        )


def _is_on_session(role: Profile, profiles: Mapping[str, Profile]) -> bool:
    """Whether the way from a role to its source ends at a managed profile."""
    seen: set[str] = set()
    while "role_arn" in role.config and not role.is_switched_off and role.name not in seen:
        seen.add(role.name)
        name = role.config.get("source_profile", "")
        role = profiles.get(name, Profile(name))
    return role.is_managed


def _left_to_the_cli(role: Profile, profiles: Mapping[str, Profile]) -> Iterator[Finding]:
    name = role.config.get("source_profile", "")
    source = profiles.get(name, Profile(name))
    try:
        check_long_lived(role, source)
    except ConfigurationError as error:
        yield Finding(_CHECK, ERROR, error.what, error.remedy)
        return
    yield from _setting(role, longest=LONGEST_ROLE)
    if is_session(source) and "role_arn" not in source.config:
        yield Finding(
            "role-source",
            NOTE,
            f"Role profile {sanitize(role.name)} has {SESSION_OPTION} = off, but its "
            "source_profile "
            f"{sanitize(name)} holds a session: the CLI uses that as it is, without renewing it.",
            "Name the profile with your long-lived keys by source_profile, or remove "
            f"{SESSION_OPTION} = off.",
        )


def _setting(role: Profile, longest: int | None = None) -> Iterator[Finding]:
    setting, seconds = role.config.get("duration_seconds"), seconds_asked(role)
    if not setting:
        return
    what = f"Role profile {sanitize(role.name)} has duration_seconds = {sanitize(setting, 40)}"
    remedy = (
        f"Write a whole number of seconds from {SHORTEST} to {LONGEST_ROLE}, or remove the line."
    )
    if seconds is None:
        seen = f"{what}, which isn't a whole number: the CLI ignores it, and AWS gives an hour."
        yield Finding(_CHECK, WARNING, seen, remedy)
    elif seconds < SHORTEST or (longest is not None and seconds > longest):
        seen = f"{what}: AWS refuses anything but {SHORTEST} to {LONGEST_ROLE}."
        yield Finding(_CHECK, ERROR, seen, remedy)
