"""The plugin's folder where there are no links, as on Windows."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from awscli_mfa_plugin.system.plugin_folder import PluginFolder

FILES = {"awscli_mfa_plugin/__init__.py": b""}


@pytest.fixture
def folder(tmp_path: Path) -> PluginFolder:
    """Return a folder with the version a, without links."""
    folder = PluginFolder(str(tmp_path / "base"), str(tmp_path), has_links=False)
    folder.store("1.0-a", "1.0", FILES)
    return folder


def test_a_file_says_which_version_is_current(folder: PluginFolder, tmp_path: Path) -> None:
    """It is replaced as a whole, and removed without a version."""
    assert folder.current() == ""
    folder.switch("1.0-a")
    assert folder.current() == "1.0-a"
    assert (tmp_path / "base" / "current").read_text() == "1.0-a\n"
    folder.switch("1.0-b")
    assert folder.current() == "1.0-b"
    folder.switch("")
    assert folder.current() == ""
    assert not (tmp_path / "base" / "current").exists()


def test_a_version_is_loaded_from_its_own_folder(folder: PluginFolder) -> None:
    """Both by the config file and by a .pth file."""
    assert folder.loaded_from("1.0-a") == folder.path_of("1.0-a")
    content = folder.path_file("1.0-a")
    assert content.decode().strip() == folder.path_of("1.0-a")


def test_our_path_files_are_told_from_others(folder: PluginFolder) -> None:
    """Of any version, since an uninstallation may meet an older one."""
    assert folder.is_path_file(folder.path_file("1.0-a"))
    assert folder.is_path_file(folder.path_file("0.9-old"))
    for other in (None, b"", b"/elsewhere/versions/1.0-a\n", b"import x\n", b"\xff\xfe\n"):
        assert not folder.is_path_file(other)


def test_a_version_that_another_file_names_is_kept(folder: PluginFolder) -> None:
    """Another config file loads it until the next installation with that file."""
    for name in ("1.0-b", "1.0-c", "1.0-d"):
        folder.store(name, "1.0", FILES)
    config = f"[plugins]\ncli_legacy_plugin_path = {folder.path_of('1.0-b')}\n".encode()
    folder.remove_versions("1.0-d", "1.0-c", named_in=[config, None])
    assert sorted(name for name in "abcd" if _is_there(folder, f"1.0-{name}")) == ["b", "c", "d"]


def _is_there(folder: PluginFolder, name: str) -> bool:
    return Path(folder.path_of(name)).is_dir()


@pytest.mark.skipif(sys.platform == "win32", reason="links of POSIX")
def test_with_links_all_versions_are_loaded_from_the_same_folder(tmp_path: Path) -> None:
    """An upgrade changes no other file."""
    folder = PluginFolder(str(tmp_path / "base"), str(tmp_path), has_links=True)
    folder.store("1.0-a", "1.0", FILES)
    folder.switch("1.0-a")
    assert folder.current() == "1.0-a"
    link = str(tmp_path / "base" / "current")
    assert folder.loaded_from("1.0-a") == folder.loaded_from("1.0-b") == link
    assert folder.path_file("1.0-a") == f"{link}\n".encode()
    assert folder.is_path_file(f"{link}\n".encode())
