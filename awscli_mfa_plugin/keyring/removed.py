"""The lines that had a key, without the key: so that ``restore`` puts the same bytes back."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from awscli_mfa_plugin.files.lines import Kind, Line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from awscli_mfa_plugin.session.access_keys import KeyPair

KEY = ("aws_access_key_id", "aws_secret_access_key")
PROCESS = "credential_process"


class RemovedLine(NamedTuple):
    """A line: its place in the section, its option, and what is around the value."""

    at: int
    option: str
    before: str
    after: str
    newline: str


@dataclass(frozen=True)
class Removed:
    """What was taken out of a section, and a digest of what is left there.

    Lines of ``credential_process`` don't count, since ours comes and goes. ``had_section`` tells
    whether the config file had the profile's section.
    """

    left: str
    lines: tuple[RemovedLine, ...]
    had_section: bool


def removed_from(document: Any, section: str, *, had_section: bool) -> Removed:
    """Return what ``restore`` needs to know; call it before the key is removed from its section."""
    lines, options = _lines_of(document, section), document.options(section)
    found = []
    for at, line in enumerate(lines):
        if line.option in KEY and line.kind is Kind.OPTION:
            before, _, after = line.text.rpartition(options[line.option])
            found.append(RemovedLine(at, line.option, before, after, line.newline))
    taken = {line.at for line in found}
    left = [line for at, line in enumerate(lines) if at not in taken]
    return Removed(_digest(left), tuple(found), had_section)


def with_lines_again(document: Any, section: str, removed: Removed, pair: KeyPair) -> Any | None:
    """Return a copy with a key in its old lines, or None if the section has changed since."""
    if _digest(_lines_of(document, section)) != removed.left:
        return None
    values = dict(zip(KEY, (pair.access_key_id, pair.secret_access_key), strict=True))
    lines = list(document.lines)
    places = [at for at, line in enumerate(lines) if _counts(line, section)]
    for line in removed.lines:
        if not 0 < line.at <= len(places):
            return None
        place = places[line.at - 1] + 1
        text = f"{line.before}{values[line.option]}{line.after}"
        lines.insert(place, Line(Kind.OPTION, text, line.newline, section, line.option))
        places[line.at :] = [place, *(later + 1 for later in places[line.at :])]
    return document.with_lines(lines)


def _lines_of(document: Any, section: str) -> list[Line]:
    return [line for line in document.lines if _counts(line, section)]


def _counts(line: Line, section: str) -> bool:
    is_process = line.option == PROCESS and line.kind in {Kind.OPTION, Kind.CONTINUATION}
    return line.section == section and not is_process


def _digest(lines: Sequence[Line]) -> str:
    """Return a digest of lines; blank ones at the end belong to what follows."""
    texts = [line.text for line in lines]
    while texts and not texts[-1].strip():
        texts.pop()
    return hashlib.sha256("\n".join(texts).encode("utf-8", "surrogatepass")).hexdigest()


def as_json(removed: Removed) -> dict[str, Any]:
    """Return what the plugin's folder keeps; there is no key in it."""
    return {
        "Version": 1,
        "Left": removed.left,
        "Lines": [list(line) for line in removed.lines],
        "HadSection": removed.had_section,
    }


def from_json(content: Mapping[str, Any]) -> Removed:
    """Return it again; raise ValueError, KeyError or TypeError for anything else."""
    lines = tuple(
        RemovedLine(int(at), str(option), str(before), str(after), str(newline))
        for at, option, before, after, newline in content["Lines"]
    )
    if {line.option for line in lines} != set(KEY):
        raise ValueError("not the lines of a key")
    return Removed(str(content["Left"]), lines, bool(content["HadSection"]))
