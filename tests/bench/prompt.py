"""Time ``awscli-mfa prompt``: ``python -m tests.bench.prompt``.

As a whole process, against ``python -I -c pass`` of the same Python: what a shell waits for at
each prompt. The homes and the way of timing are those of ``tests.bench.credential_process``.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path

from tests.bench.credential_process import PAIRS, PROFILES, environment_of, measured, write_files
from tests.hosts.installed import install_console_script

BOUND = 2.0


def main() -> int:
    """Measure each place that a session lives in, and none; print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=PAIRS)
    pairs = parser.parse_args().pairs
    print("| awscli-mfa prompt | ours | python -I -c pass | ratio | bound |")
    print("| - | - | - | - | - |", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        script = install_console_script(Path(folder) / "venv", Path(folder) / "build")
        home = Path(folder) / "home"
        write_files(home)
        places = {profile: place for profile, (place, _) in PROFILES.items()}
        for profile, place in {**places, "nobody": "no session"}.items():
            command = [str(script), "prompt", "--profile", profile]
            check(command, home, has_session=profile in PROFILES)
            python = script.parent / "python"
            print(measured(place, command, python, home, pairs, BOUND), flush=True)
    return 0


def check(command: list[str], home: Path, *, has_session: bool) -> None:
    """Raise RuntimeError unless the command shows the session, or nothing where there is none."""
    done = subprocess.run(command, env=environment_of(home), capture_output=True, check=True)
    if (b"h" in done.stdout) is not has_session or done.stderr:
        raise RuntimeError(f"unexpected: {done!r}")


if __name__ == "__main__":
    raise SystemExit(main())
