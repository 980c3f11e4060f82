"""``aws mfa status``, ``logout`` and ``devices`` on the real CLIs.

``tests/in_process`` has a file on each.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.hosts.sessions import log_in
from tests.hosts.users import session_in, settle

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home

on_v2 = pytest.mark.parametrize("host", ["v2"], indirect=True)


def test_status_on_a_terminal_has_a_bar(home: Home, aws: EmbeddedAws) -> None:
    """It shows how much is left, and makes no call."""
    settle(home, aws)
    log_in(home, aws)
    before = len(aws.calls)
    result = home.run("mfa", "status", tty=True)
    assert result.returncode == 0, result.output
    assert "mfa  valid" in result.stdout
    assert "█" * 20 in result.stdout
    assert len(aws.calls) == before


@on_v2
def test_data_and_text_elsewhere(home: Home, aws: EmbeddedAws) -> None:
    """Status and devices as data, by the CLI's own formatter; a logout removes the session."""
    settle(home, aws, config="output = json\n")
    before = home.credentials.read_bytes()
    log_in(home, aws)
    (session,) = json.loads(home.run("mfa", "status", "--output", "json").stdout)["Sessions"]
    assert (session["Profile"], session["State"]) == ("mfa", "valid")
    devices = home.run("mfa", "devices", "--query", "Devices[].Type", "--output", "text")
    assert devices.stdout == "virtual\n", devices.output
    logout = home.run("mfa", "logout")
    assert logout.returncode == 0, logout.output
    assert "Copies of the session stay valid until" in logout.stdout
    assert home.credentials.read_bytes() == before
    assert session_in(home) == {}
