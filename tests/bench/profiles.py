"""A login beside hundreds of thousands of other profiles, against the CLI's own reading of them.

Run it as ``python -m tests.bench.profiles [COUNT] [HOST…]``; it prints seconds of CPU.
"""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from tests.bench.__main__ import network_of
from tests.bench.wired import wired_hosts
from tests.hosts.home import Home
from tests.hosts.users import keys_of, serial_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.aws import EmbeddedAws
    from tests.hosts.host import Host


def main() -> int:
    """Measure the named hosts; print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=500_000)
    parser.add_argument("hosts", nargs="*", default=["v1", "v2"])
    chosen = parser.parse_args()
    print("| host | profiles | configure list, no plugin | login | status |\n| - | - | - | - | - |")
    for host, plugin, folder, aws in wired_hosts(chosen.hosts):
        without, ours = (crowded(host, folder, of, aws, chosen.count) for of in (None, plugin))
        code = aws.fresh_code(serial_of(aws))
        times = (
            seconds(without, "configure", "list"),
            seconds(ours, "mfa", "login", "--token-code", code),
            seconds(ours, "mfa", "status"),
        )
        cells = " | ".join(f"{time:.1f} s" for time in times)
        print(f"| {host.name} | {chosen.count} | {cells} |", flush=True)
    return 0


def crowded(host: Host, folder: Path, plugin: Path | None, aws: EmbeddedAws, count: int) -> Home:
    """Return a home whose files have this many other profiles."""
    home = Home(host, folder / ("crowded" if plugin else "crowded-plain"), plugin, network_of(aws))
    names = [f"team-{number:06d}" for number in range(count)]
    home.write_config(
        "[default]\nregion = eu-west-1\n[profile mfa]\nmfa_source_profile = default\n"
        + "".join(f"[profile {name}]\nregion = eu-west-1\noutput = json\n" for name in names)
    )
    others = "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = example\n"
    home.write_credentials(keys_of(aws, "ada") + "".join(f"[{name}]\n{others}" for name in names))
    return home


def seconds(home: Home, *words: str) -> float:
    """Run a command that must succeed; return the seconds of CPU that it took."""
    before = os.times()
    result = home.run(*words, timeout=1800)
    after = os.times()
    assert result.returncode == 0, result.output
    return (
        after.children_user + after.children_system - before.children_user - before.children_system
    )


if __name__ == "__main__":
    raise SystemExit(main())
