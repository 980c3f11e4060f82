"""Reads an alias pack from a YAML file's nodes; each error gives line and column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from awscli_mfa_plugin.aliases.pack import (
    HOSTS,
    Alias,
    AliasPack,
    unfit_expansion,
    unfit_help,
    unfit_name,
    unfit_pack_name,
)
from awscli_mfa_plugin.files import yaml_nodes
from awscli_mfa_plugin.files.hiding_aliases import MFA_SECTION, TOPLEVEL
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from awscli_mfa_plugin.errors import ConfigurationError
    from awscli_mfa_plugin.files.yaml_nodes import Node

MOST_ALIASES = 200


class _Reader:
    """Turns nodes into values; ``file`` is what messages call the file."""

    def __init__(self, file: str) -> None:
        self.file = file

    def error(self, at: Node, why: str) -> ConfigurationError:
        return unreadable(self.file, at.line, at.column, why)

    def text(self, node: Node, unfit: Callable[[str], str]) -> str:
        """Return the node's text; ``unfit`` says what is wrong with it, if anything."""
        if node.text is None:
            raise self.error(node, "text is wanted here")
        why = unfit(node.text)
        if why:
            raise self.error(node, why)
        return node.text

    def items(self, node: Node, what: str) -> tuple[Node, ...]:
        if node.items is None:
            raise self.error(node, f"a list of {what} is wanted here")
        return node.items

    def fields(self, node: Node, known: tuple[str, ...], wanted: tuple[str, ...]) -> _Fields:
        """Return a mapping's values by key; unknown, repeated and missing keys are errors."""
        if node.pairs is None:
            raise self.error(node, f"keys and values are wanted here ({', '.join(known)})")
        fields: _Fields = {}
        for key, value in node.pairs:
            name = self.text(key, lambda _: "")
            if name not in known:
                raise self.error(key, f"the key «{sanitize(name, 40)}» means nothing here")
            if name in fields:
                raise self.error(key, f"the key «{name}» is there twice")
            fields[name] = value
        missing = [name for name in wanted if name not in fields]
        if missing:
            raise self.error(node, f"the key «{missing[0]}» is missing")
        return fields


_Fields = dict[str, "Node"]


def pack_of(root: Node, file: str) -> AliasPack:
    """Return the pack that a YAML file holds; raise ConfigurationError with line and column."""
    reader = _Reader(file)
    fields = reader.fields(root, ("pack", "aliases"), ("pack", "aliases"))
    name = reader.text(fields["pack"], unfit_pack_name)
    nodes = reader.items(fields["aliases"], "aliases")
    if len(nodes) > MOST_ALIASES:
        raise reader.error(nodes[MOST_ALIASES], f"a pack holds {MOST_ALIASES} aliases at most")
    return AliasPack(name, tuple(_aliases(reader, nodes)))


def _aliases(reader: _Reader, nodes: tuple[Node, ...]) -> Iterator[Alias]:
    seen: dict[tuple[str, str], int] = {}
    for node in nodes:
        alias = _alias(reader, node)
        first = seen.setdefault(alias.key, node.line)
        if first != node.line:
            raise reader.error(node, f"«{alias.typed}» is there already, on line {first}")
        yield alias


def _alias(reader: _Reader, node: Node) -> Alias:
    wanted = ("name", "expansion", "help")
    fields = reader.fields(node, (*wanted, "hosts", "section", "external"), wanted)
    is_external = _choice(reader, fields, "external", ("true", "false"), "false") == "true"
    section = _choice(reader, fields, "section", (TOPLEVEL, MFA_SECTION), TOPLEVEL)
    hosts = _hosts(reader, fields, section)
    return Alias(
        name=reader.text(fields["name"], unfit_name),
        expansion=reader.text(
            fields["expansion"], lambda text: unfit_expansion(text, is_external=is_external)
        ),
        help=reader.text(fields["help"], unfit_help),
        hosts=hosts,
        section=section,
        is_external=is_external,
    )


def _choice(
    reader: _Reader, fields: _Fields, key: str, choices: tuple[str, ...], default: str
) -> str:
    def unfit(text: str) -> str:
        return "" if text in choices else f"«{key}» is one of: {', '.join(choices)}"

    return reader.text(fields[key], unfit) if key in fields else default


def _hosts(reader: _Reader, fields: _Fields, section: str) -> tuple[str, ...]:
    """Return the CLIs that an alias is for; ``[command mfa]`` is v2's alone."""
    possible = ("v2",) if section == MFA_SECTION else HOSTS
    if "hosts" not in fields:
        return possible

    def unfit(text: str) -> str:
        return "" if text in possible else f"«hosts» holds here: {', '.join(possible)}"

    named = [reader.text(item, unfit) for item in reader.items(fields["hosts"], "CLIs")]
    if not named:
        raise reader.error(fields["hosts"], "an alias is for at least one CLI")
    return tuple(host for host in HOSTS if host in named)


def unreadable(file: str, line: int, column: int, why: str) -> ConfigurationError:
    """Return the error for what stands at a place of a pack's file (counted from 1)."""
    return yaml_nodes.unreadable(file, line, column, why, "pack")
