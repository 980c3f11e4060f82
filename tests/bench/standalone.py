"""Time ``awscli-mfa login`` beside aws-mfa and ``aws mfa login``.

``python -m tests.bench.standalone [HOST…]``: whole processes in pairs against the embedded AWS,
which get the code on stdin, and the medians of their ratios: of the time, and of the CPU time,
which a busy machine changes less. aws-mfa comes from PyPI, into the same virtual environment: the
same Python and the same botocore.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import botocore

from tests.bench.wired import Wired, wired_hosts
from tests.hosts.home import Home
from tests.hosts.installed import install_console_script
from tests.hosts.users import REGION, keys_of, serial_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.aws import EmbeddedAws

Times = tuple[float, float]
"""Seconds of the whole process, and of the CPU."""

PAIRS = 40
PEER = "aws-mfa==0.0.12"
BOUND = 0.9


@dataclass(frozen=True)
class Login:
    """A way to log in with a code on stdin: its command, and its environment."""

    words: list[str]
    environment: dict[str, str]


def main() -> int:
    """Measure against aws-mfa, then against each named host; print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("hosts", nargs="*", default=["v1", "v2"])
    chosen = parser.parse_args()
    print("| awscli-mfa login, and | ours | theirs | ratio | of CPU time | bound |")
    print("| - | - | - | - | - | - |", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        script = install_console_script(Path(folder) / "venv", Path(folder) / "build")
        install_peer(script.parent / "python")
        for number, wired in enumerate(wired_hosts(chosen.hosts)):
            ours, peer, cli = logins(wired, script)
            rows = [] if number else [(PEER, peer)]
            rows.append((f"aws mfa login, {wired.host.name}", cli))
            for name, theirs in rows:
                print(measured(name, ours, theirs, wired, chosen.pairs), flush=True)
    return 0


def install_peer(python: Path) -> None:
    """Install aws-mfa and the botocore of this Python beside our script."""
    words = (PEER, f"botocore=={botocore.__version__}", "filelock<3.15", "ruamel.yaml", "segno")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", *words], check=True, stderr=subprocess.DEVNULL)


def logins(wired: Wired, script: Path) -> tuple[Login, Login, Login]:
    """Return ours, aws-mfa's and the plugin's login, each in a home of its own."""
    network = {"HTTPS_PROXY": wired.aws.proxy_url, "AWS_CA_BUNDLE": str(wired.aws.ca_bundle)}
    serial = serial_of(wired.aws)
    settings = f"region = {REGION}\nmfa_source_profile = default\nmfa_serial = {serial}\n"
    homes = [
        Home(wired.host, wired.folder / name, plugin, network)
        for name, plugin in (("ours", None), ("peer", None), ("cli", wired.plugin))
    ]
    for home in homes:
        home.write_config(f"[default]\nregion = {REGION}\n[profile mfa]\n{settings}")
        home.write_credentials(keys_of(wired.aws, "ada"))
    peers = f"{keys_of(wired.aws, 'ada', 'mfa-long-term')}aws_mfa_device = {serial}\n"
    homes[1].write_credentials(peers)
    environments = [{**home.environment(), "PATH": "/usr/bin:/bin"} for home in homes]
    ours = ["login", "--profile", "mfa", "--force", "--token-code", "-"]
    theirs = ["--profile", "mfa", "--force", "--duration", "43200"]
    peer = script.parent / "aws-mfa"
    return (
        Login([str(script), *ours], environments[0]),
        Login([str(peer), *theirs], {**environments[1], "AWS_DEFAULT_REGION": REGION}),
        Login([str(wired.host.aws), "mfa", *ours], environments[2]),
    )


def measured(name: str, ours: Login, theirs: Login, wired: Wired, pairs: int) -> str:
    """Run the pairs; return their line of the table."""
    run = timer(wired.aws)
    run(ours), run(theirs)  # whatever is only compiled or read once
    times: list[tuple[Times, Times]] = []
    for number in range(pairs):
        if number % 2:
            our, their = run(ours), run(theirs)
        else:
            their, our = run(theirs), run(ours)
        times.append((our, their))
    ratio, of_cpu = (
        statistics.median(our[at] / their[at] for our, their in times) for at in (0, 1)
    )
    our_ms, their_ms = (
        statistics.median(each[0] for each in side) * 1000 for side in zip(*times, strict=True)
    )
    bound = BOUND if name == PEER else 1
    return (
        f"| {name} | {our_ms:.0f} ms | {their_ms:.0f} ms | {ratio:.3f} | {of_cpu:.3f} | {bound} |"
    )


def timer(aws: EmbeddedAws) -> Callable[[Login], Times]:
    """Return what runs a login with a code that is accepted, and returns its times."""

    def run(login: Login) -> Times:
        aws.reset()
        for path in Path(login.environment["HOME"]).glob(".aws/cli/awscli-mfa/used-*"):
            path.unlink()
        code = f"{aws.token_code(serial_of(aws))}\n".encode()
        before, begin = os.times(), time.perf_counter()
        done = subprocess.run(
            login.words, env=login.environment, input=code, capture_output=True, check=False
        )
        seconds, after = time.perf_counter() - begin, os.times()
        if done.returncode or aws.calls[-1].action != "GetSessionToken":
            raise RuntimeError(f"{login.words} failed: {(done.stdout + done.stderr).decode()}")
        cpu = sum(after[2:4]) - sum(before[2:4])
        return seconds, cpu

    return run


if __name__ == "__main__":
    sys.exit(main())
