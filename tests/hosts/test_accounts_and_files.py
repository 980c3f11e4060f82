"""Accounts and files of all kinds that users have, where a CLI's own data or prompts count.

``tests/in_process/test_accounts.py`` shows the others.
"""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import pytest

from tests.hosts.users import keys_of, serial_of, session_in, settle

if TYPE_CHECKING:
    from pathlib import Path

    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home

on_v2 = pytest.mark.parametrize("host", ["v2"], indirect=True)


def login_as(home: Home, aws: EmbeddedAws, name: str, *options: str) -> dict[str, str]:
    """Log in with a user's code; return what was shown as data."""
    code = aws.fresh_code(serial_of(aws, name))
    result = home.run("mfa", "login", "--token-code", code, "--output", "json", *options)
    assert result.returncode == 0, result.output
    data: dict[str, str] = json.loads(result.stdout)
    return data


@pytest.mark.parametrize(
    ("host", "name", "endpoint"),
    [
        ("v2", "ada", "sts.us-east-1.amazonaws.com"),
        ("v2-oldest", "ada", "sts.us-east-1.amazonaws.com"),
        ("v2-oldest", "gov", "sts.us-gov-west-1.amazonaws.com"),
    ],
    indirect=["host"],
)
def test_without_a_region_a_regional_endpoint_is_called(
    home: Home, aws: EmbeddedAws, name: str, endpoint: str
) -> None:
    """Never the global one, whose tokens some regions reject; no region is saved."""
    home.write_credentials(keys_of(aws, name))
    login_as(home, aws, name, "--serial-number", serial_of(aws, name))
    assert {call.host for call in aws.calls if call.host.startswith("sts")} == {endpoint}
    assert "region" not in home.config.read_text()


@pytest.mark.parametrize(
    ("host", "name", "region"),
    [("v2", "gov", "us-gov-east-1"), ("v2-oldest", "china", "cn-north-1")],
    indirect=["host"],
)
def test_devices_are_found_in_other_partitions(
    home: Home, aws: EmbeddedAws, name: str, region: str
) -> None:
    """With a region of the partition, that partition's IAM is called."""
    home.write_config(f"[default]\nregion = {region}\n")
    home.write_credentials(keys_of(aws, name))
    assert login_as(home, aws, name)["MfaSerial"] == serial_of(aws, name)


@on_v2
def test_keys_in_the_environment_and_files_in_other_places(
    home: Home, aws: EmbeddedAws, tmp_path: Path
) -> None:
    """Without a credentials file: the session profile of AWS_DEFAULT_PROFILE is made there."""
    user = aws.user("ada")
    config, credentials = tmp_path / "my config", tmp_path / "my credentials"
    home.config.rename(config)
    env = {
        "AWS_CONFIG_FILE": str(config),
        "AWS_SHARED_CREDENTIALS_FILE": str(credentials),
        "AWS_DEFAULT_PROFILE": "work mfa",
    }
    keys = {
        "AWS_ACCESS_KEY_ID": user.access_key_id,
        "AWS_SECRET_ACCESS_KEY": user.secret_access_key,
    }
    code = aws.fresh_code(serial_of(aws))
    result = home.run("mfa", "login", "--token-code", code, env={**env, **keys})
    assert result.returncode == 0, result.output
    assert stat.S_IMODE(credentials.stat().st_mode) == 0o600
    assert not home.credentials.exists()
    listed = home.run("s3", "ls", env=env)
    assert listed.returncode == 0, listed.output
    credentials.rename(home.credentials)
    assert session_in(home, "work mfa")["manager"] == "awscli-mfa-plugin"


@on_v2
def test_the_serial_is_prompted_for_if_listing_is_denied(home: Home, aws: EmbeddedAws) -> None:
    """Once, on a terminal, with the place in the console."""
    settle(home, aws, "denied")
    terminal = home.spawn("mfa", "login")
    terminal.expect("Security credentials")
    terminal.expect("MFA serial: ")
    terminal.send_line(serial_of(aws, "denied"))
    terminal.expect("(profile mfa): ")
    terminal.send_line(aws.fresh_code(serial_of(aws, "denied")))
    assert terminal.wait() == 0, terminal.text
