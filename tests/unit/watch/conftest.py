"""A desktop with fake programs on it, and values that would hurt a shell, markup or a script."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = [
    "-x",
    'it\'s "quoted"',
    "$(touch ran) `touch ran` ; touch ran",
    "<b>bold</b> & &amp;",
    "under_score _x",
    "back\\slash \\n \\\\",
    "100% %s %h",
    "two\\nlines",
    "Привет",
]


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """Return the folder for fake programs; nothing else is on the PATH."""
    folder = tmp_path / "tools"
    folder.mkdir()
    return folder


@pytest.fixture
def environment(tools: Path, tmp_path: Path) -> dict[str, str]:
    """Return the environment of a desktop on which only the fakes can be started."""
    return {"PATH": str(tools), "HOME": str(tmp_path), "DISPLAY": ":99", "XDG_RUNTIME_DIR": "/no"}


def compressed(text: str) -> str:
    """Return what g_strcompress makes of a text: escapes resolved."""
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "t": "\t"}.get(found[1], found[1]), text)
