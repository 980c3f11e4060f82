"""The fetcher puts a host in place whole or not at all."""

from __future__ import annotations

import json
import shutil
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.hosts.cache import (
    CLIENTS,
    FROM_SOURCE,
    HOSTS,
    PEERS,
    PINS,
    STAMP,
    WHEELS,
    WINDOWS,
    is_fetched,
    npm_pins,
    pin_file,
    stamp,
)
from tests.hosts.fetch import fetch
from tests.hosts.recipes import UnavailableError, unzip

if TYPE_CHECKING:
    from pathlib import Path


class Builder:
    """A fake recipe: writes one file, and fails a number of times."""

    def __init__(self, failures: int = 0) -> None:
        """Keep how many builds are to fail."""
        self.failures = failures
        self.built = 0

    def __call__(self, name: str, folder: Path, final: Path) -> None:
        """Write a file with the number of builds."""
        self.built += 1
        (folder / "aws").write_text(f"{name} {self.built} {final}", "utf-8")
        if self.built <= self.failures:
            raise UnavailableError("no network")


def names_in(cache: Path) -> list[str]:
    """Return what lies in the cache but for locks."""
    return sorted(path.name for path in cache.iterdir() if not path.name.endswith(".lock"))


def test_a_second_fetch_does_nothing(tmp_path: Path) -> None:
    """A host that is there as pinned is left alone."""
    build = Builder()
    assert fetch("v2", tmp_path, build)
    assert not fetch("v2", tmp_path, build)
    assert build.built == 1
    assert is_fetched("v2", tmp_path)
    assert names_in(tmp_path) == ["v2"]


def test_a_failed_fetch_leaves_nothing_and_is_redone(tmp_path: Path) -> None:
    """A failed download leaves no part of a host, and doesn't stop the next try."""
    build = Builder(failures=1)
    with pytest.raises(UnavailableError):
        fetch("v2", tmp_path, build)
    assert names_in(tmp_path) == []
    assert fetch("v2", tmp_path, build)


def test_what_a_killed_fetch_left_is_removed(tmp_path: Path) -> None:
    """A scratch folder of a process that was killed goes with the next fetch."""
    (tmp_path / ".v2.tmp-killed" / "made").mkdir(parents=True)
    fetch("v2", tmp_path, Builder())
    assert names_in(tmp_path) == ["v2"]


def test_a_host_of_other_pins_is_replaced(tmp_path: Path) -> None:
    """A pin that moved, or a folder without its stamp, is fetched anew, whole."""
    build = Builder()
    fetch("v2", tmp_path, build)
    (tmp_path / "v2" / STAMP).write_text("older pins", "utf-8")
    (tmp_path / "v2" / "left-over").touch()
    assert not is_fetched("v2", tmp_path)
    assert fetch("v2", tmp_path, build)
    assert sorted(path.name for path in (tmp_path / "v2").iterdir()) == [STAMP, "aws"]


def test_fetches_at_once_build_once(tmp_path: Path) -> None:
    """The second one waits, and then the host is there."""
    build = Builder()
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda _: fetch("v2", tmp_path, build), range(8)))
    assert sorted(done) == [False] * 7 + [True]
    assert build.built == 1


@pytest.mark.parametrize("name", [*HOSTS, *CLIENTS, PEERS, FROM_SOURCE, WHEELS, WINDOWS])
def test_pins_name_versions_and_hashes_and_no_address(name: str) -> None:
    """A pin file doesn't say where to download: the machine's clients are configured for that."""
    manifest, lock = npm_pins(name)
    text = (lock if manifest.exists() else pin_file(name)).read_text("utf-8")
    assert "sha256" in text or "sha512-" in text
    assert "://" not in text


def test_every_npm_package_is_pinned_by_its_hash() -> None:
    """Each package of the lock file has a hash, and none has a URL."""
    packages = json.loads(npm_pins("js-sdk")[1].read_text("utf-8"))["packages"]
    del packages[""]  # the set itself
    assert packages
    for name, package in packages.items():
        assert package["integrity"].startswith("sha512-"), name
        assert "resolved" not in package, name


@pytest.mark.parametrize(
    "pin", ["v2.txt", "js-sdk/package.json", "js-sdk/package-lock.json", "peers.txt"]
)
def test_a_stamp_covers_every_pin(pin: str, tmp_path: Path) -> None:
    """If any pin file changes, the host is fetched again."""
    pins = tmp_path / "pins"
    shutil.copytree(PINS, pins)
    name = pin.partition("/")[0].removesuffix(".txt")
    assert stamp(name, pins) == stamp(name)
    with (pins / pin).open("a") as file:
        file.write("\n")
    assert stamp(name, pins) != stamp(name)


def test_the_stamp_of_the_other_tools_covers_those_that_come_as_source(tmp_path: Path) -> None:
    """They have a pin file of their own."""
    pins = tmp_path / "pins"
    shutil.copytree(PINS, pins)
    with (pins / "peers-source.txt").open("a") as file:
        file.write("\n")
    assert stamp(PEERS, pins) != stamp(PEERS)


def test_unzip_keeps_modes_and_links(tmp_path: Path) -> None:
    """The frozen build needs its executable bits and its links."""
    with zipfile.ZipFile(tmp_path / "layer.zip", "w") as layer:
        for name, mode, text in (
            ("cli/dist/aws", 0o100755, "program"),
            ("cli/bin/aws", 0o120777, "../dist/aws"),
            ("other", 0o100644, "not wanted"),
        ):
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            layer.writestr(entry, text)
        unzip(layer, "cli/", tmp_path / "host")
    linked = tmp_path / "host" / "bin" / "aws"
    assert linked.is_symlink()
    assert linked.read_text("utf-8") == "program"
    assert linked.stat().st_mode & 0o777 == 0o755
    assert not (tmp_path / "host" / "other").exists()


def test_unzip_stays_in_its_folder(tmp_path: Path) -> None:
    """An archive that names a file elsewhere is refused."""
    with zipfile.ZipFile(tmp_path / "layer.zip", "w") as layer:
        layer.writestr("cli/../../elsewhere", "text")
        with pytest.raises(UnavailableError, match="outside"):
            unzip(layer, "cli/", tmp_path / "host")
    assert not (tmp_path / "elsewhere").exists()
