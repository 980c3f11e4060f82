"""The MFA profiles that stay behind after an uninstallation, and how they are removed."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from awscli_mfa_plugin.session.records import SESSION_OPTION, SOURCE_OPTION, Profile
from awscli_mfa_plugin.session.sections import config_profile, other_session
from awscli_mfa_plugin.session.sessions import profiles_of
from awscli_mfa_plugin.session.token_codes import agrees
from awscli_mfa_plugin.text import quoted_list, sanitize

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from awscli_mfa_plugin.files.document import SharedDocument
    from awscli_mfa_plugin.session.ports import Terminal

_SETTINGS = frozenset(
    {
        SOURCE_OPTION,
        SESSION_OPTION,
        "mfa_serial",
        "mfa_process",
        "mfa_prompt",
        "duration_seconds",
        "region",
    }
)
"""What a login or ``aws mfa configure`` writes into a session profile."""


def mfa_profiles(config: SharedDocument, credentials: SharedDocument) -> dict[str, str | None]:
    """Return the names of all MFA profiles, each with its config section if that may go.

    A profile with any other setting, long-lived keys or another tool's session may be needed for
    something else: it has None.
    """
    keys = credentials.sections()
    found: dict[str, str | None] = {}
    for section, options in config.sections().items():
        name = config_profile(section)
        profile = Profile(name or "", options, keys.get(name or "", {}))
        if name and (profile.is_managed or profile.is_ours):
            found[name] = section if _is_for_mfa_alone(profile) else None
    return found


def in_keyring(config: SharedDocument, credentials: SharedDocument) -> tuple[str, ...]:
    """Return the names of the profiles whose access key only ``awscli-mfa`` can get."""
    profiles = profiles_of(config.sections(), credentials.sections()).values()
    return tuple(profile.name for profile in profiles if profile.keyring_key_id)


def how_to_remove_the_script(names: Iterable[str]) -> str:
    """Return what remains to be done; ``names`` are the profiles in the keyring."""
    commands = [f"awscli-mfa keyring restore --profile {shlex.quote(name)}" for name in names]
    commands.append("pipx uninstall awscli-mfa-plugin")
    if len(commands) == 1:
        return f"To remove awscli-mfa itself:  {commands[0]}"
    lines = "".join(f"\n  {sanitize(command)}" for command in commands)
    return f"To remove awscli-mfa itself, move your keys out of the keyring first:{lines}"


def _is_for_mfa_alone(profile: Profile) -> bool:
    return (
        profile.config.get(SOURCE_OPTION, profile.name) != profile.name
        and set(profile.config) <= _SETTINGS
        and not profile.has_long_lived_keys
        and not other_session(profile)
    )


def wants_removal(names: Collection[str], terminal: Terminal | None) -> bool:
    """Ask whether to remove these profiles too; without a terminal the answer is no."""
    if terminal is None or terminal.unavailable_reason() or not names:
        return False
    listed = quoted_list(names)
    return agrees(terminal, f"Remove the MFA profiles and their sessions too ({listed})? [y/N] ")


def without_profiles(document: SharedDocument, sections: Iterable[str]) -> SharedDocument:
    """Return a copy without these sections; a comment in one stays, with its header."""
    for section in sections:
        names = set(document.options(section)) & _SETTINGS
        document = document.without_options(section, names).without_section_if_empty(section)
    return document
