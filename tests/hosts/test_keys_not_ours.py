"""Keys that a login didn't write survive every command, on the real CLIs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hosts.cache import OLDEST_TOO
from tests.hosts.sessions import settle_on_session
from tests.hosts.users import codes_used, keys_of, serial_of, session_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home

pytestmark = pytest.mark.parametrize("host", OLDEST_TOO, indirect=True)

KEY_ID, SECRET = "AKIANEWKEY0000000000", "the/only/copy/of/this/secret"


def by_hand(home: Home) -> None:
    """Replace the two lines in an editor."""
    session, text = session_in(home), home.credentials.read_text()
    text = text.replace(session["aws_access_key_id"], KEY_ID)
    home.write_credentials(text.replace(session["aws_secret_access_key"], SECRET))


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


def has_the_keys(home: Home) -> bool:
    """Return whether the new pair is in its profile."""
    section = session_in(home)
    pair = (section["aws_access_key_id"], section["aws_secret_access_key"])
    return pair == (KEY_ID, SECRET)


@pytest.mark.parametrize("put", [by_hand, by_set, by_configure])
def test_a_renewal_keeps_new_keys(
    home: Home, aws: EmbeddedAws, put: Callable[[Home], None]
) -> None:
    """One error with what to do, and not a byte of the file is changed."""
    settle_on_old_session(home, aws)
    put(home)
    assert has_the_keys(home)
    before = home.credentials.read_bytes()
    result = home.run("s3", "ls", "--profile", "mfa")
    assert result.returncode == 253, result.output
    assert "has its own long-lived keys" in result.stderr
    assert "--source-profile mfa" in result.stderr
    assert SECRET not in result.output
    assert home.credentials.read_bytes() == before
    assert codes_used(aws) == 0


COMMANDS = (
    ("login",),
    ("login", "--force"),
    ("export", "--profile", "mfa"),
    ("credential-process", "--profile", "mfa"),
    ("exec", "--profile", "mfa", "--", "true"),
)


def test_each_command_keeps_new_keys(home: Home, aws: EmbeddedAws) -> None:
    """Commands that make a session refuse; a logout removes our lines beside them."""
    settle_on_old_session(home, aws)
    by_hand(home)
    before = home.credentials.read_bytes()
    for command in COMMANDS:
        result = home.run("mfa", *command)
        assert result.returncode == 253, (command, result.output)
        assert "has its own long-lived keys" in result.stderr, command
        assert home.credentials.read_bytes() == before, command
    assert "not logged in" in home.run("mfa", "status").stdout
    assert "Traceback" not in home.run("mfa", "watch", "--once").output
    assert home.credentials.read_bytes() == before
    result = home.run("mfa", "logout", "--all")
    assert result.returncode == 0, result.output
    assert "so it was kept." in result.stdout
    assert session_in(home) == {"aws_access_key_id": KEY_ID, "aws_secret_access_key": SECRET}


def test_a_login_with_the_new_keys(home: Home, aws: EmbeddedAws) -> None:
    """The remedy works: the session goes to the cache, and the old lines are removed."""
    settle_on_old_session(home, aws)
    session, text = session_in(home), home.credentials.read_text()
    user = aws.user("ada")
    text = text.replace(session["aws_access_key_id"], user.access_key_id)
    home.write_credentials(text.replace(session["aws_secret_access_key"], user.secret_access_key))
    result = home.run("mfa", "login", "--profile", "mfa", "--source-profile", "mfa")
    assert result.returncode == 0, result.output
    assert "Removed lines of an old session" in result.stderr
    assert home.credentials.read_text().endswith(keys_of(aws, "ada", "mfa"))
    assert home.run("s3", "ls", "--profile", "mfa").returncode == 0


def test_an_empty_section_survives_login_and_logout(home: Home, aws: EmbeddedAws) -> None:
    """Byte for byte."""
    settle_on_old_session(home, aws)
    home.write_credentials(f"{keys_of(aws, 'ada')}\n[mfa]\n")
    before = home.credentials.read_bytes()
    assert home.run("mfa", "login").returncode == 0
    assert home.run("mfa", "logout").returncode == 0
    assert home.credentials.read_bytes() == before


def test_an_expiration_out_of_range_breaks_nothing_else(home: Home, aws: EmbeddedAws) -> None:
    """In one profile, ours or another tool's; the other sessions are shown."""
    settle_on_session(home, aws, 3600)
    others = "".join(
        f"[{name}]\naws_access_key_id = ASIA{name}\naws_secret_access_key = x\n"
        f"aws_session_token = t\nexpiration = {time}\n{manager}"
        for name, time, manager in (
            ("first", "0001-01-01T00:00:00Z", "manager = awscli-mfa-plugin\n"),
            ("last", "9999-12-31T23:59:59Z", ""),
            ("early", "0001-01-01T00:00:00+14:00", "manager = awsume\n"),
        )
    )
    home.write_credentials(home.credentials.read_text() + others)
    env = {"TZ": "America/New_York"}
    for command in (("status",), ("login",), ("doctor",), ("credential-process",)):
        result = home.run("mfa", *command, env=env)
        assert "bug" not in result.stderr, result.output
        assert "Error" not in result.stderr, result.output
    assert "mfa" in home.run("mfa", "status", env=env).stdout
    assert home.run("mfa", "logout", "--all", env=env).returncode == 0


ROLES = {
    "source_profile": "role_arn = arn:aws:iam::123456789012:role/x\nsource_profile =\n  a = b\n",
    "role_arn": "source_profile = mfa\nrole_arn =\n  a = b\n",
}


@pytest.mark.parametrize("role", ROLES.values(), ids=ROLES.keys())
def test_a_malformed_role_fails_as_without_the_plugin(
    home: Home, plain_home: Home, aws: EmbeddedAws, role: str
) -> None:
    """The plugin says nothing, and the command ends as it would alone."""
    settle_on_session(home, aws, 3600, f"[profile role]\n{role}")
    plain_home.write_config(home.config.read_text().removeprefix(home.wiring))
    plain_home.write_credentials(home.credentials.read_text())
    ours, plain = (
        each.run("sts", "get-caller-identity", "--profile", "role") for each in (home, plain_home)
    )
    assert "can't start" not in ours.output
    assert (ours.returncode, ours.stderr) == (plain.returncode, plain.stderr)


@pytest.mark.parametrize("words", [("login",), ("login", "--force"), (), ("status",)])
def test_a_code_without_its_option_is_not_repeated(
    home: Home, aws: EmbeddedAws, words: tuple[str, ...]
) -> None:
    """Wrong usage, without the code, which may be valid for another half minute."""
    settle_on_session(home, aws, 3600)
    result = home.run("mfa", *words, "123456", "--debug")
    assert result.returncode == 252, result.output
    assert "123456" not in result.output


def test_a_wrong_answer_of_sts(home: Home, aws: EmbeddedAws) -> None:
    """The error says so, the valid session stays, and the code is recorded as used.

    ``tests/in_process/test_login.py`` has more wrong answers.
    """
    settle_on_session(home, aws, 3600)
    before = home.credentials.read_bytes()
    aws.fault("GetSessionToken", "wrong-answer", field="SessionToken", text="")
    command = ("mfa", "login", "--force", "--token-code", aws.fresh_code(serial_of(aws)))
    result = home.run(*command)
    assert result.returncode == 254, result.output
    assert "no SessionToken" in result.stderr
    assert "the code is used up" in result.stderr
    assert "sign-in page" not in result.stderr
    assert home.credentials.read_bytes() == before
    again = home.run(*command)
    assert again.returncode == 254, again.output
    assert "was already used" in again.stderr
