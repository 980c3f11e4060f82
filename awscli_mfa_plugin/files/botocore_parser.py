"""Reads a shared AWS file with botocore's own parser, to see it as the CLI will."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.errors import ConfigurationError, UnparsableFileError, UnwritableFileError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from awscli_mfa_plugin.files.document import SharedDocument

Sections = dict[str, dict[str, Any]]
"""Options by section; a nested option is a dict of its own."""

_BOM = b"\xef\xbb\xbf"


def read_as_the_cli(path: str, name: str, *, nested_options: bool = True) -> Sections:
    """Return what botocore reads from the file at ``path``, which messages call ``name``.

    The CLI reads its alias file without ``nested_options``. Raises UnparsableFileError, with the
    line if it can be told.
    """
    try:
        from botocore.configloader import raw_config_parse
        from botocore.exceptions import ConfigNotFound, ConfigParseError
    except ImportError:
        # Outside the aws process, where nobody expands what stands in a path.
        from awscli_mfa_plugin.files.parser_without_botocore import (
            ConfigNotFound,
            ConfigParseError,
            raw_config_parse,
        )
    try:
        sections: Sections = raw_config_parse(path, parse_subsections=nested_options)
    except (ConfigParseError, AttributeError):
        # AttributeError: configparser passes over a disk error, and leaves values half made.
        # Not its text: it repeats the line, which may hold a secret.
        raise UnparsableFileError(
            f"The AWS CLI can't read {name}: {_why_unreadable(path)}.",
            "Nothing was changed. Save it as UTF-8 without a byte order mark, then try again.",
        ) from None
    except ConfigNotFound:
        # botocore expands variables in any path that it is given.
        raise UnwritableFileError(
            f"The AWS CLI can't open {name}.", "Use a path without «$» and «~»."
        ) from None
    return sections


def _why_unreadable(path: str) -> str:
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError:
        content = b""
    if content.startswith(_BOM):
        return "line 1 starts with a byte order mark"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return f"line {line} isn't UTF-8"
    return "its parser refuses it"


def check_replacement(
    old: Sections, new: Sections, before: SharedDocument, after: SharedDocument
) -> None:
    """Raise ConfigurationError unless botocore reads ``new`` as ``old`` with our change alone.

    ``before`` and ``after`` are the documents whose difference is that change.
    """
    if new != _changed(old, before.sections(), after.sections()):
        raise ConfigurationError(
            "The AWS CLI wouldn't read the changed file as it should, so it was not written.",
            "Nothing was changed. Please report this, with the file's layout but no key.",
        )


def _changed(
    old: Sections,
    before: Mapping[str, Mapping[str, str]],
    after: Mapping[str, Mapping[str, str]],
) -> Sections:
    expected: Sections = {}
    for section, options in after.items():
        was = before.get(section, {})
        expected[section] = {
            name: old[section][name]
            if was.get(name) == value and name in old.get(section, {})
            else value
            for name, value in options.items()
        }
    return expected
