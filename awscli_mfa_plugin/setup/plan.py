"""What a setup changes in the config file, and what it must not change."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import BusyError, ConfigurationError
from awscli_mfa_plugin.session import OTHER_WAYS
from awscli_mfa_plugin.session.records import SESSION_OPTION, SOURCE_OPTION
from awscli_mfa_plugin.session.sections import (
    check_profile_name,
    config_section,
    may_be_valid,
    other_session,
)
from awscli_mfa_plugin.setup.manifest import unreadable
from awscli_mfa_plugin.setup.settings import KEYS_COMMAND, MARKED_PROFILE, ROLE
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from awscli_mfa_plugin.files.document import SharedDocument
    from awscli_mfa_plugin.session.ports import SharedFiles
    from awscli_mfa_plugin.session.records import Profile
    from awscli_mfa_plugin.setup.manifest import SetupManifest


@dataclass(frozen=True)
class ProfileChange:
    """Settings to make in a profile's config section, and to take out of it.

    ``before`` is the section as it was when this was decided.
    """

    profile: str
    settings: Mapping[str, str]
    removed: tuple[str, ...] = ()
    before: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def replaced(self) -> tuple[str, ...]:
        """The settings that have another value now."""
        return tuple(name for name in self.settings if self.before.get(name))

    @property
    def needs_new_session(self) -> bool:
        """Whether a session made before differs from what the new settings make."""
        changed = {*self.settings, *self.removed}
        return bool(changed & {SOURCE_OPTION, "mfa_serial", "duration_seconds"})

    def without(self, setting: str) -> ProfileChange:
        """Return the change without one of its settings."""
        left = {name: value for name, value in self.settings.items() if name != setting}
        return replace(self, settings=left)


def change_of(
    profile: Profile, settings: Mapping[str, str], removed: Iterable[str] = ()
) -> ProfileChange:
    """Return what really changes in a profile's config section."""
    has = profile.config
    return ProfileChange(
        profile.name,
        {name: value for name, value in settings.items() if has.get(name) != value},
        tuple(name for name in removed if name in has),
        dict(has),
    )


def changes_by(
    manifest: SetupManifest, files: SharedFiles, now: datetime
) -> tuple[ProfileChange, ...]:
    """Return the changes that a manifest requests; profiles that are like that already have none.

    Raises ConfigurationError, with line and column, for a profile that would become another kind
    of profile, and for a role on a profile that is nowhere.
    """
    changes = []
    names = {each.name for each in manifest.profiles}
    for wanted in manifest.profiles:
        profile = files.profile(wanted.name)
        why = why_not_merged(profile, wanted.kind, now)
        if why:
            why = f"your profile {sanitize(wanted.name)} {why}, so it can't be changed"
            raise unreadable(manifest.file, wanted.key, why)
        source = wanted.settings.get("source_profile", "")
        if source and source not in names and not files.profile(source).exists:
            why = f"source_profile {sanitize(source)} is neither in the manifest nor in your files"
            raise unreadable(manifest.file, wanted.nodes["source_profile"], why)
        changes.append(change_of(profile, wanted.settings))
    return tuple(change for change in changes if change.settings)


def why_not_merged(profile: Profile, kind: str, now: datetime) -> str:
    """Say why an existing profile can't become one of a kind, or ""."""
    return _why_no_role(profile) if kind == ROLE else _why_no_session(profile, kind, now)


def _why_no_role(profile: Profile) -> str:
    if profile.is_managed or profile.has_session_token:
        return "is a session profile"
    if profile.has_long_lived_keys:
        return "has long-lived keys"
    other = next((way for way in OTHER_WAYS if way != "role_arn" and profile.get(way)), "")
    return f"gets its credentials from {other}" if other else ""


def _why_no_session(profile: Profile, kind: str, now: datetime) -> str:
    if profile.other_way:
        return f"gets its credentials from {profile.other_way}"
    if profile.is_switched_off:
        return f"has {SESSION_OPTION} = off"
    other = other_session(profile)
    if other and may_be_valid(other.expiration, now):
        return f"has a valid session from {other.tool}"
    if profile.has_long_lived_keys and kind != MARKED_PROFILE:
        return f"holds long-lived keys, which allow only {SESSION_OPTION}: on"
    return ""


def missing_sources(manifest: SetupManifest, files: SharedFiles) -> tuple[str, ...]:
    """Return the source profiles of the manifest's session profiles that aren't here yet."""
    names = (each.settings.get(SOURCE_OPTION, "") for each in manifest.profiles)
    return tuple(dict.fromkeys(n for n in names if n and not files.profile(n).exists))


def change_for_programs(
    profile: Profile, session: Profile, script: str, *, on_windows: bool
) -> ProfileChange:
    """Return the change that makes ``profile`` renew the session of an MFA profile.

    ``script`` is the path of awscli-mfa. Raises ConfigurationError for a profile that has
    anything else, so that no key and no role is hidden.
    """
    check_profile_name(profile.name)
    if not session.is_managed:
        name = sanitize(session.name)
        raise ConfigurationError(
            f"{name} isn't an MFA profile.",
            f"Log in first:  aws mfa login --profile {shlex.quote(name)}",
        )
    # As botocore splits it, and a shell for other SDKs.
    quoted = [f'"{each}"' if on_windows else shlex.quote(each) for each in (script, session.name)]
    wanted = {KEYS_COMMAND: f"{quoted[0]} credential-process --profile {quoted[1]}"}
    region = session.config.get("region", "")
    if region:
        wanted["region"] = profile.config.get("region") or region
    others = {*profile.config, *profile.credentials} - {"region", "output"}
    if others and profile.config.get(KEYS_COMMAND) != wanted[KEYS_COMMAND]:
        raise ConfigurationError(
            f"Profile {sanitize(profile.name)} exists already.",
            "Use the name of a new profile. Nothing was changed.",
        )
    return change_of(profile, wanted)


def merged(document: SharedDocument, changes: Iterable[ProfileChange]) -> SharedDocument:
    """Return the config file with all changes made.

    Raises BusyError if a section isn't what it was when the change was shown and accepted.
    """
    for change in changes:
        section = config_section(change.profile, document.section_names())
        if document.options(section) != change.before:
            raise BusyError(
                f"Another program changed profile {sanitize(change.profile)} in the meantime.",
                "Nothing was written. Run the command again.",
            )
        document = document.with_options(section, change.settings)
        document = document.without_options(section, change.removed)
    return document


def lines_of(change: ProfileChange) -> list[str]:
    """Return a change as lines of text: the section, and its added and removed lines."""
    section = config_section(change.profile, ())
    lines = [f"  [{sanitize(section)}]"]
    lines += [f"- {name} = {sanitize(change.before[name])}" for name in change.removed]
    for name, value in change.settings.items():
        if change.before.get(name):
            lines.append(f"- {name} = {sanitize(change.before[name])}")
        lines.append(f"+ {name} = {sanitize(value)}")
    return lines
