"""Keys that a login didn't write survive a renewal, on the real CLIs.

What each command does with them is in ``tests/in_process/test_long_lived_keys.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hosts.cache import EXTREMES
from tests.hosts.sessions import settle_on_session
from tests.hosts.users import codes_used, serial_of, session_in
from tests.in_process.test_long_lived_keys import OUT_OF_RANGE, ROLES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home

KEY_ID, SECRET = "AKIANEWKEY0000000000", "the/only/copy/of/this/secret"


def by_set(home: Home) -> None:
    """Set each by the CLI."""
    for name, value in (("aws_access_key_id", KEY_ID), ("aws_secret_access_key", SECRET)):
        done = home.run("configure", "set", name, value, "--profile", "mfa")
        assert done.returncode == 0, done.output


def by_configure(home: Home) -> None:
    """Answer the questions of ``aws configure``."""
    done = home.run("configure", "--profile", "mfa", input=f"{KEY_ID}\n{SECRET}\n\n\n")
    assert done.returncode == 0, done.output


def settle_on_old_session(home: Home, aws: EmbeddedAws) -> None:
    """Give the home an expired session, and a command that gives codes without a question."""
    script = home.path / "code"
    script.write_text(f"#!/bin/sh\necho {aws.fresh_code(serial_of(aws))}\n")
    script.chmod(0o700)
    settle_on_session(home, aws, -60, f"mfa_process = {script}\n")


@pytest.mark.parametrize(("host", "put"), [("v1", by_set), ("v2", by_configure)], indirect=["host"])
def test_a_renewal_keeps_new_keys(
    home: Home, aws: EmbeddedAws, put: Callable[[Home], None]
) -> None:
    """One error with what to do, and not a byte of the file is changed."""
    settle_on_old_session(home, aws)
    put(home)
    section = session_in(home)
    pair = (section["aws_access_key_id"], section["aws_secret_access_key"])
    assert pair == (KEY_ID, SECRET)
    before = home.credentials.read_bytes()
    result = home.run("s3", "ls", "--profile", "mfa")
    assert result.returncode == 253, result.output
    assert "has its own long-lived keys" in result.stderr
    assert "--source-profile mfa" in result.stderr
    assert SECRET not in result.output
    assert home.credentials.read_bytes() == before
    assert codes_used(aws) == 0


@pytest.mark.parametrize("host", ["v2"], indirect=True)
def test_an_expiration_out_of_range_breaks_nothing_else(home: Home, aws: EmbeddedAws) -> None:
    """In a time zone that has no such day; the other sessions are shown, and all are removed."""
    settle_on_session(home, aws, 3600)
    home.write_credentials(home.credentials.read_text() + OUT_OF_RANGE)
    env = {"TZ": "America/New_York"}
    status = home.run("mfa", "status", env=env)
    assert "mfa" in status.stdout
    logout = home.run("mfa", "logout", "--all", env=env)
    assert logout.returncode == 0, logout.output
    for result in (status, logout):
        assert "bug" not in result.stderr, result.output
        assert "Error" not in result.stderr, result.output


@pytest.mark.parametrize(
    ("host", "role"), [("v1", "source_profile"), ("v2", "role_arn")], indirect=["host"]
)
def test_a_malformed_role_fails_as_without_the_plugin(
    home: Home, plain_home: Home, aws: EmbeddedAws, role: str
) -> None:
    """The plugin says nothing, and the command ends as it would alone."""
    settle_on_session(home, aws, 3600, f"[profile role]\n{ROLES[role]}")
    plain_home.write_config(home.config.read_text().removeprefix(home.wiring))
    plain_home.write_credentials(home.credentials.read_text())
    ours, plain = (
        each.run("sts", "get-caller-identity", "--profile", "role") for each in (home, plain_home)
    )
    assert "can't start" not in ours.output
    assert (ours.returncode, ours.stderr) == (plain.returncode, plain.stderr)


@pytest.mark.parametrize("host", EXTREMES, indirect=True)
def test_a_code_without_its_option_is_not_repeated(home: Home, aws: EmbeddedAws) -> None:
    """Wrong usage, without the code, which may be valid for another half minute."""
    settle_on_session(home, aws, 3600)
    result = home.run("mfa", "login", "123456", "--debug")
    assert result.returncode == 252, result.output
    assert "123456" not in result.output
