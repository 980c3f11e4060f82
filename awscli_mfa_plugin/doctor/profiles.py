"""Checks the profiles and roles: what makes a session impossible, useless, or another tool's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from awscli_mfa_plugin.doctor.findings import ERROR, NOTE, OK, WARNING, Finding
from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.session.devices import checked_serial
from awscli_mfa_plugin.session.expiry import (
    LONGEST_CHAINED_ROLE,
    LONGEST_ROLE,
    SHORTEST,
    check_long_lived,
    is_session,
    resolve_duration,
    seconds_asked,
)
from awscli_mfa_plugin.session.records import SESSION_OPTION, SOURCE_OPTION, Profile
from awscli_mfa_plugin.session.sections import other_session
from awscli_mfa_plugin.session.source import why_not_source
from awscli_mfa_plugin.text import quoted_list, sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_LONG_LIVED, _TEMPORARY = "AKIA", "ASIA"
"""How access key IDs begin (IAM user guide, «Understanding unique ID prefixes»)."""

Profiles = Mapping[str, Profile]


def check_profiles(profiles: Profiles, only: str | None) -> Iterator[Finding]:
    """Yield what is wrong with the profiles, or with the one that is named and its source."""
    if only is not None and only not in profiles:
        yield Finding(
            "profile",
            NOTE,
            f"Profile {sanitize(only)} doesn't exist yet.",
            "«aws mfa login» with it makes it a session profile.",
        )
        return
    chosen = [profile for profile in profiles.values() if only in {None, profile.name}]
    source = profiles.get(chosen[0].config.get(SOURCE_OPTION, "")) if only is not None else None
    if source and source not in chosen:
        chosen.append(source)
    found = [finding for profile in chosen for finding in _of_one(profile, profiles)]
    found += _roles(chosen, profiles)
    yield from found
    if not any(finding.state in {WARNING, ERROR} for finding in found):
        managed = [profile.name for profile in chosen if profile.is_managed]
        names = f"managed: {quoted_list(managed[:5])}" if managed else "none is managed yet"
        yield Finding("profiles", OK, f"{len(chosen)} looked at, {names}.")


def _of_one(profile: Profile, profiles: Profiles) -> Iterator[Finding]:
    yield from _keys(profile)
    yield from _settings(profile)
    yield from _managed(profile, profiles)
    yield from _others(profile)
    if profile.get("cli_history").lower() == "enabled":
        yield Finding(
            "cli-history",
            NOTE,
            f"Profile {sanitize(profile.name)} has cli_history = enabled: the CLI records "
            "arguments, "
            "requests and answers. aws mfa and its renewals are kept out of it.",
            "«aws sts get-session-token» by hand isn't: it records keys and codes in clear.",
        )


def _keys(profile: Profile) -> Iterator[Finding]:
    name = sanitize(profile.name)
    sections = (("config", profile.config), ("credentials", profile.credentials))
    for file, options in sections:
        key_id = options.get("aws_access_key_id", "")
        token = options.get("aws_session_token") or options.get("aws_security_token")
        if token and key_id.startswith(_LONG_LIVED):
            yield Finding(
                "mixed-keys",
                ERROR,
                f"Profile {name} mixes a long-lived access key with a session token in the {file} "
                "file: AWS refuses the pair.",
                "Remove the session token, or all keys of the section.",
            )
        elif key_id.startswith(_TEMPORARY) and not token:
            yield Finding(
                "mixed-keys",
                ERROR,
                f"Profile {name} has a temporary access key without its session token in the "
                f"{file} file.",
                "Remove the keys of the section, then log in.",
            )
    if all(options.get("aws_access_key_id") for _, options in sections):
        yield Finding(
            "mixed-keys",
            WARNING,
            f"Profile {name} has keys in both files; those of the credentials file count.",
            "Remove one of the two.",
        )


def _settings(profile: Profile) -> Iterator[Finding]:
    name = sanitize(profile.name)
    if profile.config.get("source_profile") and not profile.get("role_arn"):
        yield Finding(
            "source-profile",
            WARNING,
            f"Profile {name} has source_profile without role_arn: SDKs for Go (Terraform, rclone) "
            "refuse the profile.",
            f"Name the source by {SOURCE_OPTION} in place of source_profile.",
        )
    switch = profile.config.get(SESSION_OPTION, "")
    if switch and switch.lower() not in {"on", "off"}:
        yield Finding(
            "mfa-session",
            WARNING,
            f"Profile {name} has {SESSION_OPTION} = {sanitize(switch, 40)}, which is neither on "
            "nor off.",
            f"Write {SESSION_OPTION} = on, or off.",
        )


def _managed(profile: Profile, profiles: Profiles) -> Iterator[Finding]:
    name = sanitize(profile.name)
    is_marked = (
        profile.config.get(SOURCE_OPTION) or profile.config.get(SESSION_OPTION, "").lower() == "on"
    )
    if profile.other_way and "role_arn" not in profile.config and is_marked:
        yield Finding(
            "managed-profile",
            WARNING,
            f"Profile {name} is marked for an MFA session and gets its credentials by "
            f"{profile.other_way}: it gets none.",
            f"Remove {SOURCE_OPTION} and {SESSION_OPTION} from it, or {profile.other_way}.",
        )
    if not profile.is_managed:
        return
    yield from _source(profile, profiles)
    yield from _refused("duration", name, lambda: resolve_duration(None, profile))
    serial = profile.get("mfa_serial")
    if serial:
        yield from _refused("mfa-serial", name, lambda: checked_serial(serial))


def _refused(check: str, name: str, call: Callable[[], object]) -> Iterator[Finding]:
    try:
        call()
    except ConfigurationError as error:
        yield Finding(check, ERROR, f"Profile {name}: {error.what}", error.remedy)


def _source(profile: Profile, profiles: Profiles) -> Iterator[Finding]:
    source = profile.config.get(SOURCE_OPTION)
    if not source:
        if not profile.has_long_lived_keys:
            yield Finding(
                "source",
                WARNING,
                f"Profile {sanitize(profile.name)} has {SESSION_OPTION} = on, but neither keys "
                f"nor {SOURCE_OPTION}.",
                f"Name the profile with the long-lived keys by {SOURCE_OPTION}.",
            )
        return
    if source == profile.name:
        why = "" if profile.has_own_keys else "can't be the source of its own session"
    else:
        why = why_not_source(profiles.get(source, Profile(source)))
    if why:
        yield Finding(
            "source",
            ERROR,
            f"Source profile {sanitize(source)} of {sanitize(profile.name)} {why}.",
            f"Name a profile with long-lived keys by {SOURCE_OPTION}; «aws configure» stores an "
            "access key.",
        )


def _others(profile: Profile) -> Iterator[Finding]:
    other = other_session(profile)
    tool = other.tool if other else ""
    if not tool and (profile.name.endswith("-long-term") or profile.get("aws_mfa_device")):
        tool = "aws-mfa"
    if not tool and profile.get("mfa_arn"):
        tool = "awscli-mfa.sh"
    if tool:
        yield Finding(
            "other-tools",
            NOTE,
            f"Profile {sanitize(profile.name)} is laid out by {tool}.",
            "It stays as it is; use another session profile beside it.",
        )


def _roles(chosen: Iterable[Profile], profiles: Profiles) -> Iterator[Finding]:
    """Yield what is wrong with roles on managed profiles, and with those left to the CLI."""
    capped = []
    for role in chosen:
        if "role_arn" not in role.config:
            continue
        if role.is_switched_off:
            yield from _left_to_the_cli(role, profiles)
        elif _is_on_session(role, profiles):
            yield from _duration(role)
            if (seconds_asked(role) or 0) > LONGEST_CHAINED_ROLE:
                capped.append(role.name)
    if capped:
        one = len(capped) == 1
        yield Finding(
            "role-duration",
            NOTE,
            f"Role profile{'' if one else 's'} {quoted_list(capped)} ask{'s' if one else ''} for "
            "more than an hour. On an MFA session AWS gives an hour at most (role chaining), so "
            "the plugin asks for that and assumes the role again each hour, without a code.",
            f"For one long role session set {SESSION_OPTION} = off there, and name the profile "
            "with your "
            "long-lived keys by source_profile.",
        )


def _is_on_session(role: Profile, profiles: Profiles) -> bool:
    """Whether the way from a role to its source ends at a managed profile."""
    seen: set[str] = set()
    while "role_arn" in role.config and not role.is_switched_off and role.name not in seen:
        seen.add(role.name)
        name = role.config.get("source_profile", "")
        role = profiles.get(name, Profile(name))
    return role.is_managed


def _left_to_the_cli(role: Profile, profiles: Profiles) -> Iterator[Finding]:
    name = role.config.get("source_profile", "")
    source = profiles.get(name, Profile(name))
    try:
        check_long_lived(role, source)
    except ConfigurationError as error:
        yield Finding("role-duration", ERROR, error.what, error.remedy)
        return
    yield from _duration(role, longest=LONGEST_ROLE)
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


def _duration(role: Profile, longest: int | None = None) -> Iterator[Finding]:
    setting, seconds = role.config.get("duration_seconds"), seconds_asked(role)
    if not setting:
        return
    what = f"Role profile {sanitize(role.name)} has duration_seconds = {sanitize(setting, 40)}"
    remedy = (
        f"Write a whole number of seconds from {SHORTEST} to {LONGEST_ROLE}, or remove the line."
    )
    if seconds is None:
        seen = f"{what}, which isn't a whole number: the CLI ignores it, and AWS gives an hour."
        yield Finding("role-duration", WARNING, seen, remedy)
    elif seconds < SHORTEST or (longest is not None and seconds > longest):
        seen = f"{what}: AWS refuses anything but {SHORTEST} to {LONGEST_ROLE}."
        yield Finding("role-duration", ERROR, seen, remedy)
