"""Profiles whose names were probably mistyped."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable


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
