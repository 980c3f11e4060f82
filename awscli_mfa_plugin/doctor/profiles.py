"""Checks profiles and roles: what makes an MFA session impossible or useless."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from awscli_mfa_plugin.doctor.findings import ERROR, NOTE, OK, WARNING, Finding, Observations
from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.session import LONG_LIVED
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

_TEMPORARY = "ASIA"
"""How the IDs of temporary access keys begin (IAM user guide, "IAM identifiers")."""

_NAME_LONG_LIVED = "Set source_profile to the profile with your long-lived keys"

Profiles = Mapping[str, Profile]


def check_profiles(machine: Observations, only: str | None) -> Iterator[Finding]:
    """Yield what is wrong with the profiles, or with the one that is named and its source."""
    profiles = machine.profiles()
    if only is not None and only not in profiles:
        what = f"Profile {sanitize(only)} doesn't exist yet."
        yield Finding("profile", NOTE, what, "To create it, log in to it:  aws mfa login")
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
        names = f"MFA profiles: {quoted_list(managed[:5])}" if managed else "no MFA profile yet"
        yield Finding("profiles", OK, f"{len(chosen)} checked, {names}.")


def _of_one(profile: Profile, profiles: Profiles) -> Iterator[Finding]:
    yield from _keys(profile)
    yield from _settings(profile)
    yield from _managed(profile, profiles)
    yield from _others(profile, profiles)
    if profile.get("cli_history").lower() == "enabled":
        yield Finding(
            "cli-history",
            NOTE,
            f"Profile {sanitize(profile.name)} has cli_history = enabled, so the CLI records "
            "commands and answers. aws mfa keeps its own out of that.",
            "Don't run 'aws sts get-session-token' yourself: its keys and codes are recorded.",
        )


def _keys(profile: Profile) -> Iterator[Finding]:
    check, name = "mixed-keys", sanitize(profile.name)
    sections = (("config", profile.config), ("credentials", profile.credentials))
    for file, options in sections:
        key_id = options.get("aws_access_key_id", "")
        token = options.get("aws_session_token") or options.get("aws_security_token")
        if token and key_id.startswith(LONG_LIVED):
            what = f"Profile {name} has a long-lived key and a session token in the {file} file."
            remedy = "AWS rejects the two together. Remove the session token, or all its keys."
            yield Finding(check, ERROR, what, remedy)
        elif key_id.startswith(_TEMPORARY) and not token:
            what = f"Profile {name} has a temporary key without session token in the {file} file."
            yield Finding(check, ERROR, what, "Remove its keys, then log in.")
    if all(options.get("aws_access_key_id") for _, options in sections):
        what = f"Profile {name} has keys in both files; those in the credentials file are used."
        yield Finding(check, WARNING, what, "Remove the keys from one of the files.")


def _settings(profile: Profile) -> Iterator[Finding]:
    name = sanitize(profile.name)
    if profile.config.get("source_profile") and not profile.get("role_arn"):
        yield Finding(
            "source-profile",
            WARNING,
            f"Profile {name} has source_profile without role_arn. SDKs for Go (Terraform, rclone) "
            "reject that.",
            f"Use {SOURCE_OPTION} instead of source_profile.",
        )
    setting = profile.config.get(SESSION_OPTION, "")
    if setting and setting.lower() not in {"on", "off"}:
        what = f"Profile {name} has {SESSION_OPTION} = {sanitize(setting, 40)}."
        yield Finding("mfa-session", WARNING, what, f"Set {SESSION_OPTION} to on or off.")


def _managed(profile: Profile, profiles: Profiles) -> Iterator[Finding]:
    name = sanitize(profile.name)
    is_on = profile.config.get(SESSION_OPTION, "").lower() == "on"
    is_marked = is_on or profile.config.get(SOURCE_OPTION)
    if profile.other_way and "role_arn" not in profile.config and is_marked:
        yield Finding(
            "managed-profile",
            WARNING,
            f"Profile {name} gets its credentials from {profile.other_way}, so it gets no MFA "
            "session.",
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
    name, source = sanitize(profile.name), profile.config.get(SOURCE_OPTION)
    remedy = f"Set {SOURCE_OPTION} to the profile with your long-lived keys."
    if not source:
        if not profile.has_long_lived_keys:
            what = f"Profile {name} has {SESSION_OPTION} = on, but no keys and no {SOURCE_OPTION}."
            yield Finding("source", WARNING, what, remedy)
        return
    if source == profile.name:
        why = "" if profile.has_own_keys else "has no long-lived keys to make its own session from"
    else:
        why = why_not_source(profiles.get(source, Profile(source)))
    if why:
        what = f"Source profile {sanitize(source)} of {name} {why}."
        remedy += " To store an access key:  aws configure"
        yield Finding("source", ERROR, what, remedy)


def _others(profile: Profile, profiles: Profiles) -> Iterator[Finding]:
    other = other_session(profile)
    tool = other.tool if other else ""
    if not tool and (profile.name.endswith("-long-term") or profile.get("aws_mfa_device")):
        tool = "aws-mfa"
    if not tool and profile.get("mfa_arn"):
        tool = "awscli-mfa.sh"
    what = f"Profile {sanitize(profile.name)} belongs to {tool}."
    if tool and not profile.has_own_keys:
        yield Finding("other-tools", NOTE, what, "Use another profile for aws mfa.")
    elif tool and not any(
        each.config.get(SOURCE_OPTION) == profile.name for each in profiles.values()
    ):
        remedy = "Add an MFA profile for it:  aws mfa configure --import"
        yield Finding("other-tools", NOTE, what, remedy)


def _roles(chosen: Iterable[Profile], profiles: Profiles) -> Iterator[Finding]:
    """Yield what is wrong with roles on MFA profiles, and with those left to the CLI."""
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
        yield Finding(
            "role-duration",
            NOTE,
            f"More than an hour is set for {quoted_list(capped)}, but AWS gives roles on an MFA "
            "session one hour (role chaining). They are renewed hourly, without a code.",
            f"For one long session set {SESSION_OPTION} = off there. {_NAME_LONG_LIVED}.",
        )


def _is_on_session(role: Profile, profiles: Profiles) -> bool:
    """Whether a role's chain of source profiles ends at an MFA profile."""
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
            f"source_profile {sanitize(name)} has an MFA session. The CLI uses it without "
            "renewing it.",
            f"{_NAME_LONG_LIVED}, or remove {SESSION_OPTION} = off.",
        )


def _duration(role: Profile, longest: int | None = None) -> Iterator[Finding]:
    setting, seconds = role.config.get("duration_seconds"), seconds_asked(role)
    if not setting:
        return
    what = f"Role profile {sanitize(role.name)} has duration_seconds = {sanitize(setting, 40)}"
    remedy = f"Set it to a number from {SHORTEST} to {LONGEST_ROLE}, or remove it."
    if seconds is None:
        what += ", which isn't a whole number. The CLI ignores it."
        yield Finding("role-duration", WARNING, what, remedy)
    elif seconds < SHORTEST or (longest is not None and seconds > longest):
        what += f". AWS accepts {SHORTEST} to {LONGEST_ROLE}."
        yield Finding("role-duration", ERROR, what, remedy)
