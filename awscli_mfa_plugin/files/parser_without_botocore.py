"""Parses a shared AWS file as botocore does, for a process that has no botocore.

A suite holds it against botocore's own ``configloader.raw_config_parse``.
"""

from __future__ import annotations

import configparser
from typing import Any


class ConfigParseError(Exception):
    """The file isn't one that botocore parses."""


class ConfigNotFound(Exception):  # noqa: N818 - botocore's name for it
    """The file isn't there."""


def raw_config_parse(path: str, *, parse_subsections: bool = True) -> dict[str, dict[str, Any]]:
    """Return options by section; nested options are a dict of their own.

    Raises ConfigParseError, ConfigNotFound.
    """
    parser = configparser.RawConfigParser()
    try:
        with open(path, encoding="utf-8") as file:
            parser.read_file(file)
        return {
            section: {
                option: _value(parser.get(section, option), nested=parse_subsections)
                for option in parser.options(section)
            }
            for section in parser.sections()
        }
    except FileNotFoundError as error:
        raise ConfigNotFound(path) from error
    except (configparser.Error, ValueError) as error:
        raise ConfigParseError(path) from error


def _value(value: str, *, nested: bool) -> Any:
    if not nested or not value.startswith("\n"):
        return value
    pairs = (line.split("=", 1) for line in value.splitlines() if line.strip())
    return {name.strip(): content.strip() for name, content in pairs}
