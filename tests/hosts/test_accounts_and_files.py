"""Accounts, devices and files of all kinds that users have."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import pytest

from tests.hosts.cache import OLDEST_TOO
from tests.hosts.users import keys_of, serial_of, session_in, settle

if TYPE_CHECKING:
    from pathlib import Path

    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home

pytestmark = pytest.mark.parametrize("host", OLDEST_TOO, indirect=True)


def login_as(home: Home, aws: EmbeddedAws, name: str, *options: str) -> dict[str, str]:
    """Log in with a user's code; return what was shown as data."""
    code = aws.fresh_code(serial_of(aws, name))
    result = home.run("mfa", "login", "--token-code", code, "--output", "json", *options)
    assert result.returncode == 0, result.output
    data: dict[str, str] = json.loads(result.stdout)
    return data


def hosts_called(aws: EmbeddedAws) -> set[str]:
    """Return the names of STS endpoints that were called."""
    return {call.host for call in aws.calls if call.host.startswith("sts")}


REGIONLESS = {
    "ada": "sts.us-east-1.amazonaws.com",
    "gov": "sts.us-gov-west-1.amazonaws.com",
    "china": "sts.cn-north-1.amazonaws.com.cn",
}


@pytest.mark.parametrize(("name", "endpoint"), REGIONLESS.items(), ids=REGIONLESS.keys())
def test_without_a_region_a_regional_endpoint_is_called(
    home: Home, aws: EmbeddedAws, name: str, endpoint: str
) -> None:
    """Never the global one, whose tokens some regions reject; no region is saved."""
    home.write_credentials(keys_of(aws, name))
    login_as(home, aws, name, "--serial-number", serial_of(aws, name))
    assert hosts_called(aws) == {endpoint}
    assert "region" not in home.config.read_text()


@pytest.mark.parametrize(("name", "region"), [("gov", "us-gov-east-1"), ("china", "cn-north-1")])
def test_devices_are_found_in_other_partitions(
    home: Home, aws: EmbeddedAws, name: str, region: str
) -> None:
    """With a region of the partition, that partition's IAM is called."""
    home.write_config(f"[default]\nregion = {region}\n")
    home.write_credentials(keys_of(aws, name))
    assert login_as(home, aws, name)["MfaSerial"] == serial_of(aws, name)


def test_us_east_1_has_a_regional_endpoint_too(home: Home, aws: EmbeddedAws) -> None:
    """v1's legacy default would call the global endpoint there."""
    settle(home, aws)
    home.write_config("[default]\nregion = us-east-1\n")
    login_as(home, aws, "ada")
    assert hosts_called(aws) == {"sts.us-east-1.amazonaws.com"}


def test_keys_in_the_environment_and_no_files(home: Home, aws: EmbeddedAws) -> None:
    """Without ``~/.aws`` but for the wiring: the session profile is made, and managed."""
    user = aws.user("ada")
    env = {
        "AWS_ACCESS_KEY_ID": user.access_key_id,
        "AWS_SECRET_ACCESS_KEY": user.secret_access_key,
    }
    code = aws.fresh_code(serial_of(aws))
    result = home.run("mfa", "login", "--token-code", code, env=env)
    assert result.returncode == 0, result.output
    assert stat.S_IMODE(home.credentials.stat().st_mode) == 0o600
    assert "mfa_session = on" in home.config.read_text()
    assert home.run("mfa", "status").returncode == 0


def test_keys_in_the_environment_and_in_default(home: Home, aws: EmbeddedAws) -> None:
    """The environment's keys are used, and a note says so."""
    settle(home, aws, "grace")
    user = aws.user("ada")
    env = {
        "AWS_ACCESS_KEY_ID": user.access_key_id,
        "AWS_SECRET_ACCESS_KEY": user.secret_access_key,
    }
    code = aws.fresh_code(serial_of(aws))
    result = home.run("mfa", "login", "--token-code", code, env=env)
    assert result.returncode == 0, result.output
    assert "Using the long-lived keys from your environment" in result.stderr


def test_an_old_session_in_the_environment_is_ignored(home: Home, aws: EmbeddedAws) -> None:
    """With a note; the keys of profile default are used."""
    settle(home, aws)
    env = {
        "AWS_ACCESS_KEY_ID": "ASIALEFTOVER",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_SESSION_TOKEN": "old",
    }
    code = aws.fresh_code(serial_of(aws))
    result = home.run("mfa", "login", "--token-code", code, env=env)
    assert result.returncode == 0, result.output
    assert "Ignoring AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN from your environment" in result.stderr


def test_hardware_device_of_a_user_with_a_path(home: Home, aws: EmbeddedAws) -> None:
    """``GAHT…`` serials and paths in the user's ARN."""
    settle(home, aws, "grace")
    assert login_as(home, aws, "grace")["MfaSerial"] == "GAHT12345678"


def test_root_gets_an_hour(home: Home, aws: EmbeddedAws) -> None:
    """The expiration is the one that STS returned."""
    settle(home, aws, "root")
    code = aws.fresh_code(serial_of(aws, "root"))
    serial = serial_of(aws, "root")
    result = home.run("mfa", "login", "--token-code", code, "--serial-number", serial)
    assert result.returncode == 0, result.output
    assert "(1 h)" in result.stdout


def test_choosing_one_of_eight_devices_on_a_terminal(home: Home, aws: EmbeddedAws) -> None:
    """By its number; the choice is saved."""
    settle(home, aws, "many")
    terminal = home.spawn("mfa", "login")
    terminal.expect("8  many-8")
    terminal.expect("Which one? [1-8] ")
    terminal.send_line("3")
    terminal.expect("MFA code for many-3 (profile mfa), b to go back: ")
    terminal.send_line(aws.fresh_code("arn:aws:iam::123456789012:mfa/many-3"))
    assert terminal.wait() == 0, terminal.text
    assert "mfa_serial = arn:aws:iam::123456789012:mfa/many-3\n" in home.config.read_text()


def test_a_fido_key_beside_a_virtual_device(home: Home, aws: EmbeddedAws) -> None:
    """The one that shows codes is used."""
    settle(home, aws, "both")
    code = aws.fresh_code("arn:aws:iam::123456789012:mfa/both")
    result = home.run("mfa", "login", "--token-code", code)
    assert result.returncode == 0, result.output


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


AWKWARD = (
    "; a comment\r\n[other%s]\r\nkey = 100%% ünï\r\n# mine\r\naws_access_key_id=AKIAOTHER\r\n\r\n"
)


def test_every_other_byte_survives(home: Home, aws: EmbeddedAws) -> None:
    """CRLF, comments, ``%`` and unicode in other sections; a symlink stays one."""
    settle(home, aws)
    content = AWKWARD + keys_of(aws, "ada").replace("\n", "\r\n").rstrip()
    target = home.path / "real"
    target.write_bytes(content.encode())
    target.chmod(0o600)
    home.credentials.unlink()
    home.credentials.symlink_to(target)
    login_as(home, aws, "ada")
    assert home.credentials.is_symlink()
    assert target.read_bytes().startswith(content.encode())
    assert b"\n" not in target.read_bytes().replace(b"\r\n", b"")
    assert home.run("mfa", "logout").returncode == 0
    assert target.read_bytes() == content.encode()


def test_files_in_other_places(home: Home, aws: EmbeddedAws, tmp_path: Path) -> None:
    """``AWS_CONFIG_FILE`` and ``AWS_SHARED_CREDENTIALS_FILE`` are used."""
    settle(home, aws)
    config, credentials = tmp_path / "my config", tmp_path / "my credentials"
    home.config.rename(config)
    home.credentials.rename(credentials)
    env = {"AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": str(credentials)}
    code = aws.fresh_code(serial_of(aws))
    result = home.run("mfa", "login", "--token-code", code, env=env)
    assert result.returncode == 0, result.output
    assert "[mfa]" in credentials.read_text()
    assert not home.credentials.exists()


@pytest.mark.parametrize("variable", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
def test_aws_profile_names_the_session_profile(home: Home, aws: EmbeddedAws, variable: str) -> None:
    """As for the host's other commands."""
    settle(home, aws)
    code = aws.fresh_code(serial_of(aws))
    result = home.run("mfa", "login", "--token-code", code, env={variable: "work mfa"})
    assert result.returncode == 0, result.output
    assert session_in(home, "work mfa")
    assert home.run("s3", "ls", "--profile", "work mfa").returncode == 0
