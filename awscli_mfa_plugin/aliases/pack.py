"""An alias pack: shortcuts for the CLI, what one of them may be, and the YAML that holds them."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from awscli_mfa_plugin.files.alias_document import MFA_SECTION, TOPLEVEL
from awscli_mfa_plugin.files.yaml_reader import yaml_error
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from awscli_mfa_plugin.errors import ConfigurationError
    from awscli_mfa_plugin.files.yaml_reader import Node

HOSTS = ("v1", "v2")
OUR_PACK = "awscli-mfa-plugin"
KIND = "pack"
"""What messages call such a file."""

MOST_ALIASES = 200

_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
_PRINTABLE = re.compile(r"[ -~]{1,500}")
_COMMAND = re.compile(r"[a-z0-9][a-z0-9-]*")
_LONGEST_HELP = 100
_NAME_RULE = "lower-case letters, digits and «-» alone, a letter first, 40 at most"
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
    return "" if _NAME.fullmatch(name) else f"a pack's name holds {_NAME_RULE}"


def unfit_name(name: str) -> str:
    """Return why an alias can't have that name, or ""; each worded to follow a colon."""
    if not _NAME.fullmatch(name):
        return f"an alias's name holds {_NAME_RULE}"
    if name in {"help", "mfa"}:
        return f"«{name}» can't be an alias: it would hide «aws {name}»"
    return ""


def unfit_help(text: str) -> str:
    """Return why a text can't be an alias's help, or ""."""
    if not text.strip() or not text.isprintable() or len(text) > _LONGEST_HELP:
        return f"the help is one line of text, {_LONGEST_HELP} characters at most"
    return ""


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
        # The CLI takes a shortened option as well.
        option = word.partition("=")[0]
        if option.startswith("--") and any(o.startswith(option) for o in _REFUSED_BY_THE_CLI):
            return f"the CLI takes no {word} in an alias; say it in the call"
    return ""


def pack_of(root: Node, file: str) -> AliasPack:
    """Return the pack that a YAML file holds; raise ConfigurationError with line and column."""
    return _PackReader(file).pack(root)


_Fields = dict[str, "Node"]


class _PackReader:
    """Turns nodes into a pack; ``file`` is what messages call the file."""

    def __init__(self, file: str) -> None:
        self.file = file

    def pack(self, root: Node) -> AliasPack:
        fields = self.fields(root, ("pack", "aliases"))
        name = self.text(fields["pack"], unfit_pack_name)
        nodes = self.items(fields["aliases"], "aliases")
        if len(nodes) > MOST_ALIASES:
            raise self.error(nodes[MOST_ALIASES], f"a pack holds {MOST_ALIASES} aliases at most")
        return AliasPack(name, tuple(self.aliases(nodes)))

    def aliases(self, nodes: tuple[Node, ...]) -> Iterator[Alias]:
        lines: dict[tuple[str, str], int] = {}
        for node in nodes:
            alias = self.alias(node)
            if alias.key in lines:
                first = lines[alias.key]
                raise self.error(node, f"«{alias.typed}» is there already, on line {first}")
            lines[alias.key] = node.line
            yield alias

    def alias(self, node: Node) -> Alias:
        fields = self.fields(node, ("name", "expansion", "help"), ("hosts", "section", "external"))
        is_external = self.choice(fields, "external", ("false", "true")) == "true"
        section = self.choice(fields, "section", (TOPLEVEL, MFA_SECTION))
        hosts = self.hosts(fields, section)
        return Alias(
            name=self.text(fields["name"], unfit_name),
            expansion=self.text(
                fields["expansion"], lambda text: unfit_expansion(text, is_external=is_external)
            ),
            help=self.text(fields["help"], unfit_help),
            hosts=hosts,
            section=section,
            is_external=is_external,
        )

    def choice(self, fields: _Fields, key: str, choices: tuple[str, ...]) -> str:
        """Return which of the choices a key names; the first if it is missing."""

        def unfit(text: str) -> str:
            return "" if text in choices else f"«{key}» is one of: {', '.join(choices)}"

        return self.text(fields[key], unfit) if key in fields else choices[0]

    def hosts(self, fields: _Fields, section: str) -> tuple[str, ...]:
        """Return the CLIs that an alias is for; v1 knows no ``[command mfa]``."""
        possible = ("v2",) if section == MFA_SECTION else HOSTS
        if "hosts" not in fields:
            return possible

        def unfit(text: str) -> str:
            return "" if text in possible else f"«hosts» holds here: {', '.join(possible)}"

        named = [self.text(item, unfit) for item in self.items(fields["hosts"], "CLIs")]
        if not named:
            raise self.error(fields["hosts"], "an alias is for at least one CLI")
        return tuple(host for host in HOSTS if host in named)

    def fields(self, node: Node, wanted: tuple[str, ...], others: tuple[str, ...] = ()) -> _Fields:
        """Return a mapping's values by key; unknown, repeated and missing keys are errors."""
        known = (*wanted, *others)
        if node.pairs is None:
            raise self.error(node, f"keys and values are wanted here ({', '.join(known)})")
        fields: _Fields = {}
        for key, value in node.pairs:
            name = self.text(key)
            if name not in known:
                raise self.error(key, f"the key «{sanitize(name, 40)}» means nothing here")
            if name in fields:
                raise self.error(key, f"the key «{name}» is there twice")
            fields[name] = value
        for name in wanted:
            if name not in fields:
                raise self.error(node, f"the key «{name}» is missing")
        return fields

    def items(self, node: Node, what: str) -> tuple[Node, ...]:
        if node.items is None:
            raise self.error(node, f"a list of {what} is wanted here")
        return node.items

    def text(self, node: Node, unfit: Callable[[str], str] = lambda _: "") -> str:
        """Return the node's text; ``unfit`` says what is wrong with it, if anything."""
        if node.text is None:
            raise self.error(node, "text is wanted here")
        why = unfit(node.text)
        if why:
            raise self.error(node, why)
        return node.text

    def error(self, at: Node, why: str) -> ConfigurationError:
        return yaml_error(self.file, at.line, at.column, why, KIND)
