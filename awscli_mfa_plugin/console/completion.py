"""``awscli-mfa completion`` and ``complete``: a shell's script, and what it runs at each TAB."""

from __future__ import annotations

import os
import sys

from awscli_mfa_plugin.console.main import WRONG_USAGE

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Mapping

    from awscli_mfa_plugin.completion.words import CommandLine

FAILED = 1
"""The shell then uses only the AWS CLI's own completer."""

_FILTERING = {"zsh", "fish"}
"""They filter the candidates themselves, by the user's rules."""


def print_script(arguments: list[str]) -> int:
    """Print the completion script of a shell; return the exit code."""
    from awscli_mfa_plugin.completion.scripts import DEBIANS_COMPLETER, SHELLS, script_of

    if len(arguments) != 1 or arguments[0] not in SHELLS:
        sys.stderr.write(f"usage: awscli-mfa completion {'|'.join(SHELLS)}\n")
        return WRONG_USAGE
    sys.stdout.write(script_of(arguments[0], DEBIANS_COMPLETER))
    return 0


def complete(arguments: list[str]) -> int:
    """Print the candidates at the cursor, one per line; return the exit code of their kind.

    ``arguments`` may name the shell and its word breaks (``COMP_WORDBREAKS``). The command line
    and the cursor are in ``COMP_LINE`` and ``COMP_POINT``, as for ``aws_completer``. It writes no
    file, never prompts, and prints no error: pressing TAB must not leave text on the screen.
    """
    try:
        code, words = answer(arguments, os.environ)
        text = "".join(f"{word}\n" for word in words)
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
        sys.stdout.flush()
    except Exception:  # noqa: BLE001 - the AWS CLI's own completion must still work
        return FAILED
    return code


def answer(arguments: list[str], environment: Mapping[str, str]) -> tuple[int, list[str]]:
    """Return the exit code and the candidates. Raises ValueError for a bad COMP_POINT."""
    from awscli_mfa_plugin.commands import NAMES, command_of
    from awscli_mfa_plugin.completion.candidates import beginning_with, candidates
    from awscli_mfa_plugin.completion.scripts import EXIT_CODES
    from awscli_mfa_plugin.completion.words import CommandLine, for_bash

    shell, breaks = [*arguments, "", ""][:2]
    text = environment.get("COMP_LINE", "")
    line = CommandLine(text[: int(environment.get("COMP_POINT") or len(text))], shell, breaks)
    kind, words = candidates(line, _known(line, environment), NAMES, command_of)
    if shell not in _FILTERING:
        words = beginning_with(line.current, words)
    if shell == "bash":
        words = [for_bash(word, line) for word in words]
    return EXIT_CODES[kind], words


def _known(line: CommandLine, environment: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return the names in the user's files, if this is a line of ``aws mfa``."""
    if "mfa" not in line.words:
        return {}
    from awscli_mfa_plugin.completion.candidates import ALIASES, names_to_offer, profile_names
    from awscli_mfa_plugin.declaration import PROFILES, REGIONS, SERIALS
    from awscli_mfa_plugin.files.paths import alias_path, config_path, credentials_path

    config = _sections(config_path(environment))
    credentials = _sections(credentials_path(environment))
    sections = [*config.values(), *credentials.values()]
    serials = names_to_offer(options.get("mfa_serial", "") for options in sections)
    regions = names_to_offer(options.get("region", "") for options in sections)
    return {
        PROFILES: dict.fromkeys(profile_names(config, credentials), ""),
        SERIALS: dict.fromkeys(serials, ""),
        REGIONS: dict.fromkeys(regions, ""),
        ALIASES: _sections(alias_path()).get("command mfa", {}),
    }


def _sections(path: str) -> dict[str, dict[str, str]]:
    """Return a file's sections, or none if it can't be read: the next command reports why."""
    from configparser import Error

    from awscli_mfa_plugin.files.botocore_parser import sections_of

    try:
        return sections_of(path)
    except (OSError, ValueError, Error):
        return {}
