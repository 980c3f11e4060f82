"""The folder of fetched hosts, and whether each is what the pins name."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

# The pins of this checkout, or of the newest versions (tests/hosts/newest.py).
PINS = Path(os.environ.get("AWSCLI_MFA_PINS") or Path(__file__).parent / "pins")
HOSTS = ("v1", "v1-split", "v1-boto3", "v2", "v2-oldest", "v2-middle", "v2-debian")
# Programs that use AWS's other SDKs, which read what the plugin writes.
PACKAGED = ("terraform", "rclone-go2", "deltalake", "pyarrow")  # in packages for Python
CLIENTS = ("js-sdk", "rclone", *PACKAGED)
# Where a test runs unless it names other hosts, since each start of ``aws`` counts.
KINDS = ("v1", "v2")
# For what uses the CLI's own credential chain, which is older on Debian.
CHAINS = (*KINDS, "v2-debian")
# For what must work on the oldest official build too: logins, roles, keys, secrets.
OLDEST_TOO = (*KINDS, "v2-oldest")
# For what is the same on each but for how options are read.
EXTREMES = ("v1", "v2", "v2-oldest")
# Other MFA tools, of which tests make homes to import.
PEERS = "peers"
# Those of them that have no wheel.
FROM_SOURCE = "peers-source"
# The wheels that the plugin depends on, so that installing it needs no network.
WHEELS = "plugin"
# A prefix of Wine, made by tests/windows.
WINDOWS = "windows"
# Raise it when the way a host is built changes: then all are fetched again.
RECIPE = 1
STAMP = ".pinned"


def _cache_folder() -> Path:
    named = os.environ.get("AWSCLI_MFA_HOSTS")
    if named:
        return Path(named)
    home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(home).expanduser() / "awscli-mfa-plugin" / "hosts"


# The folder that holds one folder for each host; it may not exist yet. Looked up once: the
# tests have a home of their own.
CACHE = _cache_folder().absolute()


def host_folder(name: str, cache: Path = CACHE) -> Path:
    """Return where the host (the client, the wheels) of this name belongs."""
    return cache / name


def pin_file(name: str, pins: Path = PINS) -> Path:
    """Return the file that pins this host by version and hash."""
    return pins / f"{name}.txt"


def pinned_lines(name: str) -> list[list[str]]:
    """Return the words of each line of a pin file that isn't a comment."""
    lines = pin_file(name).read_text("utf-8").splitlines()
    return [line.split() for line in lines if line and not line.startswith("#")]


def npm_pins(name: str, pins: Path = PINS) -> tuple[Path, Path]:
    """Return the package.json and the package-lock.json that pin what npm installs."""
    return pins / name / "package.json", pins / name / "package-lock.json"


def stamp(name: str, pins: Path = PINS) -> str:
    """Return what a fetched host must be stamped with: its pins and the Python it is made for."""
    single = pin_file(name, pins)
    files = (single,) if single.exists() else npm_pins(name, pins)
    if name == PEERS:
        files = (single, pin_file(FROM_SOURCE, pins))
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    uses_python = name.startswith(("v1", PEERS, WINDOWS)) or name in PACKAGED
    made_for = f"{sys.base_prefix} {sys.version.split()[0]}" if uses_python else "any"
    return f"recipe {RECIPE}\npins {digest}\npython {made_for}\n"


def is_fetched(name: str, cache: Path = CACHE) -> bool:
    """Return whether the host is there, whole, and as pinned today."""
    try:
        return (host_folder(name, cache) / STAMP).read_text("utf-8") == stamp(name)
    except FileNotFoundError:
        return False
