"""Print the table of times: ``python -m tests.bench [--pairs N] [HOST…]``.

Each row runs two commands in turn, as whole processes, and shows the median of each and the
median of their ratios. The order within a pair alternates. Nothing here is a test: a machine
that does something else at the same time gives other figures.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.bench.wired import wired_hosts
from tests.hosts.cache import HOSTS
from tests.hosts.home import Home
from tests.hosts.users import keys_of, serial_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.aws import EmbeddedAws
    from tests.hosts.host import Host

REGION = "eu-west-1"
PAIRS = 40


@dataclass(frozen=True)
class Side:
    """One command of a pair: its home, its arguments, and what is prepared before each run."""

    home: Home
    arguments: Callable[[], list[str]]
    prepare: Callable[[], None] = lambda: None
    typed: Callable[[], str] = lambda: ""


@dataclass(frozen=True)
class Row:
    """A line of the table: ours against theirs, and the limit that we aim at."""

    name: str
    ours: Side
    theirs: Side
    bound: float


def main() -> int:
    """Measure the named hosts; print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("hosts", nargs="*", default=list(HOSTS))
    chosen = parser.parse_args()
    print("| host | pair | ours | theirs | ratio | bound |\n| - | - | - | - | - | - |", flush=True)
    for wired in wired_hosts(chosen.hosts):
        for row in rows_of(*wired):
            print(measured(wired.host, row, chosen.pairs), flush=True)
    return 0


def rows_of(host: Host, plugin: Path, folder: Path, aws: EmbeddedAws) -> list[Row]:
    """Return the pairs of a host, each with homes of its own."""
    with_plugin, without = homes(host, plugin, folder, aws)
    caller = ["sts", "get-caller-identity"]
    timed(Side(with_plugin, lambda: ["mfa", "login", "--dry-run"]))  # compiles the plugin once
    rows = [
        Row("plain command", Side(with_plugin, lambda: caller), Side(without, lambda: caller), 1.02)
    ]
    rows += renewals(with_plugin, without, aws)
    for count in (10, 10_000):
        home = Home(host, folder / f"profiles-{count}", plugin, network_of(aws))
        write_profiles(home, aws, count)
        rows.append(
            Row(
                f"status, {count} profiles",
                Side(home, lambda: ["mfa", "status"]),
                Side(home, lambda: ["configure", "list"]),
                1.1,
            )
        )
    return rows


def homes(host: Host, plugin: Path, folder: Path, aws: EmbeddedAws) -> tuple[Home, Home]:
    """Return a home with the plugin and one without, alike otherwise."""
    pair = (
        Home(host, folder / "with", plugin, network_of(aws)),
        Home(host, folder / "without", None, network_of(aws)),
    )
    for home in pair:
        home.write_config(
            f"[default]\nregion = {REGION}\n"
            f"[profile mfa]\nregion = {REGION}\nmfa_source_profile = default\n"
            f"mfa_serial = {serial_of(aws)}\n"
        )
        home.write_credentials(keys_of(aws, "ada"))
    return pair


def renewals(with_plugin: Home, without: Home, aws: EmbeddedAws) -> list[Row]:
    """Return a renewal with the serial known, beside what the CLI itself has for it."""
    serial = serial_of(aws)

    def forget_codes() -> None:
        """Let the same step's code be used again, here and in the embedded AWS."""
        aws.reset()
        for path in with_plugin.aws_folder.glob("cli/awscli-mfa/used-*"):
            path.unlink()

    def code() -> str:
        return aws.token_code(serial)

    ours = Side(
        with_plugin,
        lambda: ["mfa", "login", "--profile", "mfa", "--force", "--token-code", code()],
        forget_codes,
    )
    theirs = Side(
        without,
        lambda: [
            *("sts", "get-session-token", "--serial-number", serial),
            *("--token-code", code(), "--duration-seconds", "43200"),
        ],
        forget_codes,
    )
    rows = [Row("renewal, sts get-session-token", ours, theirs, 1.0)]
    if without.host.is_frozen:
        command = ["configure", "mfa-login", "--serial-number", serial, "--update-profile", "made"]
        login = Side(without, lambda: command, forget_codes, lambda: f"{code()}\n")
        rows.append(Row("renewal, configure mfa-login", ours, login, 1.0))
    return rows


def network_of(aws: EmbeddedAws) -> dict[str, str]:
    """Return the variables that lead to the embedded AWS."""
    return {"HTTPS_PROXY": aws.proxy_url, "AWS_CA_BUNDLE": str(aws.ca_bundle)}


def write_profiles(home: Home, aws: EmbeddedAws, count: int) -> None:
    """Write so many profiles to both files, one of them with a session."""
    config = [f"[default]\nregion = {REGION}\n[profile mfa]\nmfa_source_profile = default\n"]
    config += [f"[profile p{number}]\nregion = {REGION}\n" for number in range(count)]
    home.write_config("".join(config))
    keys = "aws_access_key_id = AKIAX\naws_secret_access_key = x\n"
    session = f"[mfa]\n{keys}aws_session_token = t\nmanager = awscli-mfa-plugin\n"
    credentials = [keys_of(aws, "ada"), session, "expiration = 2099-01-01T00:00:00+00:00\n"]
    credentials += [f"[p{number}]\n{keys}" for number in range(count)]
    home.write_credentials("".join(credentials))


def measured(host: Host, row: Row, pairs: int) -> str:
    """Run a row's pairs; return its line of the table."""
    timed(row.ours), timed(row.theirs)  # whatever is only compiled or read once
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(pairs):
        order = [(row.ours, ours), (row.theirs, theirs)]
        for side, times in order if number % 2 else reversed(order):
            times.append(timed(side))
    ratio = statistics.median(our / their for our, their in zip(ours, theirs, strict=True))
    our, their = (statistics.median(times) * 1000 for times in (ours, theirs))
    return (
        f"| {host.name} | {row.name} | {our:.0f} ms | {their:.0f} ms "
        f"| {ratio:.3f} | {row.bound:g} |"
    )


def timed(side: Side) -> float:
    """Return the seconds of one run; raise RuntimeError if the command failed."""
    side.prepare()
    command = [str(side.home.host.aws), *side.arguments()]
    environment, typed = side.home.environment(), side.typed().encode()
    begin = time.perf_counter()
    done = subprocess.run(
        command, env=environment, cwd=side.home.path, input=typed, capture_output=True, check=False
    )
    seconds = time.perf_counter() - begin
    if done.returncode:
        raise RuntimeError(f"{command[1:4]} ended with {done.returncode}: {done.stderr.decode()}")
    return seconds


if __name__ == "__main__":
    sys.exit(main())
