"""``make dist``: the same bytes twice, and AWS's own build of v2 can load them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from awscli_mfa_plugin.system.plugin_folder import differing_files, manifest_of
from tests.hosts.cache import CACHE, WHEELS
from tests.hosts.conftest import need
from tests.hosts.home import Home
from tests.hosts.host import all_hosts

pytestmark = pytest.mark.hosts

CHECKOUT = Path(__file__).parents[2]
PARTS = (".ci", "alias", "awscli_mfa_plugin", "tests/hosts")
FILES = ("setup.cfg", "LICENSE", "tests/__init__.py")


def build(checkout: Path, folder: Path, umask: int) -> Path:
    """Build the archive of a checkout; return its path."""
    subprocess.run(
        [sys.executable, "-B", str(checkout / ".ci" / "archive.py"), str(folder)],
        env={
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder),
            "AWSCLI_MFA_HOSTS": str(CACHE),
            "SOURCE_DATE_EPOCH": "1700000000",
        },
        stdout=subprocess.DEVNULL,
        umask=umask,
        check=True,
    )
    [archive] = folder.glob("*.tar.gz")
    return archive


def copy_of_checkout(folder: Path) -> Path:
    """Return the sources as another clone has them: other times, other modes, byte code about."""
    for part in PARTS:
        shutil.copytree(
            CHECKOUT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in FILES:
        shutil.copyfile(CHECKOUT / name, folder / name)
    for path in (folder / "awscli_mfa_plugin").rglob("*.py"):
        os.utime(path, (1, 1))
        path.chmod(0o640)
    (folder / "awscli_mfa_plugin" / "__pycache__").mkdir()
    (folder / "awscli_mfa_plugin" / "__pycache__" / "x.pyc").touch()
    return folder


def test_the_archive_is_reproducible_and_runs(tmp_path: Path) -> None:
    """Built in two places it has the same bytes; v2 loads it by the install page's commands."""
    need("v2")
    need(WHEELS)
    archive = build(CHECKOUT, tmp_path / "one", 0o022)
    again = build(copy_of_checkout(tmp_path / "clone"), tmp_path / "two", 0o077)
    assert archive.read_bytes() == again.read_bytes()
    with tarfile.open(archive) as content:
        entries = content.getmembers()
    assert {(entry.uid, entry.gid, entry.uname, entry.mtime) for entry in entries} == {
        (0, 0, "", 1700000000)
    }
    assert [entry.name for entry in entries] == sorted(entry.name for entry in entries)
    [host] = [host for host in all_hosts() if host.name == "v2"]
    home = Home(host, tmp_path / "home", None)
    folder = home.path / "plugin"
    folder.mkdir(mode=0o700)
    unpack = ["tar", "-xzf", str(archive), "-C", str(folder), "--strip-components", "1"]
    subprocess.run(unpack, check=True)
    assert manifest_of(str(folder))
    assert differing_files(str(folder)) == []
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.rglob("*"))
    for key, value in (("mfa", "awscli_mfa_plugin"), ("cli_legacy_plugin_path", str(folder))):
        done = home.run("configure", "set", f"plugins.{key}", value)
        assert done.returncode == 0, done.output
    assert home.run("--version").returncode == 0
    status = home.run("mfa", "status", "--output", "json")
    assert '"Sessions"' in status.stdout, status.output
