"""Reads a stranger's YAML into nodes: text, lists and pairs, and nothing that could grow or run."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEEPEST = 5
"""Levels of nesting; ruamel.yaml takes time by the square of them."""


@dataclass(frozen=True)
class Node:
    """A value and where it starts (line and column from 1): text, a list, or pairs."""

    line: int
    column: int
    text: str | None = None
    items: tuple[Node, ...] | None = None
    pairs: tuple[tuple[Node, Node], ...] | None = None


def yaml_error(file: str, line: int, column: int, why: str, kind: str) -> ConfigurationError:
    """Return the error for a place in a file (counted from 1).

    ``kind`` is what such a file is called: 'pack', 'manifest'.
    """
    return ConfigurationError(
        f"{sanitize(file)}, line {line}, column {column}: {why}.",
        f"Nothing was changed. Correct the {kind} there, then try again.",
    )


def text_of(content: bytes, file: str, kind: str) -> str:
    """Return the text of a file's ``content``; raise ConfigurationError if it isn't UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        raise yaml_error(file, line, column, "that isn't UTF-8", kind) from None


def root_of(content: str, file: str, kind: str) -> Node:
    """Return the node of the only document in ``content``.

    Raises ConfigurationError, naming the ``file``, also for anchors and aliases, by which a small
    file grows without end (YAML 1.2.2, section 3.2.2.2), and for tags.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        with closing(YAML(typ="safe", pure=True).parse(content)) as events:
            return _Tree(events, file, kind).root()
    except YAMLError as error:
        raise yaml_error(file, *_place_of(error, content), kind) from None
    except (OverflowError, ValueError, IndexError):
        # Of ruamel.yaml itself, for escapes that are no character.
        why = "YAML doesn't allow a character or an escape in it"
        raise yaml_error(file, 1, 1, why, kind) from None


def _place_of(error: Any, content: str) -> tuple[int, int, str]:
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        why = sanitize(error.problem or "that isn't YAML", 100)
        return mark.line + 1, mark.column + 1, why
    # ReaderError: a character that YAML doesn't allow, by its place in the text.
    before = content[: getattr(error, "position", 0)]
    column = len(before) - (before.rfind("\n") + 1) + 1
    return before.count("\n") + 1, column, "YAML doesn't allow that character"


class _Tree:
    """Makes nodes of YAML's events as they come: what is refused is never built."""

    def __init__(self, events: Iterator[Any], file: str, kind: str) -> None:
        self._events, self._file, self._kind = events, file, kind

    def root(self) -> Node:
        """Return the only document's node."""
        next(self._events)
        event = next(self._events)
        if type(event).__name__ == "StreamEndEvent":
            raise yaml_error(self._file, 1, 1, "the file is empty", self._kind)
        node = self._node(next(self._events), 1)
        next(self._events)
        event = next(self._events)
        if type(event).__name__ != "StreamEndEvent":
            raise self._error(event, "the file must have one document")
        return node

    def _node(self, event: Any, depth: int) -> Node:
        """Return the node that starts with ``event``."""
        kind = type(event).__name__
        if kind == "AliasEvent" or event.anchor:
            raise self._error(event, "YAML anchors and aliases ('&', '*') aren't allowed")
        if event.tag:
            raise self._error(event, "YAML tags ('!') aren't allowed; put the text in quotes")
        if depth > _DEEPEST:
            raise self._error(event, "it is nested too deeply")
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if kind == "ScalarEvent":
            return Node(line, column, text=event.value)
        children = tuple(self._children(depth + 1))
        if kind == "SequenceStartEvent":
            return Node(line, column, items=children)
        return Node(line, column, pairs=tuple(zip(children[::2], children[1::2], strict=True)))

    def _children(self, depth: int) -> Iterator[Node]:
        for event in self._events:
            if type(event).__name__ in {"SequenceEndEvent", "MappingEndEvent"}:
                return
            yield self._node(event, depth)

    def _error(self, event: Any, why: str) -> ConfigurationError:
        mark = event.start_mark
        return yaml_error(self._file, mark.line + 1, mark.column + 1, why, self._kind)
