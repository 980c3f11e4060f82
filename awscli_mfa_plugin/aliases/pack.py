"""An alias pack: shortcuts for the CLI, and what one of them may be."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

from awscli_mfa_plugin.files.hiding_aliases import MFA_SECTION, TOPLEVEL

HOSTS = ("v1", "v2")
OUR_PACK = "awscli-mfa-plugin"

_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
_PRINTABLE = re.compile(r"[ -~]{1,500}")
_COMMAND = re.compile(r"[a-z0-9][a-z0-9-]*")
_NOBODYS = frozenset({"help", "mfa"})

_REFUSED_BY_THE_CLI = ("--profile", "--debug")


@dataclass(frozen=True)
class Alias:
    """One shortcut: what ``aws NAME`` stands for, on which CLIs, and what a person is told."""

    name: str
    expansion: str
    help: str
    hosts: tuple[str, ...] = HOSTS
    section: str = TOPLEVEL
    is_external: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """The section and the name: unique in a pack, and in the CLI's alias file."""
        return self.section, self.name

    @property
    def typed(self) -> str:
        """What a person types."""
        return f"aws mfa {self.name}" if self.section == MFA_SECTION else f"aws {self.name}"


@dataclass(frozen=True)
class AliasPack:
    """The aliases of one pack, in its order; ``name`` marks them in the CLI's alias file.

    ``is_ours`` says that it is the one that comes with the plugin, byte for byte.
    """

    name: str
    aliases: tuple[Alias, ...]
    is_ours: bool = False


def unfit_pack_name(name: str) -> str:
    """Return why a pack can't have that name, or ""."""
    return "" if _NAME.fullmatch(name) else f"a pack's name holds {_WHAT_A_NAME_HOLDS}"


def unfit_name(name: str) -> str:
    """Return why an alias can't have that name, or ""; each worded to follow a colon."""
    if not _NAME.fullmatch(name):
        return f"an alias's name holds {_WHAT_A_NAME_HOLDS}"
    if name in _NOBODYS:
        return f"«{name}» can't be an alias: it would hide «aws {name}»"
    return ""


_WHAT_A_NAME_HOLDS = "lower-case letters, digits and «-» alone, a letter first, 40 at most"


def unfit_help(text: str) -> str:
    """Return why a text can't be an alias's help, or ""."""
    if not text.strip() or not text.isprintable() or len(text) > _LONGEST_HELP:
        return f"the help is one line of text, {_LONGEST_HELP} characters at most"
    return ""


_LONGEST_HELP = 100


def unfit_expansion(expansion: str, *, is_external: bool) -> str:
    """Return why an alias can't stand for that, or ""; each worded to follow a colon.

    A shell runs what starts with «!» (AWS CLI user guide, «Creating and using aliases»): that has
    to be said beside it.
    """
    if not _PRINTABLE.fullmatch(expansion) or expansion != expansion.strip():
        return "the expansion is one line of ASCII text, without blanks around, 500 at most"
    if expansion.startswith("!") != is_external:
        if is_external:
            return "an external alias starts with «!»"
        return "what starts with «!» runs in a shell: say «external: true» beside it"
    if is_external:
        return "" if expansion[1:].strip() else "there is no command behind «!»"
    return _unfit_words(expansion)


def _unfit_words(expansion: str) -> str:
    try:
        words = shlex.split(expansion)
    except ValueError:
        return "a quotation mark of the expansion isn't closed"
    if not words or not _COMMAND.fullmatch(words[0]):
        return "the expansion starts with a command of the CLI"
    options = words[: words.index("--")] if "--" in words else words
    for word in options:
        if _means(word, _REFUSED_BY_THE_CLI):
            return f"the CLI takes no {word} in an alias; say it in the call"
    return ""


def _means(word: str, options: tuple[str, ...]) -> bool:
    """Tell whether a word is one of the options, or short for it: the CLI takes both."""
    option = word.partition("=")[0]
    return option.startswith("--") and any(full.startswith(option) for full in options)
