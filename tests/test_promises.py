"""Each promise in the table of docs/explanation/security.md names a test that exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "explanation" / "security.md"
HEADING = "## Which test holds which promise"
NAMED = re.compile(r"`([^`]+)`")


def rows_of(page: str) -> list[tuple[str, str]]:
    """Return promise and tests of each row; the rows that are headings have no tests."""
    table = page.partition(f"{HEADING}\n")[2].partition("\n## ")[0]
    lines = [line for line in table.splitlines() if line.startswith("|")][2:]
    cells = [line.strip("|").split("|") for line in lines]
    return [(promise.strip(), tests.strip()) for promise, tests in cells]


@cache
def functions_in(path: Path) -> frozenset[str]:
    """Return the names of the tests in a file."""
    tree = ast.parse(path.read_text("utf-8"))
    names = (node.name for node in tree.body if isinstance(node, ast.FunctionDef))
    return frozenset(name for name in names if name.startswith("test_"))


def faults_of(promise: str, tests: str) -> list[str]:
    """Return what is wrong with a row."""
    if re.fullmatch(r"\*\*.+\*\*", promise):
        return ["a heading names no test"] if tests else []
    faults = [] if promise else ["no promise"]
    named = NAMED.findall(tests)
    if not named or NAMED.sub("", tests).strip(" ,"):
        faults.append(f"no test, or more than tests: {tests}")
    for name in named:
        file, _, function = name.partition("::")
        path = TESTS / file
        if not path.is_file() or function not in functions_in(path):
            faults.append(f"there is no test {name}")
    return faults


ROWS = rows_of(PAGE.read_text("utf-8"))


@pytest.mark.parametrize(("promise", "tests"), ROWS, ids=[promise for promise, _ in ROWS])
def test_a_promise_has_its_test(promise: str, tests: str) -> None:
    """The file exists and has the function."""
    assert faults_of(promise, tests) == []


def test_the_table_is_found() -> None:
    """If the table was moved or renamed, these tests must fail."""
    assert len([row for row in ROWS if row[1]]) > 50


@pytest.mark.parametrize(
    ("promise", "tests"),
    [
        ("", "`test_structure.py::test_a_violation_is_found`"),
        ("A promise", ""),
        ("A promise", "somehow"),
        ("A promise", "`test_structure.py`"),
        ("A promise", "`test_structure.py::test_that_does_not_exist`"),
        ("A promise", "`no_such_file.py::test_x`"),
        ("A promise", "`test_structure.py::module_name`"),
        ("A promise", "`test_structure.py::test_a_violation_is_found` and manually"),
        ("**A heading**", "`test_structure.py::test_a_violation_is_found`"),
    ],
)
def test_a_fault_is_found(promise: str, tests: str) -> None:
    """An empty cell, a missing test, or other text."""
    assert faults_of(promise, tests)
