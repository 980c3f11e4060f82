"""What is found of another tool's setup, and how its commands are read (they are never run)."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from awscli_mfa_plugin.session.records import Profile

_INCLUDED = ("include_profile", "parent_profile")


@dataclass(frozen=True)
class Setup:
    """A setup of another tool, its values as they are written there.

    ``source`` has, or gets, the long-lived keys; ``session`` is the tool's own session profile, ""
    if that isn't known; a name for ours is made from ``base``. ``token_command`` prints MFA codes.
    ``keys_command`` prints the long-lived keys: it is in profile ``source`` already, or goes into
    a new one (``is_new_source``). ``left`` says what else can't be taken over.
    """

    tool: str
    source: str
    base: str
    session: str = ""
    serial: str = ""
    duration: str = ""
    region: str = ""
    token_command: str = ""
    keys_command: str = ""
    is_new_source: bool = False
    left: tuple[str, ...] = ()


@dataclass(frozen=True)
class Skipped:
    """A profile of another tool that can't be taken over, and why."""

    profile: str
    tool: str
    reason: str


@dataclass(frozen=True)
class Traces:
    """Where other tools leave traces: profiles, variables, and programs by their names.

    A program's path is as a command line needs it.
    """

    profiles: Mapping[str, Profile]
    environment: Mapping[str, str]
    programs: Mapping[str, str]

    def setting(self, option: str, profile: Profile) -> str:
        """Return a setting of a profile, or of those that it includes, or ""."""
        seen: set[str] = set()
        at: Profile | None = profile
        while at and at.name not in seen:
            if at.get(option):
                return at.get(option)
            seen.add(at.name)
            at = self.profiles.get(next(filter(None, map(at.get, _INCLUDED)), ""))
        return ""


def words_of(command: str) -> list[str]:
    """Return the words of a command without their quotes, none if a quote is missing.

    Backslashes are kept: they separate folders on Windows.
    """
    try:
        words = shlex.split(command, posix=False)
    except ValueError:
        return []
    return [word.strip("'\"") for word in words]


def start_of(command: str, subcommands: Container[str]) -> str:
    """Return a command up to its subcommand: the program and its options, quotes included.

    Without one of the subcommands it is the program alone.
    """
    words = shlex.split(command, posix=False)
    start = [*takewhile(lambda word: word not in subcommands, words)]
    return " ".join(start if len(start) < len(words) else start[:1])


def program_in(words: list[str]) -> str:
    """Return the name of a command's program, without folder and ``.exe``."""
    name = re.split(r"[\\/]", words[0])[-1] if words else ""
    return name.lower().removesuffix(".exe")
