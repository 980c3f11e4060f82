"""What a YAML file holds, as plain nodes that know where they stand."""

from __future__ import annotations

from dataclasses import dataclass

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.text import sanitize


@dataclass(frozen=True)
class Node:
    """A value and where it starts (line and column from 1): text, a list, or pairs."""

    line: int
    column: int
    text: str | None = None
    items: tuple[Node, ...] | None = None
    pairs: tuple[tuple[Node, Node], ...] | None = None


def unreadable(file: str, line: int, column: int, why: str, kind: str) -> ConfigurationError:
    """Return the error for what stands at a place of a file (counted from 1).

    ``kind`` is what such a file is called: «pack», «manifest».
    """
    return ConfigurationError(
        f"{sanitize(file)}, line {line}, column {column}: {why}.",
        f"Nothing was changed. Correct the {kind} there, then try again.",
    )
