"""A home whose profile default has its long-lived key in a real keyring."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from tests.hosts.users import serial_of, settle
from tests.in_process.aws import Aws

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home, Result


class Stored:
    """A home whose profile default, an MFA profile, has its key in a keyring."""

    def __init__(self, home: Home, aws: EmbeddedAws, script: Path, env: Mapping[str, str]) -> None:
        """Give the home ada's key, and keep the script ``awscli-mfa``."""
        self.home, self.aws, self.script, self.env = home, aws, script, env
        settle(home, aws, config=f"mfa_session = on\nmfa_serial = {serial_of(aws)}\n")
        text = home.credentials.read_text().replace(
            "aws_access_key_id = ", "# mine\nAWS_ACCESS_KEY_ID="
        )
        home.write_credentials(f"{text}# mine\n")
        self.before = home.config.read_bytes(), home.credentials.read_bytes()

    def keyring(self, *words: str) -> str:
        """Run ``awscli-mfa keyring``; return what it printed."""
        done = subprocess.run(
            [str(self.script), "keyring", *words],
            env=self.home.environment(self.env),
            capture_output=True,
            text=True,
            start_new_session=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def log_in(self, profile: str = "default") -> None:
        """Log in, by ``awscli-mfa`` in this process."""
        inside = Aws(self.home.path, self.aws, dict(self.env), is_standalone=True)
        inside.log_in(profile)

    def run(self, *words: str) -> Result:
        """Run ``aws``."""
        return self.home.run(*words, env=self.env)

    def starts(self) -> int:
        """Return how often the keyring program was started."""
        moments = self.script.parent / "moments"
        return len(moments.read_text().splitlines()) // 2

    def files_with_the_secret(self) -> list[Path]:
        """Search every file of the home, byte by byte, for any secret key of the user."""
        files = (path for path in self.home.path.rglob("*") if path.is_file())
        secrets = [key.secret.encode() for key in self.aws.user("ada").access_keys]
        return [path for path in files if any(map(path.read_bytes().__contains__, secrets))]
