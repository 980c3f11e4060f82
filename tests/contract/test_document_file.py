"""One of the shared files: in memory, and on the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.files.locks import Locks
from awscli_mfa_plugin.files.shared_file import SharedFile
from tests.fakes import MemoryFile, ini
from tests.unit.store import state_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from awscli_mfa_plugin.files.document import SharedDocument
    from tests.fakes import Sections

    Make = Callable[[Sections], SharedFile]

SECTIONS: Sections = {"default": {"region": "eu-west-1"}, "profile work": {"output": "json"}}


@pytest.fixture(params=["memory", "disk"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Return what makes a file with these sections."""
    path = tmp_path / "config"

    def in_memory(sections: Sections) -> MemoryFile:
        return MemoryFile(str(path), sections)

    def on_disk(sections: Sections) -> SharedFile:
        path.write_text(ini(sections), "utf-8")
        return SharedFile(str(path), Locks(state_folder(tmp_path)), secret=False)

    return in_memory if request.param == "memory" else on_disk


def with_region(document: SharedDocument) -> SharedDocument:
    """Return the document with another region."""
    return document.with_options("default", {"region": "us-east-1"})


def test_it_holds_its_sections_and_has_a_path(make: Make) -> None:
    """In their order."""
    file = make(SECTIONS)
    assert file.read().sections() == SECTIONS
    assert file.read().section_names() == tuple(SECTIONS)
    assert file.path.endswith("config")


def test_an_empty_file_is_an_empty_document(make: Make) -> None:
    """It can be written all the same."""
    file = make({})
    assert file.read().render() == b""
    file.check_writable()
    assert file.update(with_region)
    assert file.read().sections() == {"default": {"region": "us-east-1"}}


def test_it_is_the_same_document_until_it_changes(make: Make) -> None:
    """Results computed from it can be cached."""
    file = make(SECTIONS)
    before = file.read()
    file.check_writable()
    assert file.read() is before
    file.update(with_region)
    assert file.read() is not before


def test_a_change_is_read_back_byte_by_byte(make: Make) -> None:
    """A document in hand doesn't change by it."""
    file = make(SECTIONS)
    before = file.read()
    assert file.update(with_region)
    assert file.read().render() == with_region(before).render()
    assert before.sections() == SECTIONS


def test_update_returns_false_if_nothing_changed(make: Make) -> None:
    """For the same document, and for another one of the same bytes."""
    file = make(SECTIONS)
    assert not file.update(lambda document: document)
    assert file.update(with_region)
    assert not file.update(with_region)


def test_a_change_that_raises_changes_nothing(make: Make) -> None:
    """The caller gets the error."""

    def refused(document: SharedDocument) -> SharedDocument:
        raise ConfigurationError(f"No: {document.section_names()}.")

    file = make(SECTIONS)
    with pytest.raises(ConfigurationError, match="default"):
        file.update(refused)
    assert file.read().sections() == SECTIONS
