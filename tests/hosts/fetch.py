"""Fetch the real AWS CLIs and clients, as pinned: ``python -m tests.hosts.fetch``.

They go into the cache folder. It needs no root and leaves the PATH alone. What is there
already isn't changed.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from filelock import FileLock

from tests.hosts.cache import (
    CACHE,
    CLIENTS,
    HOSTS,
    PEERS,
    STAMP,
    WHEELS,
    host_folder,
    is_fetched,
    stamp,
)
from tests.hosts.recipes import Recipe, UnavailableError, build


def fetch(name: str, cache: Path = CACHE, build: Recipe = build) -> bool:
    """Put the host in place unless it is there; return whether anything was to do.

    The folder appears whole or not at all, also when this process is killed, and two
    processes that fetch the same host do it once. Raises UnavailableError.
    """
    cache.mkdir(parents=True, exist_ok=True)
    with FileLock(cache / f".{name}.lock"):
        if is_fetched(name, cache):
            return False
        for left_over in cache.glob(f".{name}.tmp-*"):
            # A package manager of a killed fetch may still write there; the next one gets the rest.
            shutil.rmtree(left_over, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=cache, prefix=f".{name}.tmp-") as scratch:
            made = Path(scratch, "made")
            made.mkdir()
            final = host_folder(name, cache)
            build(name, made, final)
            (made / STAMP).write_text(stamp(name), "utf-8")
            if final.exists():
                final.rename(Path(scratch, "replaced"))
            made.rename(final)
        return True


def main(arguments: list[str] | None = None) -> int:
    """Fetch the named hosts and clients, or all; return 1 if one of them isn't available."""
    known = (*HOSTS, *CLIENTS, PEERS)
    parser = argparse.ArgumentParser(prog="python -m tests.hosts.fetch", description=__doc__)
    parser.add_argument("hosts", nargs="*", metavar="HOST", help=f"of {', '.join(known)}")
    names = parser.parse_args(arguments).hosts
    unknown = set(names).difference(known)
    if unknown:
        parser.error(f"no such host: {', '.join(sorted(unknown))}")
    failed = False
    for name in [*(names or known), WHEELS]:
        try:
            outcome = "fetched" if fetch(name) else "there already"
        except UnavailableError as reason:
            failed = True
            outcome = f"not available: {reason}"
        print(f"{name}: {outcome}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
