"""The lines by which a pack stands in the CLI's alias file, and how a changed one is told."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, NamedTuple

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.files.lines import Kind, Line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# ASCII alone: another program may read the file by another locale.
_BEGIN = re.compile(r"# >>> aws mfa alias: ([a-z0-9-]+) ([0-9a-f]{8})( in a new file)? >>>")
_END = re.compile(r"# <<< aws mfa alias: ([a-z0-9-]+) <<<")
_HINT = "# By 'aws mfa alias install'. Your own aliases belong outside of these lines."


class Opening(NamedTuple):
    """What an opening mark says: the pack, its lines' digest, whether it made the file."""

    pack: str
    digest: str
    is_in_new_file: bool


def opening(line: Line) -> Opening | None:
    """Return what a line says if it opens a block."""
    match = _BEGIN.fullmatch(line.text.strip()) if line.kind is Kind.COMMENT else None
    return Opening(match[1], match[2], bool(match[3])) if match else None


def closed_pack(line: Line) -> str | None:
    """Return whose block a line closes, None if it closes none."""
    match = _END.fullmatch(line.text.strip()) if line.kind is Kind.COMMENT else None
    return match[1] if match else None


def block_lines(
    pack: str, aliases: Mapping[str, str], like: Line, *, is_in_new_file: bool = False
) -> list[Line]:
    """Return a block's lines but for a header; ``like`` gives indent, newline and section."""
    options = [(name, f"{name} = {value}") for name, value in aliases.items()]
    digest = _digest([_HINT, *(text for _, text in options)])

    def line(kind: Kind, text: str, option: str = "") -> Line:
        return Line(kind, f"{like.indent}{text}", like.newline, like.section, option)

    return [
        _opening_line(Opening(pack, digest, is_in_new_file), like),
        line(Kind.COMMENT, _HINT),
        *(line(Kind.OPTION, text, name) for name, text in options),
        line(Kind.COMMENT, f"# <<< aws mfa alias: {pack} <<<"),
    ]


def opening_of_new_file(line: Line) -> Line:
    """Return an opening mark that says, too, that the file wasn't there before."""
    mark = opening(line)
    return line if mark is None else _opening_line(mark._replace(is_in_new_file=True), line)


def _opening_line(mark: Opening, like: Line) -> Line:
    new = " in a new file" if mark.is_in_new_file else ""
    text = f"{like.indent}# >>> aws mfa alias: {mark.pack} {mark.digest}{new} >>>"
    return Line(Kind.COMMENT, text, like.newline, like.section)


def digest_of(inside: Sequence[Line]) -> str:
    """Return the digest of the lines between the marks; an editor may change indent and newlines.

    A section's header doesn't count: it may pass from one block to the next.
    """
    kept = (line for line in inside if line.kind is not Kind.HEADER and line.kind is not Kind.BLANK)
    return _digest([line.text.strip() for line in kept])


def _digest(texts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode("utf-8", "surrogateescape")).hexdigest()[:8]


def changed_by_hand(file: str, index: int) -> ConfigurationError:
    """Return the error for a block that isn't any more what was written, by its first line."""
    return ConfigurationError(
        f"The aliases of a pack in {file} were changed by hand (the block at line {index + 1}).",
        "Nothing was changed. Move what is yours out of the block, remove the rest of it with its "
        "two marking lines, then «aws mfa alias install».",
    )
