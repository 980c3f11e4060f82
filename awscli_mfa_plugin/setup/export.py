"""Writes the MFA profiles and the roles on them as a manifest, without secrets."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.session.records import SESSION_OPTION, SOURCE_OPTION
from awscli_mfa_plugin.session.sections import check_profile_name
from awscli_mfa_plugin.setup.manifest import MOST_PROFILES, VERSION
from awscli_mfa_plugin.setup.settings import COMMAND, ROLE, kind_of, secret_in, settings_of, unfit
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Mapping

    from awscli_mfa_plugin.session.ports import Notes, SharedFiles
    from awscli_mfa_plugin.session.records import Profile

Profiles = dict[str, dict[str, str]]

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./+-]*|[1-9][0-9]*", re.ASCII)
"""What is the same text in YAML 1.1 and 1.2 without quotes; the few words that aren't follow."""

_WORDS = frozenset({"y", "n", "yes", "no", "true", "false", "null"})


def exported(files: SharedFiles, note: Notes) -> Profiles:
    """Return the settings of the managed profiles, and of the roles on them, by profile.

    What a manifest can't contain, such as a command with a secret in it, is left out with a note.
    """
    profiles = {name: files.profile(name) for name in files.profile_names()}
    found: Profiles = {}
    for profile in profiles.values():
        if profile.is_managed:
            _export(profile, found, note)
    waiting = [each for each in profiles.values() if each.config.get("role_arn")]
    # Roles on roles: each round finds those whose source the last one found.
    while ready := [each for each in waiting if each.config.get("source_profile") in found]:
        waiting = [each for each in waiting if each not in ready]
        for profile in ready:
            _export(profile, found, note)
    if len(found) > MOST_PROFILES:
        raise ConfigurationError(
            f"{len(found)} profiles are too many for a manifest ({MOST_PROFILES} at most).",
            "Nothing was written. Share the config file itself.",
        )
    return found


def _export(profile: Profile, found: Profiles, note: Notes) -> None:
    name, kind = sanitize(profile.name), kind_of(profile.config)
    if why := _unfit_name(profile):
        note(f"Skipped profile {name}: {why}.")
        return
    settings: dict[str, str] = {}
    for setting in settings_of(kind):
        value = profile.config.get(setting, "")
        value = value.lower() if setting == SESSION_OPTION else value
        if value and (why := _unfit(kind, setting, value)):
            note(f"Skipped {setting} of profile {name}: {why}.")
        elif value:
            settings[setting] = value
    if kind_of(settings) == kind and (kind != ROLE or "source_profile" in settings):
        found[profile.name] = settings


def _unfit_name(profile: Profile) -> str:
    try:
        check_profile_name(profile.name)
    except ConfigurationError as error:
        return error.clause
    if profile.config.get(SOURCE_OPTION) == profile.name:
        return "it is its own source"
    return "its name looks like a secret" if secret_in(profile.name) else ""


def _unfit(kind: str, setting: str, value: str) -> str:
    secret = secret_in(value, is_command=setting == COMMAND)
    if secret:
        return f"it looks like {secret[0]}"
    return sanitize(unfit(kind, setting, value))


def manifest_text(profiles: Mapping[str, Mapping[str, str]]) -> str:
    """Return the YAML of a manifest."""
    lines = [
        "# A setup for the AWS CLI with MFA: aws mfa configure --from FILE",
        f"version: {VERSION}",
        "profiles:" if profiles else "profiles: {}",
    ]
    for name, settings in profiles.items():
        lines.append(f"  {_scalar(name)}:")
        lines += [f"    {setting}: {_scalar(value)}" for setting, value in settings.items()]
    return "\n".join(lines) + "\n"


def _scalar(text: str) -> str:
    is_plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS
    # YAML takes JSON's strings as they are (YAML 1.2.2, section 7.3.1).
    return text if is_plain else json.dumps(text)
