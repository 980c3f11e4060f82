"""The commands of the tutorial and the README work, and print what the pages show."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.hosts.sessions import session_section
from tests.hosts.users import keys_of, serial_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home

CHECKOUT = Path(__file__).parents[2]
README = CHECKOUT / "README.md"
TUTORIAL = CHECKOUT / "docs" / "tutorial" / "index.md"
# A line of a block that asks: the question, then what the reader types; six digits are a code.
QUESTION = re.compile(
    r"(?P<question>.*:) (?P<code>\d{6})"
    r"|(?P<other>.*(?:\[[^\]]+\]:|\? \[[YyNn]/[YyNn]\]))(?: (?P<answer>.*))?"
)
# What differs from one run to the next, and its placeholder.
VARIABLE = (
    (re.compile(r"\d{4}-\d\d-\d\d"), "DATE"),
    (re.compile(r"(?:tomorrow )?\b\d\d:\d\d(?::\d\d)?\b"), "TIME"),
    (re.compile(r"\b\d+ h(?: \d+ min)?|\b\d+ min\b"), "DURATION"),
    (re.compile(r"\b\d{6}\b"), "CODE"),
    (re.compile(r"[█▓▒░]+"), "BAR"),
    (re.compile(r"[ \t]+"), " "),
)


@dataclass(frozen=True)
class Step:
    """A command of a page: the heading above it, its words, and the output below it."""

    heading: str
    words: list[str]
    output: str


def steps_of(page: str) -> Iterator[Step]:
    """Yield the commands in the console blocks of a page, in order."""
    for section in re.split(r"^#+ ", page, flags=re.MULTILINE):
        for block in re.findall(r"^```console\n(.*?)^```$", section, re.DOTALL | re.MULTILINE):
            for command in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                typed, _, output = command.partition("\n")
                words = shlex.split(typed, comments=True)
                yield Step(section.partition("\n")[0], words, output)


def normalized(text: str) -> str:
    """Return output without what differs from one run to the next."""
    for pattern, name in VARIABLE:
        text = pattern.sub(name, text)
    return "\n".join(line.strip() for line in text.strip().splitlines())


def settle(home: Home, aws: EmbeddedAws) -> None:
    """Give the home what the tutorial starts with: keys and a region in profile default."""
    home.write_config("[default]\nregion = eu-central-1\n")
    home.write_credentials(keys_of(aws, "ada"))


def perform(step: Step, home: Home, aws: EmbeddedAws, env: dict[str, str]) -> str:
    """Run an ``aws`` command on a terminal, answer as the page does, and return its output."""
    terminal = home.spawn(*step.words[1:], env=env, rows=60, columns=100)
    if "login" in step.words and not step.output:
        terminal.expect("code")
        terminal.send_line(aws.fresh_code(serial_of(aws)))
    for asked in filter(None, map(QUESTION.fullmatch, step.output.splitlines())):
        terminal.expect(asked["question"] or asked["other"])
        code = asked["code"] and aws.fresh_code(serial_of(aws))
        terminal.send_line(code or asked["answer"] or "")
    no_session_yet = "status" in step.words and terminal.wait() == 1
    assert no_session_yet or terminal.wait() == 0, terminal.text
    return terminal.text.replace(str(home.path), "/home/ada")


@pytest.mark.parametrize(
    ("host", "page"),
    [("v2", TUTORIAL), ("v1", README)],
    ids=["tutorial", "README"],
    indirect=["host"],
)
def test_the_commands_of_a_page(page: Path, home: Home, aws: EmbeddedAws) -> None:
    """Each ``aws`` command works, in order, and prints what the page shows below it, if it does."""
    settle(home, aws)
    env: dict[str, str] = {}
    performed = 0
    for step in steps_of(page.read_text("utf-8")):
        if step.words[0] == "export":
            name, _, value = step.words[1].partition("=")
            env[name] = value
        if step.words[0] != "aws":
            continue
        if step.heading.endswith("when it expires"):
            home.write_credentials(keys_of(aws, "ada") + session_section(aws, "mfa", 840))
        shown = perform(step, home, aws, env)
        assert not step.output or normalized(shown) == normalized(step.output)
        performed += 1
    assert performed >= 2


def test_a_page_is_read() -> None:
    """Commands, comments, output and headings are recognized."""
    page = "# T\n```console\n$ a b  # c\nout\n$ d\n```\n## U\n```console\n$ e\n```\n"
    assert list(steps_of(page)) == [
        Step("T", ["a", "b"], "out\n"),
        Step("T", ["d"], ""),
        Step("U", ["e"], ""),
    ]
