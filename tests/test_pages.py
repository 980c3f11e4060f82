"""The pages of the project: every link works, and the quotes are plain."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
PAGES = [*sorted(CHECKOUT.glob("*.md")), *sorted((CHECKOUT / "docs").rglob("*.md"))]
FENCED = re.compile(r"^( *)```.*?^\1```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^()\s]+)\)")


@cache
def anchors_of(page: Path) -> frozenset[str]:
    """Return the anchors of a page's headings, as MkDocs and GitHub make them."""
    text = FENCED.sub("", page.read_text("utf-8"))
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return frozenset(re.sub(r"[^\w -]", "", line).lower().replace(" ", "-") for line in headings)


def broken_links(page: Path, text: str) -> list[str]:
    """Return the links to files or headings that aren't there; web links aren't followed."""
    broken = []
    for link in LINK.findall(FENCED.sub("", text)):
        name, _, anchor = link.partition("#")
        if "://" in link:
            continue
        target = (page.parent / name).resolve() if name else page
        if not target.is_file() or (anchor and anchor not in anchors_of(target)):
            broken.append(link)
    return broken


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_a_page_links_to_what_exists(page: Path) -> None:
    """Also from and to the pages outside of docs/, which MkDocs doesn't check."""
    assert broken_links(page, page.read_text("utf-8")) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_a_page_has_plain_quotes(page: Path) -> None:
    """Backticks and straight quotes only."""
    assert not re.search("[«»“”„]", page.read_text("utf-8"))


def test_the_architecture_has_every_folder() -> None:
    """The picture and the table name each folder of the package, and no other."""
    page = (CHECKOUT / "docs" / "explanation" / "architecture.md").read_text("utf-8")
    picture = page.split("```")[1]
    table = "".join(line.split("|")[1] for line in page.splitlines() if line.startswith("| `"))
    package = CHECKOUT / "awscli_mfa_plugin"
    folders = {path.parent.name for path in package.glob("*/__init__.py")}
    assert set(re.findall(r"`(\w+)/`", table)) == folders | {"alias"}
    assert folders <= set(re.findall(r"\w+", picture))


@pytest.mark.parametrize(
    "link", ["NOWHERE.md", "docs/nowhere.md", "SECURITY.md#no-such-heading", "#nowhere", "docs"]
)
def test_a_broken_link_is_found(link: str) -> None:
    """A missing file, a missing heading, or a folder."""
    assert broken_links(CHECKOUT / "README.md", f"[text]({link})") == [link]
