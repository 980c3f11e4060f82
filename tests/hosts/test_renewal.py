"""A command on a managed profile renews its session by itself, on the real CLIs.

``tests/in_process/test_other_commands.py`` shows what needs no terminal.
"""

from __future__ import annotations

import stat
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from tests.hosts.cache import CHAINS
from tests.hosts.sessions import log_in, settle_on_session
from tests.hosts.terminal import CTRL_C, CTRL_D
from tests.hosts.users import (
    REGION,
    codes_used,
    keys_of,
    serial_of,
    session_in,
    settle,
)
from tests.in_process.test_roles import role

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home
on_each_chain = pytest.mark.parametrize("host", CHAINS, indirect=True)
on_v2 = pytest.mark.parametrize("host", ["v2"], indirect=True)


MFA = "[profile mfa]\nregion = {region}\nmfa_source_profile = default\nmfa_serial = {serial}\n"
S3 = ("s3", "ls", "--profile", "mfa")


def settle_managed(home: Home, aws: EmbeddedAws, config: str = "") -> None:
    """Give the home a managed profile that has no session yet."""
    managed = MFA.format(region=REGION, serial=serial_of(aws))
    settle(home, aws, config=f"{managed}{config}")


def age(home: Home, seconds: int) -> None:
    """Change the file so that the session, of twelve hours, ends so many seconds from now."""
    session, text = session_in(home), home.credentials.read_text()
    end = datetime.now(timezone.utc) + timedelta(seconds=seconds)
    for option, time in (("expiration", end), ("issued", end - timedelta(hours=12))):
        text = text.replace(session[option], time.isoformat(timespec="seconds"))
    home.write_credentials(text)


@on_each_chain
def test_a_session_on_a_terminal(home: Home, aws: EmbeddedAws) -> None:
    """From the first command, which makes it, to the end: each prompt has a line that says why."""
    settle_managed(home, aws, role("admin", "mfa"))
    terminal = home.spawn(*S3)
    terminal.expect("Profile mfa needs an MFA session.")
    terminal.expect("(profile mfa): ")
    terminal.send_line(aws.fresh_code(serial_of(aws)))
    assert terminal.wait() == 0, terminal.text
    assert "reports" in terminal.text
    assert session_in(home)["manager"] == "awscli-mfa-plugin"
    # Ctrl-D at the prompt: the command runs with the session that is still valid.
    age(home, 300)
    terminal = home.spawn(*S3)
    terminal.expect("(profile mfa): ")
    terminal.send(CTRL_D)
    assert terminal.wait() == 0, terminal.text
    assert "reports" in terminal.text
    assert codes_used(aws) == 1
    terminal = home.spawn(*S3)
    terminal.expect("The MFA session of profile mfa expires in 4 min")
    terminal.expect("(profile mfa): ")
    terminal.send_line(aws.fresh_code(serial_of(aws)))
    assert terminal.wait() == 0, terminal.text
    assert codes_used(aws) == 2
    # Ctrl-C ends the command, also one that is on a role.
    age(home, -5)
    terminal = home.spawn("s3", "ls", "--profile", "admin")
    terminal.expect("The MFA session of profile mfa has expired")
    terminal.expect("(profile mfa): ")
    terminal.send(CTRL_C)
    assert terminal.wait() == 130, terminal.text
    assert "Traceback" not in terminal.text


@on_each_chain
def test_without_a_terminal_there_is_one_error(home: Home, aws: EmbeddedAws) -> None:
    """With the command to run, instead of AWS's error; exit code 253 everywhere."""
    settle_on_session(home, aws, -5, role("admin", "mfa"))
    for profile in ("mfa", "admin")[home.host.name != "v2" :]:
        result = home.run("s3", "ls", "--profile", profile)
        assert (result.returncode, result.stdout) == (253, ""), result.output
        assert "The MFA session of profile mfa has expired" in result.stderr
        assert "Log in:  aws mfa login --profile mfa" in result.stderr
        assert "Traceback" not in result.stderr
        assert "ExpiredToken" not in result.stderr


COPY = ("s3", "cp", "s3://reports/a", "-", "--profile", "mfa")


@on_v2
def test_a_copy_uses_threads(home: Home, aws: EmbeddedAws) -> None:
    """The same error and the same end by Ctrl-C as for other commands."""
    settle_managed(home, aws)
    result = home.run(*COPY)
    assert (result.returncode, result.stdout) == (253, ""), result.output
    assert "Log in:  aws mfa login --profile mfa" in result.stderr
    terminal = home.spawn(*COPY)
    terminal.expect("(profile mfa): ")
    terminal.send(CTRL_C)
    assert terminal.wait() == 130, terminal.text
    assert "Traceback" not in terminal.text


@on_v2
def test_prompts_can_be_switched_off(home: Home, aws: EmbeddedAws) -> None:
    """``AWS_MFA_PROMPT=never`` and ``CI``: no prompt, on a terminal either."""
    settle_managed(home, aws)
    for env in ({"AWS_MFA_PROMPT": "never"}, {"CI": "true"}):
        result = home.run(*S3, env=env, tty=True)
        assert result.returncode == 253, result.output
        assert "(profile mfa): " not in result.stdout


@on_each_chain
def test_a_profile_with_its_own_keys(home: Home, aws: EmbeddedAws) -> None:
    """aws-cli #1985: commands run with a session, which later ones reuse; the keys stay.

    The code is ``mfa_process``'s, so there is no prompt on a terminal either.
    """
    script = home.path / "code"
    script.write_text(f"#!/bin/sh\necho {aws.fresh_code(serial_of(aws))}\n")
    script.chmod(0o700)
    name = "work" if home.host.name == "v2" else "default"
    section = "profile work" if name == "work" else name
    home.write_config(
        f"[{section}]\nregion = {REGION}\nmfa_session = on\nmfa_serial = {serial_of(aws)}\n"
        f"mfa_process = {script}\n"
    )
    home.write_credentials(keys_of(aws, "ada", name))
    before = home.credentials.read_bytes()
    words = ("s3", "ls", *(() if name == "default" else ("--profile", name)))
    first = home.run(*words, tty=True)
    assert first.returncode == 0, first.output
    assert f"(profile {name}): " not in first.stdout
    script.unlink()
    again = home.run(*words)
    assert again.returncode == 0, again.output
    assert home.credentials.read_bytes() == before
    assert codes_used(aws) == 1
    (cached,) = (home.aws_folder / "cli" / "cache").glob("awscli-mfa-plugin-*.json")
    assert stat.S_IMODE(cached.stat().st_mode) == 0o600


@on_v2
def test_get_session_token_by_hand_on_such_a_profile(home: Home, aws: EmbeddedAws) -> None:
    """AWS rejects it with a session's keys, so the long-lived ones are used."""
    serial = serial_of(aws)
    home.write_config(f"[default]\nregion = {REGION}\nmfa_session = on\nmfa_serial = {serial}\n")
    home.write_credentials(keys_of(aws, "ada"))
    log_in(home, aws, "--profile", "default")
    result = home.run("sts", "get-session-token")
    assert result.returncode == 0, result.output
    assert aws.calls[-1].access_key_id == aws.user("ada").access_key_id


@pytest.mark.parametrize(
    ("host", "variable"),
    [("v1", "AWS_PROFILE"), ("v2", "AWS_DEFAULT_PROFILE"), ("v2-debian", "AWS_PROFILE")],
    indirect=["host"],
)
def test_a_role_on_a_role(home: Home, aws: EmbeddedAws, variable: str) -> None:
    """By a variable: the session is made first, then each role; then all are cached."""
    settle_managed(home, aws, role("reader", "mfa") + role("chained", "reader"))
    env = {variable: "chained"}
    code = {"AWS_MFA_TOKEN_CODE": aws.fresh_code(serial_of(aws))}
    result = home.run("sts", "get-caller-identity", env={**env, **code})
    assert result.returncode == 0, result.output
    assert "assumed-role/chained" in result.stdout
    before = len(aws.calls)
    assert home.run("sts", "get-caller-identity", env=env).returncode == 0
    assert {call.action for call in aws.calls[before:]} == {"GetCallerIdentity"}
    assert codes_used(aws) == 1


@on_v2
def test_commands_at_once_use_one_code(home: Home, aws: EmbeddedAws) -> None:
    """The first renews, the others wait for its result and go on."""
    settle_managed(home, aws)
    env = {"AWS_MFA_TOKEN_CODE": aws.fresh_code(serial_of(aws))}
    started = [home.start(*S3, env=env) for _ in range(4)]
    for process in started:
        _, stderr = process.communicate()
        assert process.returncode == 0, stderr.decode()
    assert sum(1 for call in aws.calls if call.action == "GetSessionToken") == 1


@pytest.mark.parametrize("host", ["v2", "v2-debian"], indirect=True)
def test_a_renewal_leaks_nothing(home: Home, aws: EmbeddedAws) -> None:
    """Neither into ``--debug`` nor into the history."""
    settle_managed(home, aws, "cli_history = enabled\n")
    code = aws.fresh_code(serial_of(aws))
    result = home.run(*S3, "--debug", env={"AWS_MFA_TOKEN_CODE": code})
    assert result.returncode == 0, result.output[-2000:]
    session = session_in(home)
    history = home.aws_folder / "cli" / "history" / "history.db"
    recorded = history.read_bytes()
    assert b"ListBuckets" in recorded
    for secret in (session["aws_secret_access_key"], aws.user("ada").secret_access_key):
        assert secret not in result.output
        assert secret.encode() not in recorded
    assert session["aws_session_token"] not in result.output
    assert f"TokenCode={code}" not in result.output
    assert code.encode() not in recorded
