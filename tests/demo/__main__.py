"""Show the main job: a call denied, a login with a live code, the status, the call allowed.

``make demo`` runs it with the AWS CLI v1 of the virtual environment; ``--aws PATH`` takes
another one that has the plugin wired. Nothing outside a temporary folder is touched.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.aws import EmbeddedAws

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

USER = "ada"
REGION = "eu-west-1"


def main() -> int:
    """Run the demo; return 0 if each step succeeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--aws", default=str(Path(sys.executable).with_name("aws")))
    parser.add_argument("--plugin-path", help="for v2: the folder that holds the plugin")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, EmbeddedAws(None) as aws:
        home = Path(folder)
        write_home(home, aws, chosen.plugin_path)
        environment = environment_of(home, aws)
        code = aws.fresh_code(aws.user(USER).devices[0].serial)
        print(f"An embedded AWS runs on this machine, and a home in {home} with {USER}'s keys.\n")
        steps = [
            (["s3", "ls", "--profile", "default"], False),
            (["mfa", "login", "--profile", "mfa", "--token-code", code], True),
            (["mfa", "status"], True),
            (["s3", "ls", "--profile", "mfa"], True),
        ]
        results = [run(chosen.aws, step, environment) == good for step, good in steps]
    print("The same call was denied without MFA and allowed with it." if all(results) else "No!")
    return 0 if all(results) else 1


def write_home(home: Path, aws: EmbeddedAws, plugin_path: str | None) -> None:
    """Write the two shared files of the user: long-lived keys, a region, the plugin."""
    user = aws.user(USER)
    folder = home / ".aws"
    folder.mkdir(mode=0o700)
    path = f"cli_legacy_plugin_path = {plugin_path}\n" if plugin_path else ""
    (folder / "config").write_text(
        f"[plugins]\nmfa = awscli_mfa_plugin\n{path}\n[default]\nregion = {REGION}\n", "utf-8"
    )
    credentials = folder / "credentials"
    credentials.touch(mode=0o600)
    credentials.write_text(
        f"[default]\naws_access_key_id = {user.access_key_id}\n"
        f"aws_secret_access_key = {user.secret_access_key}\n",
        "utf-8",
    )


def environment_of(home: Path, aws: EmbeddedAws) -> dict[str, str]:
    """Return an environment from nothing, in which AWS's own names lead to the embedded one."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(home),
        "USERPROFILE": str(home),
        "LANG": "C.UTF-8",
        "HTTPS_PROXY": aws.proxy_url,
        "AWS_CA_BUNDLE": str(aws.ca_bundle),
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def run(aws: str, arguments: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Show a command as it would be typed, run it, and return whether it succeeded."""
    print(f"$ {shlex.join(['aws', *arguments])}", flush=True)
    done = subprocess.run(
        [aws, *arguments],
        env=dict(environment),
        cwd=environment["HOME"],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        check=False,
    )
    print(flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
