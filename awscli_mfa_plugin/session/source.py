"""Which profile gets a session, and which one has the long-lived keys for it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError, UsageError
from awscli_mfa_plugin.session import LONG_LIVED, OUR_NAME
from awscli_mfa_plugin.session.records import SESSION_OPTION, SOURCE_OPTION, Keys, Profile
from awscli_mfa_plugin.session.sections import may_be_valid, other_session
from awscli_mfa_plugin.text import quoted_list, sanitize

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from awscli_mfa_plugin.session.ports import Ports


@dataclass(frozen=True)
class Source:
    """Where the long-lived keys are: a profile, or "" for the environment."""

    profile: str
    keys: Keys

    @property
    def shown(self) -> str:
        """The source in words."""
        return f"profile {sanitize(self.profile)}" if self.profile else "the environment"

    def setting(self, option: str, ports: Ports) -> str:
        """Return a setting of the source profile, or ""."""
        return ports.files.profile(self.profile).get(option) if self.profile else ""


def resolve_source(named: str | None, session_profile: Profile, ports: Ports) -> Source:
    """Return the source of a session profile, in the design's order.

    ``named`` is ``--source-profile``. Raises ConfigurationError where there are no keys, or
    only temporary ones.
    """
    in_environment = environment_keys(ports.environment)
    if in_environment and in_environment.session_token:
        ports.notes(
            "Ignoring AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN from your environment: "
            "a session can't be made from temporary keys."
        )
    name = source_name(named, session_profile, ports.environment)
    if name == session_profile.name and session_profile.has_own_keys:
        return Source(name, _keys_of(name, ports))
    if name or in_environment is None:
        return _of_profile(name, session_profile.name, ports)
    if session_profile.name != "default" and not why_not_source(ports.files.profile("default")):
        ports.notes(
            "Using the long-lived keys from your environment, not those of profile default. "
            "To use those:  --source-profile default"
        )
    return Source("", in_environment)


def source_name(named: str | None, session_profile: Profile, environment: Mapping[str, str]) -> str:
    """Return the name of the source profile, "" where the keys in the environment are it."""
    name = named or session_profile.config.get(SOURCE_OPTION)
    if not name and session_profile.has_own_keys:
        name = session_profile.name
    name = name or session_profile.config.get("source_profile")
    if name:
        return name
    keys = environment_keys(environment)
    return "" if keys and not keys.session_token else "default"


def inherited(option: str, session_profile: Profile, ports: Ports, named: str | None = None) -> str:
    """Return a setting of the session profile, or else of its source profile, or "".

    ``named`` is ``--source-profile``.
    """
    source = source_name(named, session_profile, ports.environment)
    of_source = ports.files.profile(source).get(option) if source else ""
    return session_profile.get(option) or of_source


def environment_keys(environment: Mapping[str, str]) -> Keys | None:
    """Return the keys in the environment, long-lived or temporary, if there are any."""
    key_id = environment.get("AWS_ACCESS_KEY_ID", "")
    secret = environment.get("AWS_SECRET_ACCESS_KEY", "")
    token = environment.get("AWS_SESSION_TOKEN") or environment.get("AWS_SECURITY_TOKEN") or ""
    return Keys(key_id, secret, token) if key_id and secret else None


def why_not_source(profile: Profile) -> str:
    """Say why a profile can't be a source, or ""."""
    if not profile.exists:
        return "doesn't exist"
    if profile.other_way not in {"", "credential_process"}:
        return f"gets temporary keys from {profile.other_way}"
    if profile.get("aws_access_key_id"):
        return "has temporary keys" if profile.has_session_token else ""
    return "" if profile.other_way or profile.keyring_key_id else "has no long-lived keys"


def _of_profile(name: str, session_profile: str, ports: Ports) -> Source:
    if name == session_profile:
        raise ConfigurationError(
            f"Profile {sanitize(name)} has no long-lived keys to make its own session from.",
            "Name the profile that has them with --source-profile, "
            "or another session profile with --profile.",
        )
    why_not = why_not_source(ports.files.profile(name))
    keys = None if why_not else _keys_of(name, ports)
    if keys is None or keys.session_token:
        raise ConfigurationError(
            f"Source profile {sanitize(name)} {why_not or 'provides temporary keys'}; an MFA "
            "session needs the long-lived keys of an IAM user.",
            _profiles_to_name(session_profile, ports),
        )
    return Source(name, keys)


def _keys_of(profile: str, ports: Ports) -> Keys:
    """Return a profile's keys; a token beside a long-lived key is left from an old session."""
    keys = ports.chain.keys_of(profile)
    if keys.access_key_id.startswith(LONG_LIVED):
        return replace(keys, session_token="")
    return keys


def _profiles_to_name(session_profile: str, ports: Ports) -> str:
    names = [
        name
        for name in ports.files.profile_names()
        if name != session_profile and not why_not_source(ports.files.profile(name))
    ]
    if names:
        return f"Name the source with --source-profile: {quoted_list(names[:5])}."
    return "Store an access key with aws configure, or name a profile with --source-profile."


def known_region(named: str | None, session_profile: Profile, source: Source, ports: Ports) -> str:
    """Return the region that the user chose somewhere, or "".

    ``named`` is ``--region``; then the session profile's counts, the source's, the
    environment's. Raises UsageError or ConfigurationError for what can't be one.
    """
    if named:
        if not _REGION.fullmatch(named):
            raise UsageError(f"--region '{sanitize(named)}' isn't a region.", _WHAT_A_REGION_IS)
        return named
    environment = ports.environment
    region = (
        session_profile.get("region")
        or source.setting("region", ports)
        or environment.get("AWS_REGION")
        or environment.get("AWS_DEFAULT_REGION")
        or ""
    )
    if region and not _REGION.fullmatch(region):
        raise ConfigurationError(
            f"'{sanitize(region)}' isn't a region. It comes from profile "
            f"{sanitize(session_profile.name)}, its source profile, or your environment.",
            f"Correct it there. {_WHAT_A_REGION_IS}",
        )
    return region


_REGION = re.compile(r"(?!-)(?![0-9]+$)[A-Za-z0-9-]{1,63}(?<!-)")
"""A label of a host name, as a region is part of one (RFC 1123, section 2.1)."""

_WHAT_A_REGION_IS = "A region looks like eu-west-1."

DEFAULT_SESSION_PROFILE = "mfa"


def check_session_profile(profile: Profile, now: datetime) -> None:
    """Raise ConfigurationError if the profile may not get a session, with the remedy."""
    name, default = sanitize(profile.name), DEFAULT_SESSION_PROFILE
    another = f"{default}-session" if profile.name == default else default
    another = f"Use another session profile:  --profile {another}"
    if profile.is_switched_off:
        raise ConfigurationError(
            f"Profile {name} has {SESSION_OPTION} = off.",
            f"Remove that line from ~/.aws/config. {another}",
        )
    if profile.other_way:
        raise ConfigurationError(
            f"Profile {name} gets its credentials from {profile.other_way}. Nothing was changed.",
            another,
        )
    is_marked = profile.has_session_token and profile.get("manager") == OUR_NAME
    if is_marked and not profile.is_ours and profile.key_section:  # the lines alone are fine
        raise ConfigurationError(
            f"Profile {name} has access keys that aws mfa didn't write, next to lines of an old "
            "session. Nothing was changed.",
            "To keep these keys, remove the lines expiration, issued, issued_key and manager from "
            f"[{name}] in ~/.aws/credentials (and aws_session_token, if the keys have none). "
            f"{another}",
        )
    other = other_session(profile)
    if other and may_be_valid(other.expiration, now):
        raise ConfigurationError(
            f"Profile {name} has a session from {other.tool}. Nothing was changed.", another
        )
