"""Reads the sections of the shared files with the standard library alone."""

from __future__ import annotations

import os
from configparser import RawConfigParser

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Mapping


def shared_path(environment: Mapping[str, str], variable: str, name: str) -> str:
    """Return the path of a shared file: ``variable``'s, else ``name`` in ``~/.aws``."""
    path = environment.get(variable) or os.path.join("~", ".aws", name)
    return os.path.abspath(os.path.expanduser(os.path.expandvars(path)))


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
