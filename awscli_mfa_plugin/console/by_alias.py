"""``aws mfa`` by an alias that runs ``awscli-mfa``: for an AWS CLI that loads no plugins.

An alias gets none of the CLI's global options: ``aws mfa login --profile p`` arrives here as
``login``, and ``aws mfa -- login --profile p`` as ``login --profile p``. So without ``--profile``
and without a profile in the environment nobody knows which profile was meant. On Linux the CLI's
command line tells when a ``--profile`` got lost beside one in the environment.
"""

from __future__ import annotations

import os
import shlex
import sys
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING

from awscli_mfa_plugin.commands.error_reporting import without_codes
from awscli_mfa_plugin.errors import ConfigurationError, UsageError
from awscli_mfa_plugin.files.alias_document import RUNS_US, TOPLEVEL, AliasDocument
from awscli_mfa_plugin.session.source import DEFAULT_SESSION_PROFILE
from awscli_mfa_plugin.session.token_codes import agrees
from awscli_mfa_plugin.system.machine import print_line
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from awscli_mfa_plugin.session.ports import Terminal

PACK = "aws-mfa"
"""The name in the marks around the alias."""

_ANCESTORS = 3
"""Processes above this one among which the CLI is; a shell is between them."""

_PROFILE_VARIABLES = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")


def install_alias(environment: Mapping[str, str]) -> None:
    """Write the alias ``mfa`` into the CLI's alias file; raise MfaError."""
    _check_no_plugin(environment)
    script = os.path.abspath(sys.argv[0])
    if not os.path.isfile(script):
        raise ConfigurationError(f"Can't find awscli-mfa at {script}.", "Run it by its full path.")
    if not _changed({"mfa": expansion(script)}):
        print_line("The alias mfa is in ~/.aws/cli/alias already.")
        return
    print_line(
        "Added the alias mfa to ~/.aws/cli/alias. aws mfa runs awscli-mfa now.\n"
        "An alias gets no --profile. Use one of these:\n"
        "  aws mfa -- login --profile mfa\n"
        "  AWS_PROFILE=mfa aws mfa login"
    )


def remove_alias() -> bool:
    """Remove the alias; return whether it was there. Raises MfaError."""
    from awscli_mfa_plugin.files.paths import alias_path

    return os.path.exists(os.path.expanduser(alias_path())) and _changed({})


def expansion(script: str) -> str:
    """Return what the alias runs: the library path of a frozen CLI would break our Python."""
    if sys.platform == "win32":
        return f'!"{script}" {RUNS_US}'
    return f'!LD_LIBRARY_PATH="$LD_LIBRARY_PATH_ORIG" {shlex.quote(script)} {RUNS_US}'


def meant_words(
    words: Sequence[str], typed: Sequence[str], environment: Mapping[str, str], terminal: Terminal
) -> list[str]:
    """Return the words after ``aws mfa``, which the CLI passes on without a ``--`` before them.

    ``typed`` is the CLI's own command line, [] if it isn't known. Raises UsageError where nobody
    knows the profile: nothing is done then.
    """
    named = next(filter(None, map(environment.get, _PROFILE_VARIABLES)), "")
    lost = _profile_in(typed)
    asks_for_help = not words or {"help", "--help", "-h"}.intersection(words)
    if _profile_in(words) or asks_for_help:
        return [*words]
    if named and lost in {"", named}:
        return [*words]
    if not named and not terminal.unavailable_reason():
        terminal.tell("This AWS CLI runs aws mfa as an alias, which gets no --profile.\n")
        if agrees(terminal, f"Use profile {DEFAULT_SESSION_PROFILE}? [y/N] "):
            return [*words]
    # What is behind a ``--`` belongs to exec's program.
    end = words.index("--") if "--" in words else len(words)
    ours = without_codes(shlex.join([*words[:end], "--profile", sanitize(lost) or "NAME"]))
    program = f" {shlex.join(words[end:])}" if words[end:] else ""
    raise UsageError(
        "This AWS CLI runs aws mfa as an alias, which gets no --profile.",
        f"Use:  aws mfa -- {ours}{program}",
    )


def words_of_the_cli() -> list[str]:
    """Return the command line of the ``aws`` that runs this alias; [] without Linux's ``/proc``."""
    pid = os.getppid()
    with suppress(OSError, ValueError, IndexError):
        for _ in range(_ANCESTORS):
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = [os.fsdecode(word) for word in file.read().split(b"\0")]
            if "mfa" in words:
                return words
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
                pid = int(file.read().rpartition(")")[2].split()[1])
    return []


def _profile_in(words: Sequence[str]) -> str:
    """Return the profile that an option in front of a ``--`` names, or ""."""
    ours = [*(words[: words.index("--")] if "--" in words else words), ""]
    for word, following in pairwise(ours):
        name, equals, value = word.partition("=")
        # AWS CLI v2 takes a shorter --prof too.
        if name.startswith("--p") and "--profile".startswith(name):
            return value if equals else following
    return ""


def _check_no_plugin(environment: Mapping[str, str]) -> None:
    from configparser import Error

    from awscli_mfa_plugin.files.botocore_parser import sections_of
    from awscli_mfa_plugin.files.paths import config_path

    try:
        plugins = sections_of(config_path(environment)).get("plugins", {})
    except (OSError, ValueError, Error):
        return
    if "awscli_mfa_plugin" in plugins.values():
        raise ConfigurationError(
            "The plugin is installed, and the alias would hide it.",
            "Remove it first:  awscli-mfa uninstall",
        )


def _changed(aliases: Mapping[str, str]) -> bool:
    """Put the aliases between our marks; raise ConfigurationError for the user's own ``mfa``."""
    from awscli_mfa_plugin.aliases.files import AliasFile
    from awscli_mfa_plugin.files.locks import Locks
    from awscli_mfa_plugin.files.paths import alias_path
    from awscli_mfa_plugin.files.state import StateFolder

    def change(document: AliasDocument) -> AliasDocument:
        if aliases and "mfa" in document.others(PACK, TOPLEVEL):
            raise ConfigurationError(
                "You have an alias named mfa already. Nothing was changed.",
                "Rename it in ~/.aws/cli/alias.",
            )
        return document.with_block(PACK, TOPLEVEL, aliases)

    return AliasFile(os.path.expanduser(alias_path()), Locks(StateFolder())).update(change)
