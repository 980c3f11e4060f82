"""``--output text`` without the AWS CLI: the same lines as its own.

The form is the one of the AWS CLI user guide, "Setting the AWS CLI output format": values with
tabs between, columns in the order of their names, and in front of them the name of their list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def as_text(data: Any) -> str:
    """Return the lines of a result: of dictionaries, lists and values in any order."""
    return "".join(f"{line}\n" for line in _lines(data, ""))


def _lines(data: Any, name: str) -> Iterator[str]:
    """Yield the lines of data that a dictionary has under ``name``, "" for the whole result."""
    items = data if isinstance(data, list) else [data]
    columns = sorted(
        {
            key
            for item in items
            if isinstance(item, dict)
            for key, value in item.items()
            if not isinstance(value, dict | list)
        }
    )
    values = [str(item) for item in items if not isinstance(item, dict | list)]
    if name:
        yield from (f"{name.upper()}\t{value}" for value in values)
    elif values:
        yield "\t".join(values)
    for item in items:
        if isinstance(item, dict):
            if columns:
                cells = [str(item.get(column, "")) for column in columns]
                yield "\t".join([name.upper(), *cells] if name else cells)
            for key in sorted(item.keys() - set(columns)):
                yield from _lines(item[key], key)
        elif isinstance(item, list):
            yield from _lines(item, name)
