"""A shared AWS file as a document: what a change doesn't name keeps its bytes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.files.lines import (
    Kind,
    Line,
    check_header,
    check_option,
    indent_after,
    read_lines,
    read_values,
)
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from typing_extensions import Self

_BOM = "\ufeff"
_ASSIGNMENT = re.compile(r"(\s*[^=:]*?)(\s*)([=:])(\s*)(.*)", re.DOTALL)


class _Form(NamedTuple):
    """What a document keeps beside its lines."""

    name: str
    bom: str
    newline: str
    ends_bare: bool
    encoding: str
    is_missing: bool


class SharedDocument:
    """An immutable shared file: ask for its sections and options, make changed copies, render it.

    Lines that a change doesn't name keep their bytes: comments, order, case, spacing, newlines,
    BOM, a missing last newline, bytes that aren't UTF-8.
    """

    __slots__ = ("_form", "_lines", "_values")
    _nested_options, _usual_name = True, "the file"

    def __init__(self, lines: Iterable[Line], form: _Form) -> None:
        self._lines = tuple(lines)
        self._form = form
        self._values: dict[str, dict[str, str]] | None = None

    @classmethod
    def parse(cls, content: bytes | None, name: str = "", encoding: str = "utf-8") -> Self:
        """Return the document of ``content``, None for a file that isn't there.

        ``name`` (its path) is for messages alone.

        Raises UnparsableFileError, naming the line, for what botocore's ``raw_config_parse``
        refuses, or would with one section more: a bad nested option in ``[DEFAULT]``.
        A BOM is no error here, but it is to botocore: whoever writes has to check.
        """
        name = name or cls._usual_name
        text = (content or b"").decode(encoding, "surrogateescape")
        bom = _BOM if text.startswith(_BOM) else ""
        text = text[len(bom) :]
        lines = tuple(read_lines(text, name, nested_options=cls._nested_options))
        newline = lines[0].newline or "\n" if lines else "\n"
        ends_bare = bool(lines) and not lines[-1].newline
        return cls(lines, _Form(name, bom, newline, ends_bare, encoding, content is None))

    def __repr__(self) -> str:
        """Return the name alone: options hold secrets."""
        return f"SharedDocument({self._form.name!r})"

    def render(self) -> bytes:
        """Return the content; raise ConfigurationError for text that its encoding doesn't have."""
        text = "".join([line.text + line.newline for line in self._lines])
        try:
            return (self._form.bom + text).encode(self._form.encoding, "surrogateescape")
        except UnicodeEncodeError as error:
            wrong, name = sanitize(text[error.start : error.end]), self._form.name
            what = f"{wrong} can't be written to {name}, which is {self._form.encoding}."
            raise ConfigurationError(what, "Nothing was changed. Use a name without it.") from None

    def sections(self) -> Mapping[str, Mapping[str, str]]:
        """Return all options by section, in the file's order, as RawConfigParser gives them.

        Names are lower-cased, nested options are text that starts with a newline, and options of
        ``[DEFAULT]`` are in every section that has none of the name. Not to be changed.
        """
        if self._values is None:
            self._values = read_values(self._lines)
        return self._values

    def section_names(self) -> tuple[str, ...]:
        """Return the section names in the file's order, without ``DEFAULT``."""
        return tuple(self.sections())

    def has_section(self, section: str) -> bool:
        """Return whether the section is there; ``DEFAULT`` is none."""
        return section in self.sections()

    def options(self, section: str) -> dict[str, str]:
        """Return the options of one section as :meth:`sections` does; none if it is missing."""
        return dict(self.sections().get(section, {}))

    @property
    def lines(self) -> tuple[Line, ...]:
        """Return the lines, for what the other methods have no words for."""
        return self._lines

    def with_lines(self, lines: Sequence[Line]) -> Self:
        """Return a copy of other lines, whose last newline is there or missing as before."""
        whole = [
            line if line.newline else line._replace(newline=self._form.newline) for line in lines
        ]
        if whole and self._form.ends_bare:
            whole[-1] = whole[-1]._replace(newline="")
        return type(self)(whole, self._form)

    def with_content(self, content: bytes) -> Self:
        """Return the document of other content of the same file; raise as :meth:`parse`."""
        return self.parse(content, self._form.name, self._form.encoding)

    def with_options(self, section: str, options: Mapping[str, str]) -> Self:
        """Return a copy in which the section holds ``options``; what else it holds stays.

        An option that is there keeps its place, spelling and delimiter, and loses its continuation
        lines; a new one follows the section's last option; a missing section is appended behind a
        blank line. Raises ConfigurationError for what can't be on one line; its text
        doesn't repeat the value.
        """
        if not self.has_section(section):
            check_header(section)
        for name, value in options.items():
            check_option(name, value)
        own = {name for of, name in map(_owner, self._lines) if of == section}
        old = {name.lower(): value for name, value in options.items() if name.lower() in own}
        new = {name: value for name, value in options.items() if name.lower() not in own}
        lines = self._reassigned(section, old)
        if new and self.has_section(section):
            self._insert(lines, section, new)
        elif not self.has_section(section):
            self._append(lines, section, new)
        return self.with_lines(lines)

    def without_options(self, section: str, names: Collection[str]) -> Self:
        """Return a copy whose section lacks the options and their continuation lines.

        Comments stay; what ``[DEFAULT]`` gives to every section can't be taken from one.
        """
        gone = {(section, name.lower()) for name in names}
        return self.with_lines([line for line in self._lines if _owner(line) not in gone])

    def without_section_if_empty(self, section: str) -> Self:
        """Return a copy without the section's header if it holds no option and no comment.

        The blank line before it goes too: :meth:`with_options` put it there.
        """
        kinds = {line.kind for line in self._lines if line.section == section}
        if not self.has_section(section) or not kinds <= {Kind.HEADER, Kind.BLANK}:
            return self
        lines = list(self._lines)
        at = next(i for i, line in enumerate(lines) if _is_header(line, section))
        if _would_continue(lines[:at], lines[at + 1 :]):
            return self
        start = at - 1 if at and lines[at - 1].kind is Kind.BLANK else at
        del lines[start : at + 1]
        above = lines[start - 1].section if start else ""
        # Its blank lines are those of the section above by now.
        return self.with_lines(
            [x._replace(section=above, option="") if x.section == section else x for x in lines]
        )

    def _reassigned(self, section: str, options: Mapping[str, str]) -> list[Line]:
        now = self.options(section)
        changed = {(section, name) for name, value in options.items() if now[name] != value}
        if not changed:
            return list(self._lines)
        return [
            _with_value(line, options[line.option]) if _owner(line) in changed else line
            for line in self._lines
            if line.kind is not Kind.CONTINUATION or _owner(line) not in changed
        ]

    def _insert(self, lines: list[Line], section: str, options: Mapping[str, str]) -> None:
        last = max(
            i
            for i, line in enumerate(lines)
            if _is_header(line, section) or (line.section == section and _owner(line) != _NOBODY)
        )
        indent = indent_after(lines, last)
        newline = lines[last].newline or self._form.newline
        lines[last + 1 : last + 1] = _option_lines(section, options, indent, newline)

    def _append(self, lines: list[Line], section: str, options: Mapping[str, str]) -> None:
        newline = self._form.newline
        if lines:
            # Also after a blank line: so taking the section away again gives the old bytes.
            lines.append(Line(Kind.BLANK, "", newline, lines[-1].section))
        lines.append(Line(Kind.HEADER, f"[{section}]", newline, section))
        lines.extend(_option_lines(section, options, "", newline))


_NOBODY = ("", "")


def _owner(line: Line) -> tuple[str, str]:
    """Return the section and option whose value the line holds; blanks and comments hold none."""
    if line.kind is Kind.OPTION or line.kind is Kind.CONTINUATION:
        return line.section, line.option
    return _NOBODY


def _is_header(line: Line, section: str) -> bool:
    return line.kind is Kind.HEADER and line.section == section


def _option_lines(
    section: str, options: Mapping[str, str], indent: str, newline: str
) -> list[Line]:
    return [
        Line(Kind.OPTION, f"{indent}{name} = {value}".rstrip(), newline, section, name.lower())
        for name, value in options.items()
    ]


def _with_value(line: Line, value: str) -> Line:
    """Return the option's line with another value and its own spelling, delimiter and spacing."""
    match = _ASSIGNMENT.match(line.text)
    if match is None:  # pragma: no cover - only option lines come here
        return line
    name, before, delimiter, after, old = match.groups()
    if not old.strip():
        after = before[:1]
    return line._replace(text=f"{name}{before}{delimiter}{after}{value}".rstrip())


def _would_continue(before: Sequence[Line], after: Sequence[Line]) -> bool:
    """Return whether the next section's header would become a part of the last option before."""
    following = next((line for line in after if line.kind is Kind.HEADER), None)
    last = next((x for x in reversed(before) if x.kind in {Kind.OPTION, Kind.HEADER}), None)
    if following is None or last is None or last.kind is Kind.HEADER:
        return False
    return len(following.indent) > len(last.indent)
