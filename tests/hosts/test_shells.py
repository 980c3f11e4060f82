"""Real shells evaluate what ``aws mfa export`` prints, and reach AWS with it."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.hosts.sessions import log_in
from tests.hosts.test_export_and_exec import LEFTOVERS
from tests.hosts.test_renewal import settle_managed
from tests.hosts.users import session_in

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home

SH = 'eval "$(aws mfa export)"; env'
SCRIPTS = {
    "bash": f'{SH}; aws s3 ls; eval "$(aws mfa export --unset)"; env | grep "^AWS_[AS]"',
    "dash": SH,
    "zsh": SH,
    "fish": "aws mfa export | source; env",
    "tcsh": 'set backslash_quote; unset backslash_quote\neval "`aws mfa export`"\nenv\n',
}


@pytest.mark.parametrize("host", ["v2"], indirect=True)
@pytest.mark.parametrize("shell", SCRIPTS)
def test_a_shell_evaluates_export_and_unset(home: Home, aws: EmbeddedAws, shell: str) -> None:
    """The shell's format is the default; variables of an older session are replaced.

    That AWS is reached, and --unset, are the same in each; ``unit/export`` has the other texts.
    """
    if not shutil.which(shell, path="/usr/bin:/bin"):
        if os.environ.get("AWSCLI_MFA_REQUIRE_HOSTS"):
            pytest.fail(f"{shell} isn't installed", pytrace=False)
        pytest.skip(f"{shell} isn't installed")
    settle_managed(home, aws)
    log_in(home, aws)
    script = home.path / "script"
    script.write_text(SCRIPTS[shell])
    done = subprocess.run(
        [shell, str(script)],
        env=home.environment({**LEFTOVERS, "AWS_PROFILE": "mfa"}),
        cwd=home.path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        start_new_session=True,
        timeout=120,
        check=False,
    )
    lines = done.stdout.decode().splitlines()
    session = session_in(home)
    for name, option in (("ACCESS_KEY_ID", "access_key_id"), ("SESSION_TOKEN", "session_token")):
        assert f"AWS_{name}={session[f'aws_{option}']}" in lines, done.stderr
    assert not [line for line in lines if line.startswith("AWS_PROFILE=")]
    if shell == "bash":
        assert "reports" in lines[-1], done.stderr
