"""Decides what ``[plugins]`` of the config file must hold, for AWS CLI v1 and v2 at once.

v1 imports every value in the file's order, v2 those of its folders. v1 takes the folders' key for
a plugin too: only a plugin that stands before it can make it harmless (explanation/hosts.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from awscli_mfa_plugin.core.lines import Kind, Line, read_lines
from awscli_mfa_plugin.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from awscli_mfa_plugin.core.documents import SharedDocument

SECTION = "plugins"
PLUGIN = "awscli_mfa_plugin"
FOLDERS = "cli_legacy_plugin_path"
_KEYS = ("mfa", "awscli_mfa", "awscli_mfa_plugin")


@dataclass(frozen=True)
class Place:
    """Where v2 finds the plugin.

    ``folder`` is what the file shall name ("": nothing, without v2). Every folder in ``base``,
    the installer's own, is ours; in ``others`` stand folders that hold another copy of the
    plugin. ``separator`` is the system's between paths.
    """

    folder: str
    base: str
    separator: str = ":"
    others: Collection[str] = ()

    def is_ours(self, folder: str) -> bool:
        """Tell whether the installer made the folder."""
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
    """Tell whether v1 can load the file: a key of ours before the folders, or no folders."""
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
    # As deep as what follows: what stands deeper than an option continues it.
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
            f"The plugin's folder can't be named in {FOLDERS}: its path holds «{place.separator}».",
            "Set XDG_DATA_HOME to a folder without one.",
        )
    old = document.options(SECTION).get(FOLDERS, "")
    if "\n" in old:
        raise ConfigurationError(
            f"{FOLDERS} in [{SECTION}] takes several lines, which no AWS CLI understands.",
            f"Write its folders on one line, with «{place.separator}» between them.",
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
    """What turns the section back: its text before and after, "" without a section."""

    before: str
    after: str


def undo_of(before: SharedDocument, after: SharedDocument) -> Undo:
    """Return how to turn ``after``, made of ``before`` here, back."""
    return Undo(_text(_part(before)), _text(_part(after)))


def unwired(document: SharedDocument, place: Place, undo: Undo | None = None) -> SharedDocument:
    """Return a copy without what the installer put there.

    If the section is still as ``undo`` left it, it gets its old bytes; else what is ours goes,
    and the rest stays.
    """
    head = _unchanged_part(document, undo) if undo else []
    if undo and head:
        return _turned_back(document, undo, head)
    kept = [x for x in folders(document, place.separator) if not place.is_ours(x)]
    gone = [*plugin_keys(document)]
    if kept and len(kept) < len(folders(document, place.separator)):
        document = document.with_options(SECTION, {FOLDERS: place.separator.join(kept)})
    elif not kept:
        gone.append(FOLDERS)
    document = document.without_options(SECTION, gone)
    was_there = undo is not None and bool(undo.before)
    return document if was_there else document.without_section_if_empty(SECTION)


def _unchanged_part(document: SharedDocument, undo: Undo) -> list[Line]:
    """Return the section's lines as ``undo`` left them, none if it holds anything else by now.

    Blank lines and comments may have come behind, and with them the last newline.
    """
    lines = _part(document)
    length = len(list(read_lines(undo.after, SECTION)))
    head, rest = lines[:length], lines[length:]
    is_as_left = _text(head).rstrip("\r\n") == undo.after.rstrip("\r\n")
    return head if is_as_left and {x.kind for x in rest} <= {Kind.BLANK, Kind.COMMENT} else []


def _turned_back(document: SharedDocument, undo: Undo, head: Sequence[Line]) -> SharedDocument:
    if not undo.before:
        # All that is in it is ours.
        document = document.without_options(SECTION, [line.option for line in head])
        return document.without_section_if_empty(SECTION)
    at = document.lines.index(head[0])
    old = tuple(read_lines(undo.before, SECTION))
    return document.with_lines([*document.lines[:at], *old, *document.lines[at + len(head) :]])


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


def _part(document: SharedDocument) -> list[Line]:
    return [line for line in document.lines if line.section == SECTION]


def _text(lines: Sequence[Line]) -> str:
    return "".join([line.text + line.newline for line in lines])
