"""Packs the release archive for AWS CLI v2: the plugin and its dependencies, ready to be unpacked.

Run by 'make dist'. The same commit gives the same bytes with the same Python: the dependencies are
the pinned wheels, names are sorted, times are SOURCE_DATE_EPOCH (reproducible-builds.org) or those
of the last commit, and nobody owns anything. Everything in it is closed to others.
"""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
import tarfile
import zipfile
from configparser import ConfigParser
from pathlib import Path, PurePosixPath

CHECKOUT = Path(__file__).parents[1]
sys.path.insert(0, str(CHECKOUT))

from awscli_mfa_plugin.system.plugin_folder import MANIFEST, manifest  # noqa: E402 - the path above
from tests.hosts.cache import WHEELS, host_folder  # noqa: E402
from tests.hosts.fetch import fetch  # noqa: E402

PACKAGE = "awscli_mfa_plugin"
LICENSES = "third-party-licenses"


def main() -> int:
    """Write ``dist/awscli-mfa-plugin-VERSION.tar.gz``, or into the folder named on the line."""
    setup = ConfigParser()
    setup.read(CHECKOUT / "setup.cfg", "utf-8")
    version = setup["metadata"]["version"]
    folder = Path(sys.argv[1]) if sys.argv[1:] else CHECKOUT / "dist"
    folder.mkdir(parents=True, exist_ok=True)
    name = f"awscli-mfa-plugin-{version}"
    target = folder / f"{name}.tar.gz"
    target.write_bytes(packed(name, contents(version), epoch()))
    print(target)  # noqa: T201 - whoever calls this wants to know
    return 0


def contents(version: str) -> dict[str, bytes]:
    """Return every file by its path in the archive."""
    files = {"LICENSE": (CHECKOUT / "LICENSE").read_bytes()}
    for root, inside in ((PACKAGE, PACKAGE), ("alias", f"{PACKAGE}/alias")):
        for path in (CHECKOUT / root).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                files[f"{inside}/{path.relative_to(CHECKOUT / root).as_posix()}"] = (
                    path.read_bytes()
                )
    fetch(WHEELS)
    for wheel in host_folder(WHEELS).glob("*.whl"):
        files.update(unpacked(wheel))
    return {**files, MANIFEST: manifest(version, files)}


def unpacked(wheel: Path) -> dict[str, bytes]:
    """Return the modules of a pure Python wheel, and its license apart."""
    files = {}
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            path = PurePosixPath(name)
            if path.parts[0].endswith(".dist-info"):
                if path.name.upper().startswith(("LICENSE", "LICENCE", "COPYING")):
                    files[f"{LICENSES}/{wheel.name.partition('-')[0]}/{path.name}"] = archive.read(
                        name
                    )
            elif not name.endswith("/") and not path.parts[0].endswith(".data"):
                files[name] = archive.read(name)
    return files


def epoch() -> int:
    """Return the time of everything in the archive, in seconds since 1970."""
    named = os.environ.get("SOURCE_DATE_EPOCH")
    if named:
        return int(named)
    git = ["git", "-C", str(CHECKOUT), "log", "-1", "--format=%ct"]
    return int(subprocess.run(git, capture_output=True, check=True).stdout)


def packed(name: str, files: dict[str, bytes], mtime: int) -> bytes:
    """Return the archive's bytes; all of it lies in the folder ``name``."""
    buffer = io.BytesIO()
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=mtime) as compressed,
        tarfile.open(fileobj=compressed, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        folders = {str(parent) for path in files for parent in PurePosixPath(path).parents}
        for path in sorted({*files, *folders}):
            entry = tarfile.TarInfo(f"{name}/{path}" if path != "." else name)
            entry.mtime = mtime
            if path in files:
                entry.size, entry.mode = len(files[path]), 0o600
                archive.addfile(entry, io.BytesIO(files[path]))
            else:
                entry.type, entry.mode = tarfile.DIRTYPE, 0o700
                archive.addfile(entry)
    return buffer.getvalue()


if __name__ == "__main__":
    sys.exit(main())
