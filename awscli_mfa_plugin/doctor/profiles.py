"""Checks the profiles: what makes a session impossible, useless, or another tool's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from awscli_mfa_plugin.doctor.findings import ERROR, NOTE, OK, WARNING, Finding
from awscli_mfa_plugin.doctor.roles import check_roles
from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.session.devices import checked_serial
from awscli_mfa_plugin.session.expiry import resolve_duration
from awscli_mfa_plugin.session.records import SESSION_OPTION, SOURCE_OPTION, Profile
from awscli_mfa_plugin.session.sections import config_profile, other_session
from awscli_mfa_plugin.session.source import why_not_source
from awscli_mfa_plugin.text import quoted_list, sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from awscli_mfa_plugin.doctor.observations import Observations

_LONG_LIVED, _TEMPORARY = "AKIA", "ASIA"
"""How access key IDs begin (IAM user guide, «Understanding unique ID prefixes»)."""

_PEERS_OPTIONS = (
    ("aws_mfa_device", "aws-mfa"),
    ("mfa_arn", "awscli-mfa.sh"),
)
_AWS_MFA_SUFFIX = "-long-term"

Profiles = dict[str, Profile]


def profiles_of(machine: Observations) -> Profiles:
    """Return all profiles of both files by name, those of the config file first."""
    config: dict[str, Mapping[str, str]] = {}
    for section, options in machine.config.sections.items():
        name = config_profile(section)
        if name is not None:
            config[name] = options
    credentials = machine.credentials.sections
    return {
        name: Profile(name, config.get(name, {}), credentials.get(name, {}))
        for name in dict.fromkeys((*config, *credentials))
    }


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
    found += check_roles(chosen, profiles)
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
    if not tool and profile.name.endswith(_AWS_MFA_SUFFIX):
        tool = "aws-mfa"
    for option, of_tool in _PEERS_OPTIONS:
        tool = tool or (of_tool if profile.get(option) else "")
    if tool:
        yield Finding(
            "other-tools",
            NOTE,
            f"Profile {sanitize(profile.name)} is laid out by {tool}.",
            "It stays as it is; use another session profile beside it.",
        )
