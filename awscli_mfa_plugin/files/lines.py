"""The lines of a shared AWS file, read by botocore's grammar: ``RawConfigParser``'s defaults."""

from __future__ import annotations

import enum
import re
from typing import TYPE_CHECKING, NamedTuple

from awscli_mfa_plugin.errors import ConfigurationError, UnparsableFileError
from awscli_mfa_plugin.session.sections import DEFAULT_SECTION

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# Python reads text files with universal newlines: a lone CR ends a line too.
_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n)|([^\r\n]+)")
_OPTION_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
# All control characters but the tab, what ends a line for one parser or another, and what
# can't be encoded.
_UNFIT_FOR_A_LINE = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_HEADER = re.compile(r"\[(.+)\]")


class Kind(enum.Enum):
    """What a line is to the parser."""

    HEADER = "header"
    OPTION = "option"
    CONTINUATION = "continuation"
    BLANK = "blank"
    COMMENT = "comment"


class Line(NamedTuple):
    """One line: its text and newline as they are, and the section and option it belongs to."""

    kind: Kind
    text: str
    newline: str
    section: str
    option: str = ""

    @property
    def indent(self) -> str:
        """Return the blanks before the text."""
        return self.text[: len(self.text) - len(self.text.lstrip())]


class _Reader:
    """The state of the parser between two lines."""

    def __init__(self, name: str, *, nested_options: bool) -> None:
        self.name = name
        self.nested_options = nested_options
        self.section: str | None = None
        self.option = ""
        self.indent = 0
        self.nested = False
        self.headers: dict[str, int] = {}
        self.options: dict[tuple[str, str], int] = {}

    def read(self, number: int, text: str, newline: str) -> Line:
        """Return the line, and remember what it says about the next one."""
        stripped = text.strip()
        if not stripped or stripped[0] in "#;":
            kind = Kind.COMMENT if stripped else Kind.BLANK
            return Line(kind, text, newline, self.section or "", self.option)
        indent = 0 if text.startswith(stripped[0]) else len(text) - len(text.lstrip())
        if self.option and indent > self.indent:
            self._continue(number, stripped)
            return Line(Kind.CONTINUATION, text, newline, self.section or "", self.option)
        self.indent = indent
        header = _HEADER.match(stripped)
        if header:
            self._start_section(number, header.group(1))
        else:
            self._start_option(number, stripped)
        kind = Kind.HEADER if header else Kind.OPTION
        return Line(kind, text, newline, self.section or "", self.option)

    def _continue(self, number: int, stripped: str) -> None:
        # botocore splits every line of a nested value at its first '=', and fails without one.
        if self.nested and not all("=" in part for part in stripped.splitlines() if part.strip()):
            raise self._error(number, "is a nested option without a value")

    def _start_section(self, number: int, section: str) -> None:
        first = self.headers.setdefault(section, number)
        if first != number and section != DEFAULT_SECTION:
            raise self._error(number, f"repeats the section of line {first}")
        self.section, self.option = section, ""

    def _start_option(self, number: int, stripped: str) -> None:
        if self.section is None:
            raise self._error(number, "comes before the first section")
        before, delimiter, value = split_option(stripped)
        if not delimiter:
            raise self._error(number, "is neither a section nor an option with a value")
        if not before:
            raise self._error(number, "has a value without a name")
        self.option = before.lower()
        self.nested = self.nested_options and not value
        first = self.options.setdefault((self.section, self.option), number)
        if first != number:
            raise self._error(number, f"repeats the option of line {first}")

    def _error(self, number: int, why: str) -> UnparsableFileError:
        # Never the line itself: it may hold a secret.
        return UnparsableFileError(self.name, number, why)


def split_option(stripped: str) -> tuple[str, str, str]:
    """Return the name, the delimiter (the first of ``=`` and ``:``) and the value of a line.

    All are empty if there is no delimiter.
    """
    at, colon = stripped.find("="), stripped.find(":")
    if 0 <= colon < at or at < 0:
        at = colon
    if at < 0:
        return "", "", ""
    return stripped[:at].rstrip(), stripped[at], stripped[at + 1 :].strip()


def read_lines(text: str, name: str, *, nested_options: bool = True) -> Iterator[Line]:
    """Yield the lines of ``text``; ``name`` is what messages call the file.

    Where there are no ``nested_options`` (the CLI's alias file), a value that starts on the
    next line is any text. Raises UnparsableFileError, naming the line, for what botocore
    wouldn't parse.
    """
    reader = _Reader(name, nested_options=nested_options)
    for number, match in enumerate(_LINE.finditer(text), start=1):
        yield reader.read(number, match.group(1) or match.group(3) or "", match.group(2) or "")


def read_values(lines: Iterable[Line]) -> dict[str, dict[str, str]]:
    """Return the options of each section, as RawConfigParser gives them (names lower-cased)."""
    parts: dict[str, dict[str, list[str]]] = {}
    for line in lines:
        options = parts.setdefault(line.section, {})
        if line.kind is Kind.OPTION:
            options[line.option] = [split_option(line.text.strip())[2]]
        elif line.kind is Kind.CONTINUATION:
            options[line.option].append(line.text.strip())
        elif line.kind is Kind.BLANK and line.option in options:
            options[line.option].append("")
    values = {
        section: {name: "\n".join(value).rstrip() for name, value in options.items()}
        for section, options in parts.items()
    }
    values.pop("", None)
    defaults = values.pop(DEFAULT_SECTION, {})
    return {section: {**defaults, **own} for section, own in values.items()}


def indent_after(lines: Sequence[Line], last: int) -> str:
    """Return the blanks with which a new option may follow line ``last``.

    A line indented deeper than the option above it continues that option: the new line is
    indented like its neighbours, so that neither becomes a part of the other.
    """
    heads = {Kind.OPTION, Kind.HEADER}
    above = next(line for line in reversed(lines[: last + 1]) if line.kind in heads)
    if above.kind is Kind.OPTION:
        return above.indent
    following = next((line for line in lines[last + 1 :] if line.kind is Kind.HEADER), None)
    return following.indent if following else ""


def check_option(name: str, value: str) -> None:
    """Raise ConfigurationError for what can't be an option on one line, without the value."""
    if not _OPTION_NAME.fullmatch(name):
        message = "A setting's name can only have letters, digits, '_', '-' and '.'."
        raise ConfigurationError(message, "Choose another name.")
    if value != value.strip() or _UNFIT_FOR_A_LINE.search(value):
        raise ConfigurationError(
            f"The value of {name} can't be saved: it has a line break, a control"
            " character, or a space at its start or end.",
            "Nothing was changed. Use one line of plain text.",
        )


def check_header(section: str) -> None:
    """Raise ConfigurationError for what can't be a section's name."""
    fits = section and section == section.strip() and not _UNFIT_FOR_A_LINE.search(section)
    if not fits or section == DEFAULT_SECTION:
        message = "That name can't be used in the AWS config files."
        raise ConfigurationError(message, "Nothing was changed. Choose another profile name.")
