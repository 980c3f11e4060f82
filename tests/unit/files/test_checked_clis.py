"""The versions that doctor remembers of the AWS CLIs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.files.checked_clis import CheckedClis
from awscli_mfa_plugin.files.state import StateFolder

if TYPE_CHECKING:
    from pathlib import Path


def test_what_was_remembered_is_known(tmp_path: Path) -> None:
    """By path."""
    folder = StateFolder(str(tmp_path))
    CheckedClis(folder).remember({"/usr/bin/aws": "2.36.12"})
    assert CheckedClis(folder).versions() == {"/usr/bin/aws": "2.36.12"}


def test_nothing_is_written_where_the_plugin_was_never_used(tmp_path: Path) -> None:
    """Doctor makes no folder."""
    known = CheckedClis(StateFolder(str(tmp_path / "missing")))
    known.remember({"/usr/bin/aws": "2.36.12"})
    assert known.versions() == {}
    assert not (tmp_path / "missing").exists()


@pytest.mark.parametrize("content", ["", "[1]", "{", "[[[["])
def test_a_file_that_cannot_be_read_is_as_none(tmp_path: Path, content: str) -> None:
    """Then all are looked at again."""
    (tmp_path / "clis.json").write_text(content)
    known = CheckedClis(StateFolder(str(tmp_path)))
    assert known.versions() == {}
    known.remember({"/usr/bin/aws": "1.46.3"})
    assert known.versions() == {"/usr/bin/aws": "1.46.3"}
