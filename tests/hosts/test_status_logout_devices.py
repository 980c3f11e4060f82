"""``aws mfa status``, ``logout`` and ``devices`` on the real CLIs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.hosts.sessions import log_in
from tests.hosts.users import keys_of, session_in, settle

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home


def test_status_without_any_session(home: Home) -> None:
    """It says how to make one; exit code 1."""
    result = home.run("mfa", "status")
    assert result.returncode == 1, result.output
    assert "aws mfa login --profile mfa" in result.stdout


def test_status_of_a_session(home: Home, aws: EmbeddedAws) -> None:
    """State, time left, source and device, without a call."""
    settle(home, aws)
    log_in(home, aws)
    before = len(aws.calls)
    result = home.run("mfa", "status")
    assert result.returncode == 0, result.output
    assert "mfa  valid     until " in result.stdout
    assert "11 h 59 min left" in result.stdout
    assert "from default with ada" in result.stdout
    assert home.run("mfa", "status", "--min-remaining", "43201").returncode == 1
    assert len(aws.calls) == before


def test_status_as_data(home: Home, aws: EmbeddedAws) -> None:
    """In AWS's casing."""
    settle(home, aws)
    log_in(home, aws)
    data = json.loads(home.run("mfa", "status", "--output", "json").stdout)
    (session,) = data["Sessions"]
    assert list(data) == ["Sessions"]
    assert list(session) == [
        "Profile",
        "SourceProfile",
        "MfaSerial",
        "State",
        "Expiration",
        "RemainingSeconds",
    ]
    assert session["State"] == "valid"
    assert 43100 < session["RemainingSeconds"] <= 43200


def test_a_configured_output_does_not_change_the_text(home: Home, aws: EmbeddedAws) -> None:
    """Only an explicit --output or --query asks for data."""
    settle(home, aws, config="output = json\n")
    log_in(home, aws)
    assert home.run("mfa", "status").stdout.startswith("mfa  valid")


def test_status_on_a_terminal_has_a_bar(home: Home, aws: EmbeddedAws) -> None:
    """It shows how much is left."""
    settle(home, aws)
    log_in(home, aws)
    result = home.run("mfa", "status", tty=True)
    assert "█" * 20 in result.stdout


def test_sessions_of_other_tools_are_listed_separately(home: Home, aws: EmbeddedAws) -> None:
    """They are known by the keys that those tools write, and don't count for the exit code."""
    settle(home, aws)
    home.write_credentials(
        keys_of(aws, "ada")
        + "[work]\naws_access_key_id = ASIAX\naws_secret_access_key = x\naws_session_token = t\n"
        + "expiration = 2001-01-01 00:00:00\naws_security_token = t\n"
    )
    result = home.run("mfa", "status")
    assert "From other tools:\nwork  expired" in result.stdout
    assert "written by aws-mfa" in result.stdout


def test_logout_removes_only_the_session(home: Home, aws: EmbeddedAws) -> None:
    """The file is as before the login; the settings stay until --forget."""
    settle(home, aws)
    before = home.credentials.read_bytes()
    log_in(home, aws)
    result = home.run("mfa", "logout")
    assert result.returncode == 0, result.output
    assert "Copies of the session stay valid until" in result.stdout
    assert home.credentials.read_bytes() == before
    assert "mfa_source_profile = default" in home.config.read_text()
    forgotten = home.run("mfa", "logout", "--forget")
    assert forgotten.returncode == 0, forgotten.output
    assert "mfa_source_profile" not in home.config.read_text()


def test_logout_of_all(home: Home, aws: EmbeddedAws) -> None:
    """Every managed profile loses its session."""
    settle(home, aws)
    log_in(home, aws)
    result = home.run("mfa", "logout", "--all")
    assert result.returncode == 0, result.output
    assert session_in(home) == {}


def test_devices_of_a_user_with_a_fido_key(home: Home, aws: EmbeddedAws) -> None:
    """All are listed; a line below says why the FIDO key can't be used."""
    settle(home, aws, "both")
    result = home.run("mfa", "devices")
    assert result.returncode == 0, result.output
    assert "doesn't work here" in result.stdout
    assert "\nboth " in result.stdout
    assert "aws login" in result.stdout


def test_devices_as_data(home: Home, aws: EmbeddedAws) -> None:
    """Eight devices in AWS's casing."""
    settle(home, aws, "many")
    data = json.loads(home.run("mfa", "devices", "--output", "json").stdout)
    assert len(data["Devices"]) == 8
    assert data["Devices"][0]["Type"] == "virtual"
