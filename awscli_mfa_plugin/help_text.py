"""Help that needs none of the CLI's own tools, what asks for help, and the name that was meant.

The declarations hold reStructuredText, as the CLI wants it. Of that only paragraphs, ``…`` and
indented blocks after ``::`` are used, so no parser is needed to read it.
"""

from __future__ import annotations

import textwrap

from awscli_mfa_plugin import declaration
from awscli_mfa_plugin.text import wrapped

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from awscli_mfa_plugin.declaration import Command, Option, Takes

HELP = "help"
"""The word after a command that asks for its help, as everywhere in the AWS CLI."""

_HELP_OPTIONS = frozenset({"--help", "-h"})
_WIDTH = 80
_VALUES: dict[Takes, str] = {
    declaration.INTEGER: "SECONDS",
    declaration.PROFILES: "PROFILE",
    declaration.SERIALS: "SERIAL",
    declaration.REGIONS: "REGION",
    declaration.FILES: "FILE",
}


def with_help_as_word(words: Sequence[str], names: Iterable[str]) -> list[str]:
    """Return the words after ``aws mfa`` with a request for help as the CLI takes it.

    ``--help``, ``-h``, ``help keys`` and ``keys rotate help`` become ``keys help``; what follows
    ``--`` belongs to another program. Words that start with none of ``names`` (an alias, a
    mistake) stay.
    """
    first = words[0] if words else HELP
    if first == HELP:
        return [*(name for name in words[1:2] if name in names), HELP]
    before = words[: words.index("--")] if "--" in words else words
    is_word = before[2:] == [HELP] and not before[1].startswith("-")
    if not (is_word or _HELP_OPTIONS.intersection(before)):
        return [*words]
    if first in names:
        return [first, HELP]
    return [HELP] if first.startswith("-") else [*words]


def closest(name: str, names: Iterable[str]) -> str:
    """Return the name that was probably meant by ``name``, or "" if none is near."""
    import difflib

    return next(iter(difflib.get_close_matches(name, [*names], n=1)), "")


def overview(description: str, examples: str, commands: Mapping[str, str]) -> str:
    """Return the help of ``aws mfa`` itself; ``commands`` are descriptions by name."""
    column = max(map(len, commands)) + 4
    lines = [
        _wrapped(_summary(about), f"  {name}".ljust(column), " " * column)
        for name, about in commands.items()
    ]
    return _page(
        "aws mfa",
        _prose(description),
        "Usage:\n  aws mfa COMMAND [OPTION ...]",
        "\n".join(["Commands:", *lines]),
        "For the options of a command:  aws mfa COMMAND help",
        f"Examples:\n{_prose(examples)}",
    )


def command_help(command: Command, program: str = "aws mfa") -> str:
    """Return the help of a subcommand of ``program``."""
    name = f"{program} {command.name}"
    words = f" [{'|'.join(command.words)}]" if command.words else ""
    page = _page(
        name,
        _prose(command.description),
        f"Usage:\n  {command.synopsis or f'{name}{words} [OPTION ...]'}",
        "\n".join(["Options:", *map(_option, command.options)]) if command.options else "",
        "The AWS CLI's global options, such as --profile and --region, work too.",
        f"Examples:\n{_prose(command.examples)}",
    )
    return page.replace("aws mfa ", f"{program} ")


def _page(*parts: str) -> str:
    return "\n\n".join(filter(None, parts))


def _option(option: Option) -> str:
    name = option.name if option.is_word else f"--{option.name}{_value(option)}"
    return f"  {name}\n{_wrapped(option.help_text, ' ' * 6)}"


def _value(option: Option) -> str:
    if option.takes == declaration.NOTHING:
        return ""
    value = _VALUES.get(option.takes, "VALUE")
    if option.values == declaration.OPTIONAL:
        return f" [{value}]"
    return f" {value} ..." if option.values == declaration.SEVERAL else f" {value}"


def _prose(text: str) -> str:
    """Return paragraphs, wrapped, and blocks of code, as they are."""
    return "\n\n".join(
        textwrap.indent(block, "  ") if block.startswith(" ") else _wrapped(block, "  ")
        for block in text.rstrip().split("\n\n")
    )


def _wrapped(text: str, first: str, rest: str = "") -> str:
    """Return a paragraph in lines that start with ``first`` and ``rest``, or all with ``first``."""
    plain = text.replace("``", "").replace("::", ":")
    return wrapped(plain, _WIDTH, first, rest or first)


def _summary(description: str) -> str:
    """Return the first sentence of a description, or the part before its colon."""
    paragraph = description.partition("\n\n")[0]
    return paragraph.partition(". ")[0].partition(": ")[0].rstrip(".")
