"""Which section of a shared AWS file holds a profile."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable

DEFAULT_SECTION = "DEFAULT"
"""The section whose options ``configparser`` gives to every other one; it may stand twice."""

_DEFAULT_PROFILE = "default"
_UNFIT_FOR_A_NAME = re.compile("[\\]\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def config_section(profile_name: str, existing_sections: Iterable[str]) -> str:
    """Return the config file's section of the profile: the one it has, else its usual header.

    A profile that two sections spell (``[profile a]`` and ``[profile "a"]``, ``[default]`` and
    ``[profile default]``) is the later one in the file: botocore
    (``configloader.build_profile_map``) lets that one replace the other, unmerged.
    """
    found = [name for name in existing_sections if config_profile(name) == profile_name]
    if found:
        return found[-1]
    return (
        _DEFAULT_PROFILE if profile_name == _DEFAULT_PROFILE else f"profile {_word(profile_name)}"
    )


def config_profile(section: str) -> str | None:
    """Return the profile that a section of the config file stands for, None if it is another's."""
    if section == _DEFAULT_PROFILE:
        return section
    # As botocore does it: no blank is asked for after «profile», and quoting counts.
    if not section.startswith("profile"):
        return None
    try:
        words = shlex.split(section)
    except ValueError:
        return None
    return words[1] if len(words) == 2 else None  # noqa: PLR2004 - «profile» and its name


def credentials_section(profile_name: str) -> str:
    """Return the credentials file's section of the profile: its bare name, never quoted."""
    return profile_name


def check_profile_name(profile_name: str) -> None:
    """Raise ConfigurationError for a name that can't be a section of both shared files."""
    why = _unfit(profile_name)
    if why:
        message = f"That profile name can't stand in a shared AWS file: {why}."
        raise ConfigurationError(message, "Nothing was changed. Choose another profile name.")


def _unfit(name: str) -> str:
    """Return why a profile can't have that name, or nothing."""
    if not name:
        return "it is empty"
    if name != name.strip():
        return "it starts or ends with a blank"
    if name == DEFAULT_SECTION:
        return f"[{DEFAULT_SECTION}] gives its settings to every other profile"
    if _UNFIT_FOR_A_NAME.search(name):
        return "it holds «]», a newline or a control character"
    return ""


def _word(profile_name: str) -> str:
    """Return the name as one word of a header, quoted (as `aws configure` does) if it has to be."""
    try:
        plain = shlex.split(profile_name) == [profile_name]
    except ValueError:
        plain = False
    return profile_name if plain else shlex.quote(profile_name)
