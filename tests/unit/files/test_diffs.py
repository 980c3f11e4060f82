"""How a change of a file is shown."""

from __future__ import annotations

import pytest

from awscli_mfa_plugin.files.diffs import unified

BEFORE = """\
[default]
aws_secret_access_key = wJalrXUtnFEMI
mfa_process = totp JBSWY3DPEHPK3PXP
credential_process = v --pw hunter2
sso_client_secret = hunter3
q = !curl -H "token: hunter4"
region = eu-west-1
"""
SECRETS = ["wJalrXUtnFEMI", "JBSWY3DPEHPK3PXP", "hunter2", "hunter3", "hunter4"]


@pytest.mark.parametrize("secret", SECRETS)
def test_the_context_of_a_change_shows_no_secret(secret: str) -> None:
    """Unchanged lines are masked: diffs get copied into tickets."""
    for added in ("output = json\n", "aws_session_token = hunter5\n"):
        lines = BEFORE.splitlines(keepends=True)
        for at in range(1, len(lines) + 1):
            after = "".join([*lines[:at], added, *lines[at:]])
            shown = unified("config", BEFORE.encode(), after.encode())
            assert secret not in shown
            assert "hunter5" not in shown


def test_changed_lines_are_shown_whole() -> None:
    """The user must see a command that is about to be written."""
    after = f"{BEFORE}mfa_process2 = pass otp aws\n"
    shown = unified("config", BEFORE.encode(), after.encode())
    assert "+mfa_process2 = pass otp aws" in shown
    assert " region = eu-west-1" in shown
