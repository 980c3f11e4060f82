"""All profiles by name, the names of MFA profiles, and which one a mistyped name means."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import CancelledError, ConfigurationError
from awscli_mfa_plugin.session.records import Profile
from awscli_mfa_plugin.session.sections import config_profile, other_session
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from awscli_mfa_plugin.session.ports import Ports

_NO = frozenset({"n", "no"})
_ATTEMPTS = 3


def profiles_of(
    config: Mapping[str, Mapping[str, str]], credentials: Mapping[str, Mapping[str, str]]
) -> dict[str, Profile]:
    """Return all profiles in the sections of both files by name, those of the config file first."""
    named = ((config_profile(section), options) for section, options in config.items())
    own = {name: options for name, options in named if name is not None}
    return {
        name: Profile(name, own.get(name, {}), credentials.get(name, {}))
        for name in dict.fromkeys((*own, *credentials))
    }


def mfa_profile_names(ports: Ports) -> tuple[str, ...]:
    """Return the names of the profiles that are managed or hold a session of ours."""
    profiles = (ports.files.profile(name) for name in ports.files.profile_names())
    return tuple(
        profile.name
        for profile in profiles
        if profile.is_ours or (profile.is_managed and not other_session(profile))
    )


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that differs from ``name`` by about one mistake, or "".

    That is a character wrong, missing or too many, or two swapped.
    """
    from difflib import get_close_matches

    # Of two names of n characters with one wrong, 1 - 1/n is alike: difflib's ratio.
    alike = max(0.6, 1 - 1.2 / len(name)) if name else 1
    return next(iter(get_close_matches(name, [*known], n=1, cutoff=alike)), "")


def missing_profile(name: str, known: Iterable[str]) -> ConfigurationError:
    """Return the error for a profile that doesn't exist; ``known`` are the MFA profiles."""
    near = nearest(name, known)
    return ConfigurationError(
        f"There is no profile '{sanitize(name)}'.",
        f"Did you mean '{sanitize(near)}'?"
        if near
        else f"Log in to create it:  aws mfa login --profile {shlex.quote(sanitize(name))}",
    )


def meant_profile(name: str, ports: Ports) -> str:
    """Return the profile that the person at the terminal means by ``name``, a new one.

    Only a name near that of an MFA profile is asked about, and only where somebody can answer.
    Raises CancelledError if the question isn't answered.
    """
    near = nearest(name, mfa_profile_names(ports))
    if not near or ports.terminal.unavailable_reason():
        return name
    return near if _is_meant(near, name, ports) else name


def _is_meant(known: str, name: str, ports: Ports) -> bool:
    from awscli_mfa_plugin.session.token_codes import YES

    typed, near = sanitize(name), sanitize(known)
    ports.terminal.tell(f"There is no profile '{typed}' yet.\n")
    for _ in range(_ATTEMPTS):
        answer = ports.terminal.ask(f"Did you mean '{near}'? [Y/n] (n creates '{typed}') ")
        if answer == known or answer.lower() in {"", *YES}:
            return True
        if answer == name or answer.lower() in _NO:
            return False
    raise CancelledError("Nothing was changed.")


def say_created(name: str, ports: Ports) -> None:
    """Say that a profile was made beside other MFA profiles; the first one goes without saying."""
    if set(mfa_profile_names(ports)) - {name}:
        ports.notes(f"Created profile {sanitize(name)}.")
