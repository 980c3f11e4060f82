"""A login to a profile that doesn't exist yet: its name may be mistyped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import CancelledError
from awscli_mfa_plugin.session.near_names import nearest
from awscli_mfa_plugin.session.sessions import mfa_profile_names
from awscli_mfa_plugin.session.token_codes import YES
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from awscli_mfa_plugin.session.ports import Ports

_NO = frozenset({"n", "no"})
_ATTEMPTS = 3


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
