"""``--output text`` without the AWS CLI: the same lines as its own.

The form is the one of the AWS CLI user guide, "Setting the AWS CLI output format": values with
tabs between, columns in the order of their names, and in front of them the name of their list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def as_text(data: Any) -> str:
    """Return the lines of a result: of dictionaries, lists and values in any order."""
    return "".join(f"{line}\n" for line in _lines(data, ""))


def _lines(data: Any, name: str) -> Iterator[str]:
    """Yield the lines of data that a dictionary has under ``name``, "" for the whole result."""
    match data:
        case dict():
            yield from _of_dictionary(data, name, _columns([data]))
        case list():
            yield from _of_list(data, name)
        case _:
            yield str(data)


def _of_list(items: list[Any], name: str) -> Iterator[str]:
    columns = _columns([item for item in items if isinstance(item, dict)])
    values = [str(item) for item in items if not isinstance(item, dict | list)]
    if name:
        yield from (f"{name.upper()}\t{value}" for value in values)
    elif values:
        yield "\t".join(values)
    for item in items:
        if isinstance(item, dict):
            yield from _of_dictionary(item, name, columns)
        elif isinstance(item, list):
            yield from _of_list(item, name)


def _of_dictionary(item: dict[str, Any], name: str, columns: Sequence[str]) -> Iterator[str]:
    """Yield a line with its values, then those of what is nested in it."""
    values = [str(item.get(column, "")) for column in columns]
    if values:
        yield "\t".join([name.upper(), *values] if name else values)
    for key in sorted(item.keys() - set(columns)):
        yield from _lines(item[key], key)


def _columns(items: list[dict[str, Any]]) -> list[str]:
    """Return the names under which any of the dictionaries has a plain value."""
    return sorted(
        {key for item in items for key, value in item.items() if not isinstance(value, dict | list)}
    )
