"""The marker lines of a pack in the CLI's alias file, and how edits are detected."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, NamedTuple

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.files.lines import Kind, Line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

# ASCII alone: another program may read the file by another locale.
# The pack, its lines' digest, whether it made the file.
_BEGIN = re.compile(r"# >>> aws mfa alias: ([a-z0-9-]+) ([0-9a-f]{8})( in a new file)? >>>")
_END = re.compile(r"# <<< aws mfa alias: ([a-z0-9-]+) <<<")
SILENT = (Kind.BLANK, Kind.COMMENT)
"""Lines that hold no value."""

_HINT = "# By 'aws mfa alias install'. Your own aliases belong outside of these lines."


class Block(NamedTuple):
    """The lines of one pack in one section: from the opening mark to the closing one."""

    pack: str
    section: str
    start: int
    end: int
    is_in_new_file: bool


def blocks_of(lines: Sequence[Line], file: str) -> Iterator[Block]:
    """Yield the blocks in the order of a file's lines.

    Raises ConfigurationError, naming the line, for one that was changed by hand: whose line
    is whose isn't known any more.
    """
    start, opened = 0, None
    for index, line in enumerate(lines):
        begin, end = _mark(_BEGIN, line), _mark(_END, line)
        if (begin and opened) or (end and (opened is None or opened[1] != end[1])):
            raise _changed_by_hand(file, index)
        if begin:
            start, opened = index, begin
        if opened and end:
            yield _block(lines, start, opened, index, file)
            opened = None
    if opened:
        raise _changed_by_hand(file, start)


def _block(lines: Sequence[Line], start: int, mark: re.Match[str], end: int, file: str) -> Block:
    inside = lines[start + 1 : end]
    # A section's header doesn't count: it may pass from one block to the next. An editor may
    # change indent and newlines.
    kept = [line.text.strip() for line in inside if line.kind not in {Kind.HEADER, Kind.BLANK}]
    sections = {line.section for line in inside if line.kind is Kind.OPTION}
    after = next((line for line in lines[end + 1 :] if line.kind not in SILENT), None)
    is_continued = after is not None and after.kind is Kind.CONTINUATION
    if _digest(kept) != mark[2] or len(sections) != 1 or is_continued:
        raise _changed_by_hand(file, start)
    return Block(mark[1], sections.pop(), start, end, bool(mark[3]))


def _changed_by_hand(file: str, index: int) -> ConfigurationError:
    return ConfigurationError(
        f"The aliases of a pack in {file} were edited by hand (block at line {index + 1}).",
        "Nothing was changed. Move your own aliases out of the block, delete the rest with both "
        "marker lines, then run:  aws mfa alias install",
    )


def _mark(pattern: re.Pattern[str], line: Line) -> re.Match[str] | None:
    return pattern.fullmatch(line.text.strip()) if line.kind is Kind.COMMENT else None


def block_lines(
    pack: str, aliases: Mapping[str, str], like: Line, *, is_in_new_file: bool = False
) -> list[Line]:
    """Return a block's lines but for a header; ``like`` gives indent, newline and section."""
    options = [(name, f"{name} = {value}") for name, value in aliases.items()]
    digest = _digest([_HINT, *(text for _, text in options)])

    def line(kind: Kind, text: str, option: str = "") -> Line:
        return Line(kind, f"{like.indent}{text}", like.newline, like.section, option)

    return [
        _opening(pack, digest, like, is_in_new_file=is_in_new_file),
        line(Kind.COMMENT, _HINT),
        *(line(Kind.OPTION, text, name) for name, text in options),
        line(Kind.COMMENT, f"# <<< aws mfa alias: {pack} <<<"),
    ]


def opening_of_new_file(line: Line) -> Line:
    """Return an opening mark that says, too, that the file wasn't there before."""
    mark = _mark(_BEGIN, line)
    return _opening(mark[1], mark[2], line, is_in_new_file=True) if mark else line


def _opening(pack: str, digest: str, like: Line, *, is_in_new_file: bool) -> Line:
    new = " in a new file" if is_in_new_file else ""
    text = f"{like.indent}# >>> aws mfa alias: {pack} {digest}{new} >>>"
    return Line(Kind.COMMENT, text, like.newline, like.section)


def _digest(texts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode("utf-8", "surrogateescape")).hexdigest()[:8]
