"""An alias pack: shortcuts for the CLI, what one of them may be, and the YAML that holds them."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from awscli_mfa_plugin.files.alias_document import MFA_SECTION, TOPLEVEL
from awscli_mfa_plugin.files.yaml_reader import Node, yaml_error
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from awscli_mfa_plugin.errors import ConfigurationError

HOSTS = ("v1", "v2")
OUR_PACK = "awscli-mfa-plugin"
KIND = "pack"
"""What error messages call the file."""

MOST_ALIASES = 200

_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
_PRINTABLE = re.compile(r"[ -~]{1,500}")
_COMMAND = re.compile(r"[a-z0-9][a-z0-9-]*")
_LONGEST_HELP = 100
_NAME_RULE = "1 to 40 lowercase letters, digits and '-', starting with a letter"
_REFUSED_BY_THE_CLI = ("--profile", "--debug")


@dataclass(frozen=True)
class Alias:
    """One shortcut: what ``aws NAME`` runs, on which CLIs, and its help."""

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
        """What you type."""
        return f"aws mfa {self.name}" if self.section == MFA_SECTION else f"aws {self.name}"


@dataclass(frozen=True)
class AliasPack:
    """The aliases of one pack, in order; ``name`` marks them in the CLI's alias file.

    ``is_ours``: it is the plugin's own pack, byte for byte.
    """

    name: str
    aliases: tuple[Alias, ...]
    is_ours: bool = False


def unfit_pack_name(name: str) -> str:
    """Return why a pack can't have this name, or ""."""
    return "" if _NAME.fullmatch(name) else f"the name of a pack is {_NAME_RULE}"


def unfit_name(name: str) -> str:
    """Return why an alias can't have this name, or ""; to be put after a colon."""
    if not _NAME.fullmatch(name):
        return f"the name of an alias is {_NAME_RULE}"
    if name in {"help", "mfa"}:
        return f"'{name}' can't be an alias, because it would hide 'aws {name}'"
    return ""


def unfit_help(text: str) -> str:
    """Return why a text can't be the help of an alias, or ""."""
    if not text.strip() or not text.isprintable() or len(text) > _LONGEST_HELP:
        return f"help must be one line of at most {_LONGEST_HELP} characters"
    return ""


def unfit_expansion(expansion: str, *, is_external: bool) -> str:
    """Return why an alias can't run this, or ""; to be put after a colon.

    A shell runs what starts with '!' (AWS CLI user guide, "Creating and using aliases"), so such
    an alias has to be marked as external.
    """
    if not _PRINTABLE.fullmatch(expansion) or expansion != expansion.strip():
        return "the expansion must be one line of 1 to 500 ASCII characters, with no space around"
    if expansion.startswith("!") != is_external:
        if is_external:
            return "an external alias must start with '!'"
        return "this runs in a shell, so it needs 'external: true'"
    if is_external:
        return "" if expansion[1:].strip() else "there is no command after '!'"
    return _unfit_words(expansion)


def _unfit_words(expansion: str) -> str:
    try:
        words = shlex.split(expansion)
    except ValueError:
        return "a quotation mark isn't closed"
    if not words or not _COMMAND.fullmatch(words[0]):
        return "the expansion must start with a command of the AWS CLI"
    options = words[: words.index("--")] if "--" in words else words
    for word in options:
        # The CLI takes a shortened option as well.
        option = word.partition("=")[0]
        if option.startswith("--") and any(o.startswith(option) for o in _REFUSED_BY_THE_CLI):
            return f"the AWS CLI doesn't allow {word} in an alias"
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
            raise self.error(nodes[MOST_ALIASES], f"a pack can have at most {MOST_ALIASES} aliases")
        return AliasPack(name, tuple(self.aliases(nodes)))

    def aliases(self, nodes: tuple[Node, ...]) -> Iterator[Alias]:
        lines: dict[tuple[str, str], int] = {}
        for node in nodes:
            alias = self.alias(node)
            if alias.key in lines:
                first = lines[alias.key]
                raise self.error(node, f"'{alias.typed}' is already defined on line {first}")
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
        """Return the choice that a key has, or the first one."""

        def unfit(text: str) -> str:
            return "" if text in choices else f"'{key}' must be one of: {', '.join(choices)}"

        return self.text(fields[key], unfit) if key in fields else choices[0]

    def hosts(self, fields: _Fields, section: str) -> tuple[str, ...]:
        """Return the CLIs that an alias is for; v1 knows no ``[command mfa]``."""
        possible = ("v2",) if section == MFA_SECTION else HOSTS
        if "hosts" not in fields:
            return possible

        def unfit(text: str) -> str:
            return "" if text in possible else f"'hosts' can have here: {', '.join(possible)}"

        named = [self.text(item, unfit) for item in self.items(fields["hosts"], "CLIs")]
        if not named:
            raise self.error(fields["hosts"], "an alias needs at least one CLI")
        return tuple(host for host in HOSTS if host in named)

    def fields(self, node: Node, wanted: tuple[str, ...], others: tuple[str, ...] = ()) -> _Fields:
        """Return a mapping's values by key; unknown, repeated and missing keys are errors."""
        known = (*wanted, *others)
        if node.pairs is None:
            raise self.error(node, f"expected keys and values ({', '.join(known)})")
        fields: _Fields = {}
        for key, value in node.pairs:
            name = self.text(key)
            if name not in known:
                raise self.error(key, f"unknown key '{sanitize(name, 40)}'")
            if name in fields:
                raise self.error(key, f"duplicate key '{name}'")
            fields[name] = value
        for name in wanted:
            if name not in fields:
                raise self.error(node, f"missing key '{name}'")
        return fields

    def items(self, node: Node, what: str) -> tuple[Node, ...]:
        if node.items is None:
            raise self.error(node, f"expected a list of {what}")
        return node.items

    def text(self, node: Node, unfit: Callable[[str], str] = lambda _: "") -> str:
        """Return the node's text; ``unfit`` says what is wrong with it, if anything."""
        if node.text is None:
            raise self.error(node, "expected text")
        if why := unfit(node.text):
            raise self.error(node, why)
        return node.text

    def error(self, at: Node, why: str) -> ConfigurationError:
        return yaml_error(self.file, at.line, at.column, why, KIND)
