"""Reads alias packs: the one that comes with the plugin, and a team's own YAML file."""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.core.alias_yaml import Node, pack_of, unreadable
from awscli_mfa_plugin.core.text import shown
from awscli_mfa_plugin.errors import ConfigurationError, MfaError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from awscli_mfa_plugin.core.alias_pack import AliasPack

LARGEST = 64 * 1024
"""Bytes of a pack's file; a list of shortcuts is a few kilobytes."""

_DEEPEST = 5
_FILE = os.path.join("alias", "aliases.yaml")


def packaged_pack() -> AliasPack:
    """Return the pack that comes with the plugin."""
    for path in places():
        if os.path.isfile(path):
            return read_pack(path)
    raise MfaError(
        f"The plugin's own alias pack isn't there: {places()[0]}.", "Install the plugin again."
    )


def places() -> tuple[str, str]:
    """Return where the plugin's own pack may lie: in the package, or in a checkout beside it."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    return os.path.join(package, _FILE), os.path.join(os.path.dirname(package), _FILE)


def read_pack(path: str) -> AliasPack:
    """Return the pack in the YAML file at ``path``; raise ConfigurationError with line and column.

    Nothing but plain text, lists and keys is taken: no anchors and aliases, by which a small file
    grows without end (YAML 1.2.2, section 3.2.2.2), and no tags.
    """
    return pack_of(_root(_content(path), path), path)


def _content(path: str) -> str:
    try:
        if not os.path.isfile(path):
            raise _unusable(path, "isn't a file")
        with open(path, "rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise _unusable(path, f"can't be read: {os.strerror(error.errno or 0)}") from error
    if len(content) > LARGEST:
        raise _unusable(path, f"is larger than {LARGEST // 1024} KiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - (content.rfind(b"\n", 0, error.start) + 1) + 1
        raise unreadable(path, line, column, "that isn't UTF-8") from None


def _unusable(path: str, why: str) -> ConfigurationError:
    return ConfigurationError(f"{shown(path)} {why}.", "Name the YAML file of an alias pack.")


def _root(content: str, path: str) -> Node:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        with closing(YAML(typ="safe", pure=True).parse(content)) as events:
            return _Tree(events, path).root()
    except YAMLError as error:
        line, column, why = _place_of(error, content)
        raise unreadable(path, line, column, why) from None


def _place_of(error: Any, content: str) -> tuple[int, int, str]:
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return mark.line + 1, mark.column + 1, shown(error.problem or "that isn't YAML", 100)
    # ReaderError: a character that YAML doesn't allow, by its place in the text.
    at = getattr(error, "position", 0)
    before = content[:at]
    column = at - (before.rfind("\n") + 1) + 1
    return before.count("\n") + 1, column, "YAML doesn't allow that character"


class _Tree:
    """Makes nodes of YAML's events, one after the other: nothing is built that is refused."""

    def __init__(self, events: Iterator[Any], path: str) -> None:
        self._events = events
        self._path = path

    def root(self) -> Node:
        """Return the only document's node."""
        self._skip("StreamStartEvent")
        event = next(self._events)
        if type(event).__name__ == "StreamEndEvent":
            raise unreadable(self._path, 1, 1, "the file is empty")
        node = self._node(next(self._events), 1)
        self._skip("DocumentEndEvent")
        self._skip("StreamEndEvent")
        return node

    def _skip(self, kind: str) -> None:
        event = next(self._events)
        if type(event).__name__ != kind:
            raise self._error(event, "a pack's file holds one document")

    def _node(self, event: Any, depth: int) -> Node:
        """Return the node that starts with ``event``."""
        kind = type(event).__name__
        if kind == "AliasEvent" or event.anchor:
            raise self._error(event, "YAML's anchors and aliases («&», «*») aren't taken")
        if event.tag:
            raise self._error(event, "YAML's tags («!») aren't taken; put the text into quotes")
        if depth > _DEEPEST:
            raise self._error(event, "that is nested too deeply")
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if kind == "ScalarEvent":
            return Node(line, column, text=event.value)
        children = tuple(self._children(depth + 1))
        if kind == "SequenceStartEvent":
            return Node(line, column, items=children)
        pairs = tuple(zip(children[::2], children[1::2], strict=True))
        return Node(line, column, pairs=pairs)

    def _children(self, depth: int) -> Iterator[Node]:
        for event in self._events:
            if type(event).__name__ in {"SequenceEndEvent", "MappingEndEvent"}:
                return
            yield self._node(event, depth)

    def _error(self, event: Any, why: str) -> ConfigurationError:
        mark = event.start_mark
        return unreadable(self._path, mark.line + 1, mark.column + 1, why)
