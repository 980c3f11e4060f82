"""Decides what ``[plugins]`` of the config file must hold, for AWS CLI v1 and v2 at once.

v1 imports every value in the file's order, v2 those of its folders. v1 takes the folders' key for
a plugin too: only a plugin listed before it can make it harmless (explanation/hosts.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.files.lines import Kind, Line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from awscli_mfa_plugin.files.document import SharedDocument

SECTION = "plugins"
PLUGIN = "awscli_mfa_plugin"
FOLDERS = "cli_legacy_plugin_path"
_BYTES = ("utf-8", "surrogateescape")
_BOM = "\ufeff"
_ENDS = ("\n", "\r")
_KEYS = ("mfa", "awscli_mfa", "awscli_mfa_plugin")


@dataclass(frozen=True)
class Place:
    """Where v2 finds the plugin.

    ``folder`` is what the file shall name ("": nothing, without v2). Every folder in ``base``,
    the installer's own, is ours; ``others`` are folders with another copy of the
    plugin. ``separator`` is the system's between paths.
    """

    folder: str
    base: str
    separator: str = ":"
    others: Collection[str] = ()

    def is_ours(self, folder: str) -> bool:
        """Return whether the installer made the folder."""
        return folder.replace("\\", "/").startswith(self.base.replace("\\", "/") + "/")


def plugin_keys(document: SharedDocument) -> tuple[str, ...]:
    """Return the keys that name this plugin."""
    options = document.options(SECTION)
    return tuple(name for name, value in options.items() if value.strip() == PLUGIN)


def folders(document: SharedDocument, separator: str) -> tuple[str, ...]:
    """Return the folders that v2 loads plugins from."""
    value = document.options(SECTION).get(FOLDERS, "")
    return tuple(part for part in value.split(separator) if part)


def is_in_order(document: SharedDocument) -> bool:
    """Return whether v1 can load the file: a key of ours before the folders, or no folders."""
    names = [line.option for line in document.lines if _is_option(line)]
    if FOLDERS not in names:
        return True
    return any(name in plugin_keys(document) for name in names[: names.index(FOLDERS)])


def in_order(document: SharedDocument) -> SharedDocument:
    """Return a copy with a key of ours before the folders; no other line moves."""
    # Of the section's own: what [DEFAULT] gives comes last to v1.
    present = [
        line.option
        for line in document.lines
        if _is_option(line) and line.option in plugin_keys(document)
    ]
    if present and is_in_order(document):
        return document
    if not document.has_section(SECTION):
        return document.with_options(SECTION, {_KEYS[0]: PLUGIN})
    key = next(iter((*present, *plugin_keys(document), _free_key(document))))
    lines = [line for line in document.lines if not (_is_option(line) and line.option in present)]
    at = next(i for i, line in enumerate(lines) if _is_header(line))
    # As deep as what follows: what is indented deeper than an option continues it.
    heads = {Kind.OPTION, Kind.HEADER}
    indent = next((line.indent for line in lines[at + 1 :] if line.kind in heads), "")
    ours = Line(Kind.OPTION, f"{indent}{key} = {PLUGIN}", lines[at].newline, SECTION, key)
    return document.with_lines([*lines[: at + 1], ours, *lines[at + 1 :]])


def wired(document: SharedDocument, place: Place) -> SharedDocument:
    """Return a copy that loads the plugin in v1, and from ``place`` in v2.

    Raises ConfigurationError for a value of ours or of the file that can't be joined.
    """
    document = in_order(document)
    if not place.folder:
        return document
    if place.separator in place.folder:
        raise ConfigurationError(
            f"The plugin's folder can't be in {FOLDERS}: its path contains '{place.separator}'.",
            "Set XDG_DATA_HOME to a folder without it.",
        )
    old = document.options(SECTION).get(FOLDERS, "")
    if "\n" in old:
        raise ConfigurationError(
            f"{FOLDERS} in [{SECTION}] spans several lines, which no AWS CLI can read.",
            f"Write its folders on one line, with '{place.separator}' between them.",
        )
    new = _joined(folders(document, place.separator), place)
    return document if new == old else document.with_options(SECTION, {FOLDERS: new})


def _joined(old: Sequence[str], place: Place) -> str:
    """Return the folders with ours where it was, before another copy of the plugin, or last."""
    if any(place.is_ours(folder) for folder in old):
        new = [place.folder if place.is_ours(folder) else folder for folder in old]
    else:
        at = min((i for i, folder in enumerate(old) if folder in place.others), default=len(old))
        new = [*old[:at], place.folder, *old[at:]]
    return place.separator.join(dict.fromkeys(new))


@dataclass(frozen=True)
class Undo:
    """What turns the section back: the part of the file's text that changed, before and after.

    It holds the whole section, and newlines around it; never a line of another section.
    """

    before: str
    after: str


def undo_of(before: SharedDocument, after: SharedDocument) -> Undo:
    """Return how to turn ``after``, which differs from ``before`` in this section, back."""
    old, new = _text_of(before), _text_of(after)
    start, end = _span(after)
    start = min(start, _common(old, new))
    behind = _common(reversed(old[start:]), reversed(new[end:]))
    return Undo(old[start : len(old) - behind], new[start : len(new) - behind])


def restored(document: SharedDocument, undo: Undo) -> SharedDocument | None:
    """Return a copy with the text of before, None if the section has changed since ``undo``."""
    text = _text_of(document)
    at = text.find(undo.after)
    head, tail = text[:at], text[at + len(undo.after) :]
    if at < 0 or not _fits(undo.after, head, tail):
        return None
    recorded = document.with_content(undo.after.strip("\r\n").encode(*_BYTES))
    if _count_of_values(recorded) != _count_of_values(document):
        return None
    kept = head + undo.before
    if kept.strip(_BOM) and tail and not kept.endswith(_ENDS) and not tail.startswith(_ENDS):
        # The file ended here without a newline, and has grown since.
        kept += document.lines[0].newline
    return document.with_content((kept + tail).encode(*_BYTES))


def _fits(part: str, head: str, tail: str) -> bool:
    """Return whether taking the part out of the text between the others joins no lines."""
    # Behind a line without a newline it starts and ends within a line.
    is_within_lines = part.startswith(_ENDS) and not part.endswith(_ENDS)
    is_whole_at_start = not head.strip(_BOM) or head.endswith(_ENDS)
    is_whole_at_end = part.endswith(_ENDS) or not tail or tail.startswith(_ENDS)
    return (is_within_lines or is_whole_at_start) and is_whole_at_end


def unwired(document: SharedDocument, place: Place, undo: Undo | None = None) -> SharedDocument:
    """Return a copy without what the installer put there.

    If the section is still as ``undo`` left it, it gets its old bytes; else what is ours goes,
    and the rest stays.
    """
    exact = restored(document, undo) if undo else None
    if exact is not None:
        return exact
    kept = [x for x in folders(document, place.separator) if not place.is_ours(x)]
    gone = [*plugin_keys(document)]
    if kept and len(kept) < len(folders(document, place.separator)):
        document = document.with_options(SECTION, {FOLDERS: place.separator.join(kept)})
    elif not kept:
        gone.append(FOLDERS)
    document = document.without_options(SECTION, gone)
    was_there = undo is not None and "[" in undo.before
    return document if was_there else document.without_section_if_empty(SECTION)


def other_plugins(document: SharedDocument) -> tuple[str, ...]:
    """Return the modules that the section names beside ours."""
    options = document.options(SECTION)
    ours = (*plugin_keys(document), FOLDERS)
    return tuple(value for name, value in options.items() if name not in ours)


def names_of_every_section(document: SharedDocument) -> tuple[str, ...]:
    """Return the options that ``[plugins]`` has from ``[DEFAULT]`` alone.

    ConfigParser gives those to every section, and v1 and v2 take them for plugins.
    """
    own = {line.option for line in document.lines if _is_option(line)}
    return tuple(name for name in document.options(SECTION) if name not in own)


def _free_key(document: SharedDocument) -> str:
    taken = document.options(SECTION)
    return next(key for key in (*_KEYS, *(f"mfa_{n}" for n in range(99))) if key not in taken)


def _is_option(line: Line) -> bool:
    return line.kind is Kind.OPTION and line.section == SECTION


def _is_header(line: Line) -> bool:
    return line.kind is Kind.HEADER and line.section == SECTION


def _span(document: SharedDocument) -> tuple[int, int]:
    """Return where the section's text starts and ends in that of the file."""
    ends = [0]
    for line in document.lines:
        ends.append(ends[-1] + len(line.text + line.newline))
    own = [i for i, line in enumerate(document.lines) if line.section == SECTION]
    bom = len(_text_of(document)) - ends[-1]
    return (bom + ends[own[0]], bom + ends[own[-1] + 1])


def _common(one: Iterable[str], other: Iterable[str]) -> int:
    """Return how many characters both start with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _count_of_values(document: SharedDocument) -> int:
    values = {Kind.OPTION, Kind.CONTINUATION}
    return sum(line.section == SECTION and line.kind in values for line in document.lines)


def _text_of(document: SharedDocument) -> str:
    return document.render().decode(*_BYTES)
