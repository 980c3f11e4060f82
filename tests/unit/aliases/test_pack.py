"""Alias packs as YAML: what is accepted, and the line and column of what isn't."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.aliases.command_names import COMMANDS
from awscli_mfa_plugin.aliases.files import LARGEST_PACK, packaged_pack, read_pack
from awscli_mfa_plugin.aliases.pack import (
    HOSTS,
    Alias,
    AliasPack,
    unfit_expansion,
    unfit_help,
    unfit_name,
)
from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.files.alias_document import MFA_SECTION

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
pack: team
aliases:
  - name: whoami
    expansion: sts get-caller-identity
    help: Who am I?
  - {name: up, expansion: "!git pull", help: Pull, external: true, hosts: [v2, v1]}
  - {name: in, expansion: login, help: Log in, section: command mfa}
"""


def test_a_pack_is_read(tmp_path: Path) -> None:
    """Name, expansion, help, CLIs, section, and whether a shell runs it."""
    path = tmp_path / "team.yaml"
    path.write_text(GOOD, "utf-8-sig")
    assert read_pack(str(path)) == AliasPack(
        "team",
        (
            Alias("whoami", "sts get-caller-identity", "Who am I?"),
            Alias("up", "!git pull", "Pull", ("v1", "v2"), is_external=True),
            Alias("in", "login", "Log in", ("v2",), MFA_SECTION),
        ),
    )


PLACES: dict[str, tuple[str | bytes, str]] = {
    "an empty file": ("", "line 1, column 1: the file is empty"),
    "not YAML": ("pack: a: b", "line 1, column 8: mapping values are not allowed"),
    "not UTF-8": (b"pack: x\nx: \xff", "line 2, column 4: that isn't UTF-8"),
    "a control character": ("pack: x\ny: \x1b[31m", "line 2, column 4: YAML doesn't allow"),
    "a list at the top": ("- a", "line 1, column 1: expected keys and values"),
    "two documents": ("pack: x\n---\npack: y\n", "line 2, column 1: the file must have one"),
    "an unknown key": (f"{GOOD}profile: x\n", "line 8, column 1: unknown key 'profile'"),
    "an unknown key in an alias": (
        GOOD.replace("    help: Who", "    endpoint_url: http://x\n    help: Who"),
        "line 5, column 5: unknown key 'endpoint_url'",
    ),
    "a key that steers the terminal": ('"\\e[2J\\u202e": x', "unknown key '\\x1b[2J\\u202e'"),
    "a key twice": ("pack: x\npack: y\n", "line 2, column 1: duplicate key 'pack'"),
    "a missing key": (
        GOOD.replace("    help: Who am I?\n", ""),
        "line 3, column 5: missing key 'help'",
    ),
    "a pack without a name": ("aliases: []", "line 1, column 1: missing key 'pack'"),
    "a pack's name": ("pack: A>>>\naliases: []", "line 1, column 7: the name of a pack is 1"),
    "aliases that are no list": (
        "pack: x\naliases: {a: b}",
        "line 2, column 10: expected a list of",
    ),
    "a list in place of text": ("pack: [x]\naliases: []", "line 1, column 7: expected text"),
    "an alias that is text": (
        "pack: x\naliases: [whoami]",
        "line 2, column 11: expected keys and values",
    ),
    "an alias twice": (
        f"{GOOD}  - {{name: whoami, expansion: s3 ls, help: x}}\n",
        "line 8, column 5: 'aws whoami' is already defined on line 3",
    ),
    "an alias twice on a line": (
        "pack: x\naliases: [{name: a, expansion: x, help: x}, {name: a, expansion: y, help: z}]",
        "line 2, column 45: 'aws a' is already defined on line 2",
    ),
    "a CLI that isn't": (
        GOOD.replace("[v2, v1]", "[v3]"),
        "line 6, column 76: 'hosts' can have here",
    ),
    "no CLI": (GOOD.replace("[v2, v1]", "[]"), "line 6, column 75: an alias needs at least one"),
    "v1 for a section of v2": (
        GOOD.replace("section: command mfa", "section: command mfa, hosts: [v1]"),
        "'hosts' can have here: v2",
    ),
    "another section": (
        GOOD.replace("command mfa", "command s3"),
        "'section' must be one of: toplevel",
    ),
    "a shell that isn't named": (
        GOOD.replace(", external: true", ""),
        "line 6, column 27: this runs in a shell",
    ),
    "a doubtful external": (
        GOOD.replace("true", "maybe"),
        "'external' must be one of: false, true",
    ),
    "an anchor": ("pack: &a x\naliases: []", "line 1, column 7: YAML anchors"),
    "an alias of YAML": ("pack: x\naliases: [*a]", "line 2, column 11: YAML anchors"),
    "a tag": ("pack: !!python/object:os.system x", "line 1, column 7: YAML tags"),
    "an exclamation mark without quotes": (
        GOOD.replace('"!git pull"', "!git pull"),
        "line 6, column 27: YAML tags ('!') aren't allowed; put the text in quotes",
    ),
    "a key of several parts": ("? [a]\n: b", "line 1, column 3: expected text"),
    "deep nesting": ("pack: " + "[" * 30_000, "line 1, column 11: it is nested too deeply"),
    "a deep list": ("- " * 30_000, "column 11: it is nested too deeply"),
}


@pytest.mark.parametrize(("content", "message"), PLACES.values(), ids=PLACES)
def test_an_error_has_its_line_and_column(
    tmp_path: Path, content: str | bytes, message: str
) -> None:
    """With the file, in one line, and a remedy."""
    path = tmp_path / "team.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ConfigurationError) as caught:
        read_pack(str(path))
    assert caught.value.what.startswith(f"{path}, line ")
    assert message in caught.value.what
    assert caught.value.what.isprintable()
    assert caught.value.remedy


def test_a_million_aliases_of_yaml_cost_nothing(tmp_path: Path) -> None:
    """The first anchor is an error, before anything is expanded."""
    lines = ["a: &a [x,x,x,x,x,x,x,x,x,x]"]
    lines += [
        f"{b}: &{b} [{','.join(f'*{a}' for _ in range(10))}]"
        for a, b in zip("abcde", "bcdef", strict=True)
    ]
    path = tmp_path / "bomb.yaml"
    path.write_text("\n".join(lines))
    start = time.process_time()
    with pytest.raises(ConfigurationError, match="anchors and aliases"):
        read_pack(str(path))
    assert time.process_time() - start < 1


def test_a_pack_has_limits(tmp_path: Path) -> None:
    """64 KiB, and 200 aliases."""
    path = tmp_path / "team.yaml"
    path.write_text(f"{GOOD}#{'x' * LARGEST_PACK}")
    with pytest.raises(ConfigurationError, match="larger than 64 KiB"):
        read_pack(str(path))
    entry = "  - {{name: a{}, expansion: s3 ls, help: x}}\n"
    many = "pack: x\naliases:\n" + "".join(entry.format(number) for number in range(201))
    path.write_text(many)
    with pytest.raises(ConfigurationError, match="line 203, column 5: a pack can have at most 200"):
        read_pack(str(path))
    path.write_text(many.removesuffix(entry.format(200)))
    assert len(read_pack(str(path)).aliases) == 200


UNFIT_NAMES = [
    *("", "Whoami", "who am i", "who]", "[a", "a=b", "a:b", "#a", ";a", "-a", "1a", "a\nb", "ä"),
    *("!a", "a_b", "a" * 41, "mfa", "help", "a\u202e", "a%"),
]


@pytest.mark.parametrize("name", UNFIT_NAMES)
def test_unusable_names_are_refused(name: str) -> None:
    """Names with a meaning in the alias file, and those that hide 'aws mfa'."""
    assert unfit_name(name)


UNFIT_EXPANSIONS = [
    *(
        "",
        " ",
        "s3 ls ",
        " s3 ls",
        "s3 ls\n",
        "s3 ls\nx = !evil",
        "s3 ls\r",
        "s3\u2028ls",
        "s3\x1bls",
    ),
    *(
        "!rm -rf ~",
        "\u00a0!rm",
        '"!rm -rf ~"',
        "'!' rm",
        "\\!rm",
        "s3 'ls",
        "--region x s3 ls",
        "''",
    ),
    *("s3 ls --profile x", "s3 ls --profile=x", "s3 ls --prof x", "s3 ls --debug", "s3 ls --de"),
    *("s3 ls '--profile' x", 's3 ls "--pro"file x', "s3 " + "x" * 500),
]


@pytest.mark.parametrize("expansion", UNFIT_EXPANSIONS)
def test_unusable_expansions_are_refused(expansion: str) -> None:
    """A second line, a hidden shell command, and whatever the CLI refuses."""
    assert unfit_expansion(expansion, is_external=False)


def test_usable_expansions() -> None:
    """Options of the command, quotes, and what follows '--' for another program."""
    for expansion in (
        "s3 ls --recursive",
        "iam list-users --query 'Users[?a==`b`] | [0]'",
        "mfa exec -- terraform plan --profile x",
        "iam get-user --user-name",
        "ec2 describe-instances --dry-run --end-time x -",
    ):
        assert unfit_expansion(expansion, is_external=False) == ""
    assert unfit_expansion("!f() { aws s3 ls --profile x; }; f", is_external=True) == ""
    for expansion in ("git pull", "!", "! ", " !git", "!git\n", "!\x1b"):
        assert unfit_expansion(expansion, is_external=True)


def test_help_is_one_line() -> None:
    """It is part of a list on a terminal."""
    assert unfit_help("What, and why?") == ""
    for text in ("", " ", "a\nb", "\x1b[2J", "\u202etxt", "x" * 101):
        assert unfit_help(text)


def test_no_alias_of_ours_is_a_command() -> None:
    """Of no version of the CLI."""
    assert not COMMANDS & {each.name for each in packaged_pack().aliases if each.hosts == HOSTS}
