"""The MFA profiles that stay behind after an uninstallation, and how they are removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from awscli_mfa_plugin.session.records import SESSION_OPTION, SOURCE_OPTION
from awscli_mfa_plugin.session.sections import config_profile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from awscli_mfa_plugin.files.document import SharedDocument

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


def mfa_profiles(document: SharedDocument) -> dict[str, str]:
    """Return the config sections that are for MFA sessions alone, by the profile's name.

    A profile with any other setting may be needed for something else.
    """
    return {
        name: section
        for section, options in document.sections().items()
        if (name := config_profile(section))
        and options.get(SOURCE_OPTION, name) != name
        and set(options) <= _SETTINGS
    }


def without_profiles(document: SharedDocument, sections: Iterable[str]) -> SharedDocument:
    """Return a copy without these sections; a comment in one stays, with its header."""
    for section in sections:
        names = set(document.options(section)) & _SETTINGS
        document = document.without_options(section, names).without_section_if_empty(section)
    return document
