"""Time ``awscli-mfa credential-process``: ``python -m tests.bench.credential_process``.

On a valid session, as a whole process, against ``python -I -c pass`` of the same Python: what
an SDK waits for at each of its clients. The order within a pair alternates. Nothing here is a
test: a machine that does something else at the same time gives other figures.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

from botocore.credentials import JSONFileCache

from awscli_mfa_plugin.aws.roles import CacheOfSource, identity_of
from awscli_mfa_plugin.files.locks import Locks
from awscli_mfa_plugin.files.profiles import SharedConfigFiles
from awscli_mfa_plugin.files.session_cache import SessionCache
from awscli_mfa_plugin.files.state import StateFolder
from awscli_mfa_plugin.session.records import Session
from awscli_mfa_plugin.session.sections import session_options
from tests.hosts.installed import install_console_script

PAIRS = 60
BOUND = 2.5
OTHER_PROFILES = 20
ROLE = "arn:aws:iam::123456789012:role/ops"
KEYS = "aws_access_key_id = AKIAEXAMPLE000000000\naws_secret_access_key = of-nobody\n"
MANY_PROFILES = 10_000
PROFILES = {
    "mfa": ("session in the credentials file", BOUND),
    "work": ("session in the CLI's cache, beside own keys", BOUND),
    "ops": ("role in the CLI's cache", 3.0),
}
BOUND_OF_MANY = 5.0


def main() -> int:
    """Measure each place where a session can be; print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=PAIRS)
    pairs = parser.parse_args().pairs
    print("| awscli-mfa credential-process | ours | python -I -c pass | ratio | bound |")
    print("| - | - | - | - | - |", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        script = install_console_script(Path(folder) / "venv", Path(folder) / "build")
        few, many = Path(folder) / "home", Path(folder) / "home-of-many"
        write_files(few, OTHER_PROFILES)
        write_files(many, MANY_PROFILES)
        for profile, (place, bound) in PROFILES.items():
            command = [str(script), "credential-process", "--profile", profile]
            of_many = f"{place}, {MANY_PROFILES:,} profiles"
            for home, row, most in ((few, place, bound), (many, of_many, BOUND_OF_MANY)):
                check(command, home)
                python = script.parent / "python"
                print(measured(row, command, python, home, pairs, most), flush=True)
    return 0


def write_files(home: Path, number_of_others: int = OTHER_PROFILES) -> None:
    """Give a home a valid session in each place, among other profiles in both files."""
    others = [f"role{number}" for number in range(number_of_others)]
    aws = home / ".aws"
    aws.mkdir(parents=True)
    (aws / "config").write_text(
        "[profile mfa]\nregion = eu-west-1\nmfa_source_profile = default\n"
        "[profile work]\nregion = eu-west-1\nmfa_session = on\n"
        f"[profile ops]\nrole_arn = {ROLE}\nsource_profile = mfa\n"
        + "".join(f"[profile {name}]\nrole_arn = {name}\nsource_profile = mfa\n" for name in others)
    )
    issued = datetime.now(timezone.utc).replace(microsecond=0)
    token = "t" * 300  # AWS's own are about that long
    session = Session(
        "ASIAEXAMPLE000000000", "of-nobody", token, issued + timedelta(hours=12), issued
    )
    stored = "".join(f"{name} = {value}\n" for name, value in session_options(session).items())
    credentials = aws / "credentials"
    more = "".join(f"[other{name}]\n{KEYS}" for name in others)
    credentials.write_text(f"[default]\n{KEYS}{more}[work]\n{KEYS}[mfa]\n{stored}")
    locks = Locks(StateFolder(str(aws / "cli/awscli-mfa")))
    cache = SessionCache(str(aws / "cli/cache"), str(credentials), locks)
    cache.save("work", "AKIAEXAMPLE000000000", session)
    source = SharedConfigFiles.on_disk(str(aws / "config"), str(credentials), locks, cache)
    digest = botocores_name({"RoleArn": ROLE})
    cached = CacheOfSource(
        JSONFileCache(str(aws / "cli/cache")), identity_of(source.profile("mfa"))
    )
    cached[digest] = {
        "Credentials": {
            "AccessKeyId": session.access_key_id,
            "SecretAccessKey": session.secret_access_key,
            "SessionToken": token,
            "Expiration": (issued + timedelta(hours=1)).isoformat(),
        }
    }


def botocores_name(role: dict[str, str]) -> str:
    """Return botocore's name of a role in the cache."""
    return hashlib.sha1(json.dumps(role).encode(), usedforsecurity=False).hexdigest()


def check(command: list[str], home: Path) -> None:
    """Raise RuntimeError unless the command answers without an ``aws`` to start."""
    done = subprocess.run(command, env=environment_of(home), capture_output=True, check=False)
    if done.returncode or json.loads(done.stdout)["Version"] != 1:
        raise RuntimeError(f"no answer from the valid session: {done.stderr.decode()}")


def measured(
    place: str, command: list[str], python: Path, home: Path, pairs: int, bound: float
) -> str:
    """Run the pairs; return their line of the table."""
    ours: list[float] = []
    theirs: list[float] = []
    nothing = [str(python), "-I", "-c", "pass"]
    timed(nothing, home)
    for number in range(pairs):
        order = [(command, ours), (nothing, theirs)]
        for words, times in order if number % 2 else reversed(order):
            times.append(timed(words, home))
    ratio = statistics.median(our / their for our, their in zip(ours, theirs, strict=True))
    our, their = (statistics.median(times) * 1000 for times in (ours, theirs))
    return f"| {place} | {our:.1f} ms | {their:.1f} ms | {ratio:.2f} | {bound} |"


def timed(command: list[str], home: Path) -> float:
    """Return the seconds of one run."""
    environment = environment_of(home)
    begin = time.perf_counter()
    subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        check=True,
    )
    return time.perf_counter() - begin


def environment_of(home: Path) -> dict[str, str]:
    """Return an environment made from nothing; no ``aws`` is on its PATH."""
    return {"PATH": str(home), "HOME": str(home), "LANG": "C.UTF-8"}


if __name__ == "__main__":
    sys.exit(main())
