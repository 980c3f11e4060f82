"""Logins at once on the real CLI: nothing is lost, no code is used twice.

``tests/unit/files/test_many_writers.py`` shows it with two hundred writers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hosts.users import codes_used, keys_of, serial_of, session_in, settle

if TYPE_CHECKING:
    import subprocess

    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home

SIX = [f"user{number:02}" for number in range(1, 7)]


def ended(processes: list[subprocess.Popen[bytes]]) -> list[tuple[int, bytes]]:
    """Wait for all; return exit codes and what was written to stderr."""
    return [(process.wait(), process.communicate()[1]) for process in processes]


@pytest.mark.parametrize("host", ["v2"], indirect=True)
def test_logins_to_several_profiles(home: Home, aws: EmbeddedAws) -> None:
    """All sessions are there, and all the keys too."""
    settle(home, aws)
    keys = "".join(keys_of(aws, name, name) for name in SIX)
    home.write_credentials(keys)
    started = [
        home.start(
            *("mfa", "login", "--profile", f"mfa-{name}", "--source-profile", name),
            # The code of the next step: six processes on two cores are slow.
            *("--token-code", aws.token_code(serial_of(aws, name), steps=1)),
        )
        for name in SIX
    ]
    for code, stderr in ended(started):
        assert code == 0, stderr.decode()
    assert home.credentials.read_text().startswith(keys.rstrip())
    for name in SIX:
        assert session_in(home, f"mfa-{name}")["manager"] == "awscli-mfa-plugin"
        assert f"[profile mfa-{name}]" in home.config.read_text()


@pytest.mark.parametrize("host", ["v2"], indirect=True)
def test_logins_to_one_profile(home: Home, aws: EmbeddedAws) -> None:
    """One code used, six successes."""
    settle(home, aws)
    code = aws.fresh_code(serial_of(aws))
    started = [home.start("mfa", "login", "--token-code", code) for _ in SIX]
    for returncode, stderr in ended(started):
        assert returncode == 0, stderr.decode()
    assert codes_used(aws) == 1
    assert sum(1 for call in aws.calls if call.action == "GetSessionToken") == 1
