"""Run the essential host tests on today's newest AWS CLIs: ``python -m tests.hosts.newest``.

The newest v1 is PyPI's, the newest official v2 npm's. They go into a folder of their own beside
the pinned hosts, with pins that are made here. Arguments are passed on to pytest.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from tests.hosts.cache import CACHE, PINS, pinned_lines
from tests.hosts.recipes import NEWEST

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ESSENTIAL = (
    "test_smoke",
    "test_loading",
    "test_login",
    "test_renewal",
    "test_role_sessions",
    "test_unmanaged",
    "test_denials",
    "test_secrets",
    "test_status_logout_devices",
    "test_export_and_exec",
)
"""What a change in a CLI can break; the rest of tests/hosts hardly depends on its version."""


def main() -> int:
    """Fetch, test, and say what was tested; return pytest's exit code, or 1."""
    folder = CACHE.with_name("newest")
    pins = folder / "pins"
    write_pins(pins)
    environment = {
        **os.environ,
        "AWSCLI_MFA_HOSTS": str(folder / "hosts"),
        "AWSCLI_MFA_PINS": str(pins),
    }
    python = [sys.executable, "-m"]
    fetch = [*python, "tests.hosts.fetch", "v1", "v2"]
    if subprocess.run(fetch, env=environment, check=False).returncode:
        return 1
    for name in ("v1", "v2"):
        aws = folder / "hosts" / name / "bin" / "aws"
        print(said([str(aws), "--version"]).strip(), flush=True)
    files = [f"tests/hosts/{name}.py" for name in ESSENTIAL]
    # The other hosts aren't there, so their tests are skipped.
    options = ["-p", "no:cacheprovider", "-q", "--tb=short", "-m", "not slow", *sys.argv[1:]]
    pytest = [*python, "pytest", *options]
    code = subprocess.run([*pytest, *files], env=environment, check=False).returncode
    # The newest v1 in the tests' own process.
    [site] = (folder / "hosts" / "v1").glob("lib/python*/site-packages")
    environment["PYTHONPATH"] = str(site)
    own = subprocess.run([*pytest, "tests/in_process"], env=environment, check=False).returncode
    return code or own


def write_pins(pins: Path) -> None:
    """Write the pins of the newest v1 and v2; those of the plugin's wheels stay."""
    shutil.rmtree(pins, ignore_errors=True)
    shutil.copytree(PINS, pins)
    (pins / "v1.txt").write_text(v1_pins(), "utf-8")
    (pins / "v2.txt").write_text(v2_pin(), "utf-8")


def v1_pins() -> str:
    """Return what pip would install for the newest awscli, with its hashes."""
    words = ["install", "--dry-run", "--ignore-installed", "--quiet", "--only-binary=:all:"]
    report = json.loads(said([sys.executable, "-m", "pip", *words, "--report", "-", "awscli"]))
    return "".join(map(requirement, report["install"]))


def requirement(item: dict[str, Any]) -> str:
    """Return an item of pip's report as a line of requirements."""
    name, version = item["metadata"]["name"], item["metadata"]["version"]
    digest = item["download_info"]["archive_info"]["hashes"]["sha256"]
    return f"{name}=={version} --hash=sha256:{digest}\n"


def v2_pin() -> str:
    """Return the newest release of the package that carries the official v2."""
    [(package, *_)] = pinned_lines("v2")
    found = json.loads(said(["npm", "view", package, "version", "dist.integrity", "--json"]))
    return f"{package} {found['version']} {found['dist.integrity']} {NEWEST}\n"


def said(words: Sequence[str]) -> str:
    """Return what a program prints on stdout."""
    return subprocess.run(words, stdout=subprocess.PIPE, check=True).stdout.decode("utf-8")


if __name__ == "__main__":
    sys.exit(main())
