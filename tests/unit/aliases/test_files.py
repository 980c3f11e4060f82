"""The CLI's alias file and alias packs on disk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from awscli_mfa_plugin.aliases.files import AliasFile, packaged_pack, packaged_path, read_pack
from awscli_mfa_plugin.aliases.merge import installed
from awscli_mfa_plugin.errors import ConfigurationError, UnparsableFileError
from awscli_mfa_plugin.files.alias_document import AliasDocument
from tests.unit.aliases.packs import BLOCK, NEW, PACK, V1
from tests.unit.store import state_folder


def alias_file(home: Path) -> AliasFile:
    """Return the alias file of a home."""
    from awscli_mfa_plugin.files.locks import Locks

    return AliasFile(str(home / ".aws" / "cli" / "alias"), Locks(state_folder(home)))


def test_the_alias_file_on_disk(tmp_path: Path) -> None:
    """Created, changed and removed again; a user's empty file stays."""
    file, path = alias_file(tmp_path), tmp_path / ".aws" / "cli" / "alias"
    assert file.read().is_missing
    assert file.update(lambda before: installed(PACK, before, V1))
    assert path.read_text().endswith(NEW.split("\n", 1)[1])
    assert not file.update(lambda before: installed(PACK, before, V1))
    assert file.update(AliasDocument.without_packs)
    assert not path.exists()
    path.touch(0o640)
    assert file.update(lambda before: installed(PACK, before, V1))
    assert path.stat().st_mode & 0o777 == 0o640
    assert file.update(AliasDocument.without_packs)
    assert path.read_bytes() == b""


def test_a_file_that_an_installation_made_is_removed_only_if_it_is_empty(tmp_path: Path) -> None:
    """An update leaves it, and so does a removal where users have added their own lines."""
    file, path = alias_file(tmp_path), tmp_path / ".aws" / "cli" / "alias"
    file.update(lambda before: installed(PACK, before, V1))
    whole = path.read_bytes()
    older = replace(PACK, aliases=PACK.aliases[:1])
    assert file.update(lambda before: installed(older, before, V1))
    assert b"\n[toplevel]\n" in path.read_bytes()
    assert file.update(lambda before: installed(PACK, before, V1))
    assert path.read_bytes() == whole
    path.write_bytes(whole + b"mine = s3 ls\n")
    assert file.update(AliasDocument.without_packs)
    assert b"mine = s3 ls\n" in path.read_bytes()


def test_a_multi_line_value_is_no_nested_option(tmp_path: Path) -> None:
    """The CLI parses this file differently from the config file."""
    file, path = alias_file(tmp_path), tmp_path / ".aws" / "cli" / "alias"
    path.parent.mkdir(parents=True)
    text = "[toplevel]\nf =\n  !f() {\n    echo hi\n  }; f\n"
    path.write_text(text)
    assert file.update(lambda before: installed(PACK, before, V1))
    assert path.read_text() == text + BLOCK


def test_a_file_with_a_byte_order_mark_is_refused(tmp_path: Path) -> None:
    """No CLI can read it. Nothing is changed."""
    file, path = alias_file(tmp_path), tmp_path / ".aws" / "cli" / "alias"
    path.parent.mkdir(parents=True)
    path.write_text("[toplevel]\n", "utf-8-sig")
    with pytest.raises(UnparsableFileError, match="line 1 starts with a byte order mark"):
        file.update(lambda before: installed(PACK, before, V1))
    assert path.read_text("utf-8-sig") == "[toplevel]\n"


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    """Not a missing file, a folder, or a pipe that would never end."""
    for path in (tmp_path / "nothing", tmp_path, "/dev/zero"):
        with pytest.raises(ConfigurationError, match="isn't a file"):
            read_pack(str(path))


def test_a_copy_of_our_pack_needs_no_approval(tmp_path: Path) -> None:
    """If it has the same bytes; with one byte changed it counts as another's."""
    content = Path(packaged_path()).read_bytes()
    copy = tmp_path / "copy.yaml"
    copy.write_bytes(content)
    assert read_pack(str(copy)) == packaged_pack()
    copy.write_bytes(content + b"\n")
    assert not read_pack(str(copy)).is_ours


def test_the_plugins_own_pack() -> None:
    """It can be read, is complete, and starts no programs."""
    pack = packaged_pack()
    assert pack.is_ours
    assert {"whoami", "alive", "unlock", "lock", "subshell"} <= {each.name for each in pack.aliases}
    assert not [each.name for each in pack.aliases if each.is_external]
    assert all("v2" in each.hosts for each in pack.aliases)
