"""Reads the sections of the shared files with the standard library alone."""

from __future__ import annotations

from configparser import RawConfigParser


def sections_of(path: str) -> dict[str, dict[str, str]]:
    """Return a file's sections as botocore's parser reads them; none if there is no file.

    Raises OSError, ValueError, configparser.Error.
    """
    parser = RawConfigParser(default_section="")
    try:
        with open(path, encoding="utf-8") as file:
            parser.read_file(file)
    except FileNotFoundError:
        return {}
    return {name: dict(parser.items(name)) for name in parser.sections()}
