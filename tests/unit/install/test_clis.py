"""Where the plugin can be installed for a v1, and who else can write there."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.install.clis import PythonOfV1
from awscli_mfa_plugin.system.trust import who_else_can_write

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes and owners of POSIX")


def python_with(*sites: Path, user_site: Path | None) -> PythonOfV1:
    """Return a Python with these folders for packages."""
    user = str(user_site) if user_site else ""
    return PythonOfV1("", tuple(map(str, sites)), user, (3, 11), "/usr/bin/python3")


def closed(folder: Path) -> Path:
    """Return a folder that this user can't write to."""
    folder.mkdir()
    if os.geteuid() == 0:
        os.chown(folder, 65534, -1)
    else:
        folder.chmod(0o555)
    return folder


def test_the_users_first_own_folder_is_used(tmp_path: Path) -> None:
    """Before the user site, and never one that belongs to somebody else."""
    theirs, own = closed(tmp_path / "theirs"), tmp_path / "own"
    own.mkdir()
    python = python_with(tmp_path / "missing", theirs, own, user_site=tmp_path / "user")
    assert python.place_for_path_file() == str(own)


def test_the_user_site_may_be_missing(tmp_path: Path) -> None:
    """It is created; Python uses it from its next start."""
    user = tmp_path / "lib" / "python3.11" / "site-packages"
    python = python_with(closed(tmp_path / "theirs"), user_site=user)
    assert python.place_for_path_file() == str(user)


def test_without_a_folder_of_the_user_nothing_is_installed(tmp_path: Path) -> None:
    """The user site is switched off, or in somebody else's folder."""
    theirs = closed(tmp_path / "theirs")
    assert python_with(theirs, user_site=None).place_for_path_file() == ""
    assert python_with(theirs, user_site=theirs / "user").place_for_path_file() == ""


def test_a_private_folder_is_trusted(tmp_path: Path) -> None:
    """Also a missing one; a sticky folder above the home doesn't matter."""
    home = tmp_path / "home"
    home.mkdir()
    tmp_path.chmod(0o1777)
    assert who_else_can_write(str(home / "x" / "y"), str(home)) == ""
    tmp_path.chmod(0o777)
    assert who_else_can_write(str(home / "x"), str(home)) == (
        f"{tmp_path} can be written by everybody"
    )


def test_the_users_own_group_is_nobody_else(tmp_path: Path) -> None:
    """A folder of mode 0775, as umask 002 makes it."""
    if os.geteuid() != 0:
        pytest.skip("only root's group is known to hold nobody else")
    os.chown(tmp_path, -1, 0)
    tmp_path.chmod(0o775)
    assert who_else_can_write(str(tmp_path), str(tmp_path)) == ""
    os.chown(tmp_path, -1, 100)
    assert "its group" in who_else_can_write(str(tmp_path), str(tmp_path))


def test_another_owner_is_named(tmp_path: Path) -> None:
    """The owner can change it."""
    if os.geteuid() != 0:
        pytest.skip("needs root to give a folder away")
    theirs = closed(tmp_path / "theirs")
    assert (
        who_else_can_write(str(theirs / "x"), str(tmp_path)) == f"{theirs} belongs to another user"
    )
