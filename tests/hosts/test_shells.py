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

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home

SH = (
    'eval "$(aws mfa export)"; echo "profile:$AWS_PROFILE:"; aws s3 ls; '
    'eval "$(aws mfa export --unset)"; echo "id:$AWS_ACCESS_KEY_ID:$AWS_SESSION_TOKEN:"'
)
SCRIPTS = {
    "bash": SH,
    "dash": SH,
    "zsh": SH,
    "fish": (
        'aws mfa export | source; echo "profile:$AWS_PROFILE:"; aws s3 ls; '
        'aws mfa export --unset | source; echo "id:$AWS_ACCESS_KEY_ID:$AWS_SESSION_TOKEN:"'
    ),
    "tcsh": (
        "set backslash_quote; unset backslash_quote\n"
        'eval "`aws mfa export`"\nif ($?AWS_PROFILE) echo a profile\necho "profile::"\n'
        'aws s3 ls\neval "`aws mfa export --unset`"\n'
        "if ($?AWS_SESSION_TOKEN) echo a token\necho id:::\n"
    ),
}


@pytest.mark.parametrize("host", ["v2"], indirect=True)
@pytest.mark.parametrize("shell", SCRIPTS)
def test_a_shell_evaluates_export_and_unset(home: Home, aws: EmbeddedAws, shell: str) -> None:
    """The shell's format is the default; variables of an older session are replaced."""
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
    assert lines[0] == "profile::", done.stderr
    assert "reports" in lines[1], done.stderr
    assert lines[-1] == "id:::", done.stderr
