"""Finds the aliases of a user that hide ``aws mfa`` or a subcommand of it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, NamedTuple

from awscli_mfa_plugin.files.alias_document import AliasDocument

if TYPE_CHECKING:
    from collections.abc import Collection

TOPLEVEL, MFA_SECTION = "toplevel", "command mfa"
"""The sections of the alias file whose aliases may hide our commands; v1 knows the first alone."""

_FLAGS = frozenset(
    {
        *("--debug", "--no-verify-ssl", "--no-paginate", "--no-sign-request"),
        *("--no-cli-pager", "--cli-auto-prompt", "--no-cli-auto-prompt"),
    }
)


def spelled(section: str, document: AliasDocument) -> str:
    """Return how the file spells a section: v2 takes any blanks inside of ``[command mfa]``.

    Of several it lets the last one count (awscli's ``alias.py``).
    """
    if section == TOPLEVEL:
        return section
    names = (name for name in document.section_names() if name.startswith("command "))
    return next((name for name in reversed([*names]) if name.split() == section.split()), section)


class HidingAlias(NamedTuple):
    """An alias of the user's that stands before a command of ours, and on which line."""

    section: str
    name: str
    expansion: str
    line: int


def hides_the_command(
    content: bytes, subcommands: Collection[str] = (), name: str = "the alias file"
) -> tuple[HidingAlias, ...]:
    """Return the user's aliases that run in place of ``aws mfa``, or of a subcommand of it on v2.

    One that only adds to the command of its own name hides nothing. Raises UnparsableFileError,
    naming the line, for a file with which no ``aws`` command runs.
    """
    document = AliasDocument.parse(content, name)
    section = spelled(MFA_SECTION, document)
    found = [(TOPLEVEL, "mfa"), *((section, each) for each in subcommands)]
    return tuple(
        HidingAlias(of, alias, expansion, document.line_of(of, alias))
        for of, alias in found
        if _hides(alias, of, expansion := document.options(of).get(alias, "").strip())
    )


def _hides(name: str, section: str, expansion: str) -> bool:
    if section == TOPLEVEL and expansion:
        return _command_of(expansion) != name
    # v2 hands every other alias of a subcommand's name to that subcommand.
    return expansion.startswith("!")


def _command_of(expansion: str) -> str:
    """Return the command that an alias runs: the first word that is no global option's."""
    try:
        words = iter(shlex.split(expansion))
    except ValueError:
        return ""
    for word in words:
        if not word.startswith("--"):
            return word
        if "=" not in word and word not in _FLAGS:
            next(words, "")
    return ""
