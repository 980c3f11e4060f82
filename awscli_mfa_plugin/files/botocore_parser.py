"""Reads a shared AWS file as the CLI will: with botocore's own parser, or as that would."""

from __future__ import annotations

import configparser

from awscli_mfa_plugin.files.paths import encoding_at, encoding_of

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from awscli_mfa_plugin.files.document import SharedDocument

    Sections = dict[str, dict[str, Any]]
    """Options by section; a nested option is a dict."""

_BOM = b"\xef\xbb\xbf"


def sections_of(path: str) -> dict[str, dict[str, str]]:
    """Return a file's sections as botocore reads them, by the standard library alone.

    There are none if there is no file. Raises OSError, ValueError, configparser.Error.
    """
    try:
        return _parsed(_text_at(path))
    except FileNotFoundError:
        return {}


LARGE = 65_536
"""Bytes from which on a file isn't parsed as a whole for one profile: it takes long."""


def sections_about(path: str) -> Callable[[str], dict[str, dict[str, str]]]:
    """Return a function that returns the sections whose name contains a word, and maybe others.

    Of a large file only those are parsed, so what is wrong elsewhere isn't found. Raises, as the
    function does, OSError, ValueError, configparser.Error.
    """
    try:
        text = _text_at(path)
    except FileNotFoundError:
        return lambda _: {}
    if len(text) < LARGE:
        sections = _parsed(text)
        return lambda _: sections
    return lambda word: _parsed(_cut(text, word))


def _cut(text: str, word: str) -> str:
    """Return the sections of a file whose header has the word; all if one of them is indented."""
    import re

    text, parts = f"\n{text}", []
    # With the line's end in front: the pattern's "^" would take six times as long.
    for header in re.finditer(rf"\n([ \t]*)\[.*{re.escape(word)}", text):
        if header[1]:
            return text
        end = text.find("\n[", header.end())
        parts.append(text[header.start() : end if end >= 0 else None])
    return "".join(parts)


def _text_at(path: str) -> str:
    with open(path, encoding=encoding_at(path)) as file:
        return file.read()


def _parsed(text: str, default_section: str = "") -> dict[str, dict[str, str]]:
    parser = configparser.RawConfigParser(default_section=default_section)
    parser.read_string(text)
    return {name: dict(parser.items(name)) for name in parser.sections()}


def raw_config_parse(path: str, *, parse_subsections: bool = True) -> Sections:
    """Return what botocore's function of this name returns, where there is no botocore.

    Raises OSError, and ValueError and configparser.Error where that has an error of its own.
    """
    sections: Sections = {**_parsed(_text_at(path), configparser.DEFAULTSECT)}
    if parse_subsections:
        for options in sections.values():
            options.update({name: _nested(text) for name, text in options.items()})
    return sections


def _nested(value: str) -> Any:
    if not value.startswith("\n"):
        return value
    pairs = (line.split("=", 1) for line in value.splitlines() if line.strip())
    return {name.strip(): content.strip() for name, content in pairs}


def read_as_the_cli(path: str, name: str, *, nested_options: bool = True) -> Sections:
    """Return what botocore reads from the file at ``path``, which messages call ``name``.

    The CLI reads its alias file without ``nested_options``. Raises UnparsableFileError, with the
    line if it is known.
    """
    from contextlib import suppress

    from awscli_mfa_plugin.errors import UnparsableFileError, UnwritableFileError

    parse: Any = raw_config_parse
    not_found: Any = FileNotFoundError
    refused: tuple[Any, ...] = (ValueError, configparser.Error)
    try:
        from botocore import configloader, exceptions

        parse, not_found = configloader.raw_config_parse, exceptions.ConfigNotFound
        refused = (exceptions.ConfigParseError,)
    except ImportError:
        pass  # outside the aws process, where nobody expands variables in a path
    try:
        sections: Sections = parse(path, parse_subsections=nested_options)
    except (*refused, AttributeError):
        # AttributeError: configparser passes over a disk error, and leaves values half made.
        # Not its text: it repeats the line, which may hold a secret.
        with suppress(OSError), open(path, "rb") as file:
            check_encoding(file.read(), name)
        raise UnparsableFileError(name, 0, "its parser rejects it") from None
    except not_found:
        # botocore expands variables in any path that it is given.
        raise UnwritableFileError(
            name, "can't be opened by the AWS CLI", "Use a path without '$' and '~'."
        ) from None
    return sections


def check_encoding(content: bytes, name: str) -> None:
    """Raise UnparsableFileError for content that botocore can't decode."""
    from awscli_mfa_plugin.errors import UnparsableFileError

    encoding = encoding_of(content)
    what = encoding.upper()
    remedy = f"Nothing was changed. Save it as {what} without a byte order mark, then try again."
    if content.startswith(_BOM):
        raise UnparsableFileError(name, 1, "starts with a byte order mark", remedy) from None
    try:
        content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnparsableFileError(name, line, f"isn't {what}", remedy) from None


def check_replacement(
    old: Sections, new: Sections, before: SharedDocument, after: SharedDocument
) -> None:
    """Raise ConfigurationError unless botocore reads ``new`` as ``old`` with our change alone.

    ``before`` and ``after`` are the documents whose difference is that change.
    """
    if new != _changed(old, before.sections(), after.sections()):
        from awscli_mfa_plugin.errors import ConfigurationError

        raise ConfigurationError(
            "The AWS CLI would misread the changed file, so it wasn't written.",
            "Nothing was changed. Please report this, with the file's layout but no key.",
        )


def _changed(
    old: Sections, before: Mapping[str, Mapping[str, str]], after: Mapping[str, Mapping[str, str]]
) -> Sections:
    expected: Sections = {}
    for section, options in after.items():
        was, has = before.get(section, {}), old.get(section, {})
        expected[section] = {
            name: has.get(name, value) if was.get(name) == value else value
            for name, value in options.items()
        }
    return expected
