"""A login in accounts and with files of all kinds that users have."""

from __future__ import annotations

import json
import os
import stat
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.in_process.aws import Aws


def login_as(aws: Aws, name: str, *options: str) -> dict[str, str]:
    """Log in with a user's code; return what was shown as data."""
    words = ("mfa", "login", "--token-code", aws.code(name), "--output", "json", *options)
    result = aws.run(*words)
    assert result.code == 0, result.output
    data: dict[str, str] = json.loads(result.stdout)
    return data


def sts_hosts(aws: Aws) -> set[str]:
    """Return the names of STS endpoints that were called."""
    return {call.host for call in aws.service.calls if call.host.startswith("sts")}


REGIONLESS = {
    "ada": "sts.us-east-1.amazonaws.com",
    "gov": "sts.us-gov-west-1.amazonaws.com",
    "china": "sts.cn-north-1.amazonaws.com.cn",
}


@pytest.mark.parametrize(("name", "endpoint"), REGIONLESS.items(), ids=REGIONLESS.keys())
def test_without_a_region_a_regional_endpoint_is_called(aws: Aws, name: str, endpoint: str) -> None:
    """Never the global one, whose tokens some regions reject; no region is saved."""
    aws.write_credentials(aws.keys(name))
    login_as(aws, name, "--serial-number", aws.serial(name))
    assert sts_hosts(aws) == {endpoint}
    assert "region" not in aws.config.read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "region"), [("gov", "us-gov-east-1"), ("china", "cn-north-1"), ("ada", "us-east-1")]
)
def test_the_endpoint_of_a_region(aws: Aws, name: str, region: str) -> None:
    """That partition's IAM lists the devices; v1's own default in us-east-1 is the global STS."""
    aws.write_config(f"[default]\nregion = {region}\n")
    aws.write_credentials(aws.keys(name))
    assert login_as(aws, name)["MfaSerial"] == aws.serial(name)
    assert {host.removesuffix(".cn") for host in sts_hosts(aws)} == {f"sts.{region}.amazonaws.com"}


def keys_in_environment(aws: Aws) -> dict[str, str]:
    """Return the variables with ada's long-lived keys."""
    user = aws.service.user("ada")
    return {
        "AWS_ACCESS_KEY_ID": user.access_key_id,
        "AWS_SECRET_ACCESS_KEY": user.secret_access_key,
    }


def test_keys_in_the_environment_and_no_files(aws: Aws) -> None:
    """The session profile is made, and managed."""
    result = aws.run("mfa", "login", "--token-code", aws.code(), env=keys_in_environment(aws))
    assert result.code == 0, result.output
    assert stat.S_IMODE(aws.credentials.stat().st_mode) == 0o600
    assert "mfa_session = on" in aws.config.read_text("utf-8")
    assert aws.run("mfa", "status").code == 0


def test_keys_in_the_environment_and_in_default(aws: Aws) -> None:
    """The environment's keys are used, and a note says so."""
    aws.settle("grace")
    result = aws.run("mfa", "login", "--token-code", aws.code(), env=keys_in_environment(aws))
    assert result.code == 0, result.output
    assert "Using the long-lived keys from your environment" in result.stderr


def test_an_old_session_in_the_environment_is_ignored(aws: Aws) -> None:
    """With a note; the keys of profile default are used."""
    aws.settle()
    env = {"AWS_ACCESS_KEY_ID": "ASIALEFTOVER", "AWS_SECRET_ACCESS_KEY": "x"}
    result = aws.run(
        "mfa", "login", "--token-code", aws.code(), env={**env, "AWS_SESSION_TOKEN": "old"}
    )
    assert result.code == 0, result.output
    assert "Ignoring AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN from your environment" in result.stderr


@pytest.mark.parametrize(
    ("name", "serial"),
    [("grace", "GAHT12345678"), ("both", "arn:aws:iam::123456789012:mfa/both")],
)
def test_the_device_that_is_found(aws: Aws, name: str, serial: str) -> None:
    """A hardware device of a user with a path; of two, the one that isn't a FIDO key."""
    aws.settle(name)
    result = aws.run(
        "mfa", "login", "--token-code", aws.service.fresh_code(serial), "--output", "json"
    )
    assert result.code == 0, result.output
    assert json.loads(result.stdout)["MfaSerial"] == serial


def test_root_gets_an_hour(aws: Aws) -> None:
    """The expiration is the one that STS returned."""
    aws.settle("root")
    words = ("mfa", "login", "--token-code", aws.code("root"))
    result = aws.run(*words, "--serial-number", aws.serial("root"))
    assert result.code == 0, result.output
    assert "(1 h)" in result.stdout


AWKWARD = (
    "; a comment\r\n[other%s]\r\nkey = 100%% ünï\r\n# mine\r\naws_access_key_id=AKIAOTHER\r\n\r\n"
)


def test_every_other_byte_survives(aws: Aws) -> None:
    """CRLF, comments, ``%`` and unicode in other sections; a symlink stays one."""
    aws.settle()
    content = (AWKWARD + aws.keys("ada").replace("\n", "\r\n").rstrip()).encode()
    target = aws.home / "real"
    target.write_bytes(content)
    target.chmod(0o600)
    aws.credentials.unlink()
    aws.credentials.symlink_to(target)
    aws.log_in()
    assert aws.credentials.is_symlink()
    assert target.read_bytes().startswith(content)
    assert b"\n" not in target.read_bytes().replace(b"\r\n", b"")
    assert aws.run("mfa", "logout").code == 0
    assert target.read_bytes() == content


def test_files_in_other_places(aws: Aws, tmp_path: Path) -> None:
    """``AWS_CONFIG_FILE`` and ``AWS_SHARED_CREDENTIALS_FILE`` are used."""
    aws.settle()
    config, credentials = tmp_path / "my config", tmp_path / "my credentials"
    aws.config.rename(config)
    aws.credentials.rename(credentials)
    env = {"AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": str(credentials)}
    result = aws.run("mfa", "login", "--token-code", aws.code(), env=env)
    assert result.code == 0, result.output
    assert "[mfa]" in credentials.read_text("utf-8")
    assert not aws.credentials.exists()


@pytest.mark.parametrize("variable", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
def test_aws_profile_names_the_session_profile(aws: Aws, variable: str) -> None:
    """As for other commands."""
    aws.settle()
    result = aws.run("mfa", "login", "--token-code", aws.code(), env={variable: "work mfa"})
    assert result.code == 0, result.output
    assert aws.session("work mfa")
    assert aws.run("s3", "ls", "--profile", "work mfa").code == 0


@pytest.mark.parametrize("profile", ["mfa", "default"])
def test_root_in_a_users_home_leaves_no_files_of_root(aws: Aws, profile: str) -> None:
    """As under sudo that keeps HOME: files that a login makes or changes belong to the user."""
    if sys.platform == "win32" or os.geteuid() != 0:
        pytest.skip("only root can work in another user's home")
    aws.settle()
    for path in (aws.home, *aws.home.rglob("*")):
        os.chown(path, 1234, 4321)
    aws.log_in(profile)
    state = aws.folder / "cli" / "awscli-mfa"
    made = [aws.config, aws.credentials, state, *state.iterdir()]
    made += (aws.folder / "cli").rglob("awscli-mfa-plugin-*.json")
    assert {(path.stat().st_uid, path.stat().st_gid) for path in made} == {(1234, 4321)}
