"""A command on a managed profile renews its session by itself, on the real CLIs."""

from __future__ import annotations

import json
import stat
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from tests.hosts.cache import CHAINS
from tests.hosts.sessions import log_in
from tests.hosts.terminal import CTRL_C, CTRL_D
from tests.hosts.users import (
    REGION,
    codes_used,
    keys_of,
    serial_of,
    session_in,
    settle,
)

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home
on_each_chain = pytest.mark.parametrize("host", CHAINS, indirect=True)
on_v2 = pytest.mark.parametrize("host", ["v2"], indirect=True)


MFA = "[profile mfa]\nregion = {region}\nmfa_source_profile = default\nmfa_serial = {serial}\n"
ACCOUNT = "arn:aws:iam::123456789012"
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
def test_the_first_command_prompts(home: Home, aws: EmbeddedAws) -> None:
    """Without a login before: one line says why, the prompt follows, the command runs."""
    settle_managed(home, aws)
    terminal = home.spawn(*S3)
    terminal.expect("Profile mfa needs an MFA session.")
    terminal.expect("(profile mfa): ")
    terminal.send_line(aws.fresh_code(serial_of(aws)))
    assert terminal.wait() == 0, terminal.text
    assert "reports" in terminal.text
    assert session_in(home)["manager"] == "awscli-mfa-plugin"
    again = home.run(*S3)
    assert again.returncode == 0, again.output
    assert codes_used(aws) == 1


@on_each_chain
@pytest.mark.parametrize("variable", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
def test_renewal_with_aws_profile(home: Home, aws: EmbeddedAws, variable: str) -> None:
    """The profile comes from the environment."""
    settle_managed(home, aws)
    env = {variable: "mfa", "AWS_MFA_TOKEN_CODE": aws.fresh_code(serial_of(aws))}
    result = home.run("s3", "ls", env=env)
    assert result.returncode == 0, result.output


@on_each_chain
def test_renewal_with_mfa_process(home: Home, aws: EmbeddedAws) -> None:
    """There is no prompt, on a terminal either."""
    script = home.path / "code"
    script.write_text(f"#!/bin/sh\necho {aws.fresh_code(serial_of(aws))}\n")
    script.chmod(0o700)
    settle_managed(home, aws, f"mfa_process = {script}\n")
    result = home.run(*S3, tty=True)
    assert result.returncode == 0, result.output
    assert "(profile mfa): " not in result.stdout


@on_each_chain
def test_without_a_terminal_there_is_one_error(home: Home, aws: EmbeddedAws) -> None:
    """With the command to run, instead of AWS's error; exit code 253 everywhere."""
    settle_managed(home, aws)
    result = home.run(*S3)
    assert result.returncode == 253, result.output
    assert "Log in:  aws mfa login --profile mfa" in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


@on_each_chain
@pytest.mark.parametrize(
    "command",
    [
        ("sts", "get-caller-identity"),
        ("s3", "cp", "s3://reports/a", "-"),
        ("s3", "sync", "s3://reports", "there"),
        ("iam", "list-mfa-devices"),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_an_expired_session(home: Home, aws: EmbeddedAws, command: tuple[str, ...]) -> None:
    """Whatever the command, the error is the same."""
    settle_managed(home, aws)
    log_in(home, aws)
    age(home, -5)
    result = home.run(*command, "--profile", "mfa")
    assert result.returncode == 253, result.output
    assert "The MFA session of profile mfa has expired" in result.stderr
    assert "ExpiredToken" not in result.stderr


@on_each_chain
def test_an_expiring_session_is_used_without_a_terminal(home: Home, aws: EmbeddedAws) -> None:
    """As long as it is valid."""
    settle_managed(home, aws)
    log_in(home, aws)
    age(home, 300)
    result = home.run(*S3)
    assert result.returncode == 0, result.output
    assert codes_used(aws) == 1


@on_each_chain
def test_an_expiring_session_is_renewed_on_a_terminal(home: Home, aws: EmbeddedAws) -> None:
    """One line says why."""
    settle_managed(home, aws)
    log_in(home, aws)
    age(home, 300)
    terminal = home.spawn(*S3)
    terminal.expect("The MFA session of profile mfa expires in 4 min")
    terminal.expect("(profile mfa): ")
    terminal.send_line(aws.fresh_code(serial_of(aws)))
    assert terminal.wait() == 0, terminal.text
    assert codes_used(aws) == 2


@on_each_chain
def test_an_expiring_session_is_used_if_the_prompt_is_dismissed(
    home: Home, aws: EmbeddedAws
) -> None:
    """Ctrl-D at the prompt: the command runs with the old session."""
    settle_managed(home, aws)
    log_in(home, aws)
    age(home, 300)
    terminal = home.spawn(*S3)
    terminal.expect("(profile mfa): ")
    terminal.send(CTRL_D)
    assert terminal.wait() == 0, terminal.text
    assert "reports" in terminal.text


@on_each_chain
@pytest.mark.parametrize("command", [("s3", "ls"), ("s3", "cp", "s3://reports/a", "-")])
def test_interrupted(home: Home, aws: EmbeddedAws, command: tuple[str, ...]) -> None:
    """Ctrl-C at the prompt ends the command with 130."""
    settle_managed(home, aws)
    terminal = home.spawn(*command, "--profile", "mfa")
    terminal.expect("(profile mfa): ")
    terminal.send(CTRL_C)
    assert terminal.wait() == 130, terminal.text
    assert "Traceback" not in terminal.text


@on_each_chain
def test_prompts_can_be_switched_off(home: Home, aws: EmbeddedAws) -> None:
    """``AWS_MFA_PROMPT=never`` and ``CI``: no prompt, on a terminal either."""
    settle_managed(home, aws)
    for env in ({"AWS_MFA_PROMPT": "never"}, {"CI": "true"}):
        result = home.run(*S3, env=env, tty=True)
        assert result.returncode == 253, result.output
        assert "(profile mfa): " not in result.stdout


@on_each_chain
def test_renewal_is_switched_off_for_one_call(home: Home, aws: EmbeddedAws) -> None:
    """With ``AWS_MFA_SESSION=off``."""
    settle_managed(home, aws)
    log_in(home, aws)
    age(home, -5)
    result = home.run(*S3, env={"AWS_MFA_SESSION": "off"}, tty=True)
    assert "(profile mfa): " not in result.stdout
    assert result.returncode == 0, result.output  # AWS itself still accepts the session


def settle_own(home: Home, aws: EmbeddedAws, name: str = "work") -> None:
    """Give the home a managed profile with its own long-lived keys."""
    section = "default" if name == "default" else f"profile {name}"
    home.write_config(
        f"[{section}]\nregion = {REGION}\nmfa_session = on\nmfa_serial = {serial_of(aws)}\n"
    )
    home.write_credentials(keys_of(aws, "ada", name))


@on_each_chain
@pytest.mark.parametrize("name", ["work", "default"])
def test_a_profile_with_its_own_keys(home: Home, aws: EmbeddedAws, name: str) -> None:
    """aws-cli #1985: commands run with a session, which later ones reuse; the keys stay."""
    settle_own(home, aws, name)
    before = home.credentials.read_bytes()
    options = () if name == "default" else ("--profile", name)
    env = {"AWS_MFA_TOKEN_CODE": aws.fresh_code(serial_of(aws))}
    first = home.run("s3", "ls", *options, env=env)
    assert first.returncode == 0, first.output
    assert home.run("s3", "ls", *options).returncode == 0
    assert home.credentials.read_bytes() == before
    assert codes_used(aws) == 1
    (cached,) = (home.aws_folder / "cli" / "cache").glob("awscli-mfa-plugin-*.json")
    assert stat.S_IMODE(cached.stat().st_mode) == 0o600
    status = json.loads(home.run("mfa", "status", "--output", "json").stdout)
    assert [entry["State"] for entry in status["Sessions"]] == ["valid"]
    assert home.run("mfa", "logout", "--profile", name).returncode == 0
    assert not cached.exists()
    assert home.run("s3", "ls", *options).returncode == 253


@on_each_chain
def test_login_to_a_profile_with_its_own_keys(home: Home, aws: EmbeddedAws) -> None:
    """It says where the session is, and how other tools can use it."""
    settle_own(home, aws)
    home.write_config(f"[profile work]\nregion = {REGION}\n")
    code = aws.fresh_code(serial_of(aws))
    result = home.run("mfa", "login", "--profile", "work", "--token-code", code)
    assert result.returncode == 0, result.output
    assert "keeps its access key" in result.stderr
    assert "--source-profile work" in result.stderr
    assert "mfa_session = on" in home.config.read_text()
    assert home.run("s3", "ls", "--profile", "work").returncode == 0


@on_each_chain
def test_get_session_token_by_hand_on_such_a_profile(home: Home, aws: EmbeddedAws) -> None:
    """AWS rejects it with a session's keys, so the long-lived ones are used."""
    settle_own(home, aws)
    result = home.run(
        *("sts", "get-session-token", "--profile", "work", "--serial-number", serial_of(aws)),
        *("--token-code", aws.fresh_code(serial_of(aws))),
    )
    assert result.returncode == 0, result.output


def role(name: str, source: str, more: str = "") -> str:
    """Return the section of a role profile of the same name."""
    return (
        f"[profile {name}]\nrole_arn = {ACCOUNT}:role/{name}\nsource_profile = {source}\n"
        f"region = {REGION}\n{more}"
    )


@on_each_chain
def test_a_role_on_a_session_profile_without_keys(home: Home, aws: EmbeddedAws) -> None:
    """The session is made first, then the role is assumed on it; then both are cached."""
    settle_managed(home, aws, role("admin", "mfa"))
    env = {"AWS_MFA_TOKEN_CODE": aws.fresh_code(serial_of(aws))}
    result = home.run("s3", "ls", "--profile", "admin", env=env)
    assert result.returncode == 0, result.output
    before = len(aws.calls)
    assert home.run("s3", "ls", "--profile", "admin").returncode == 0
    assert {call.action for call in aws.calls[before:]} == {"ListBuckets"}
    assert codes_used(aws) == 1


@on_each_chain
def test_a_role_prompts_before_the_command(home: Home, aws: EmbeddedAws) -> None:
    """On a terminal, with the line that says why."""
    settle_managed(home, aws, role("admin", "mfa"))
    terminal = home.spawn("s3", "ls", "--profile", "admin")
    terminal.expect("Profile mfa needs an MFA session.")
    terminal.expect("(profile mfa): ")
    terminal.send_line(aws.fresh_code(serial_of(aws)))
    assert terminal.wait() == 0, terminal.text


@on_each_chain
def test_a_role_without_a_terminal(home: Home, aws: EmbeddedAws) -> None:
    """The same error as on the session profile itself."""
    settle_managed(home, aws, role("admin", "mfa"))
    result = home.run("s3", "ls", "--profile", "admin")
    assert result.returncode == 253, result.output
    assert "Log in:  aws mfa login --profile mfa" in result.stderr


@on_each_chain
def test_classic_roles_on_a_managed_default(home: Home, aws: EmbeddedAws) -> None:
    """One session for all roles, where the CLI alone would prompt for each."""
    serial = f"mfa_serial = {serial_of(aws)}\n"
    settle_own(home, aws, "default")
    with home.config.open("a") as file:
        file.write(role("admin", "default", serial) + role("reader", "default", serial))
    env = {"AWS_MFA_TOKEN_CODE": aws.fresh_code(serial_of(aws))}
    assert home.run("s3", "ls", "--profile", "admin", env=env).returncode == 0
    second = home.run("s3", "ls", "--profile", "reader")
    assert second.returncode == 0, second.output
    assert codes_used(aws) == 1
    assumed = [call for call in aws.calls if call.action == "AssumeRole"]
    assert [call.mfa_serial for call in assumed] == ["", ""]


@on_each_chain
def test_a_role_on_a_role(home: Home, aws: EmbeddedAws) -> None:
    """Chains use the session too."""
    settle_managed(home, aws, role("reader", "mfa") + role("chained", "reader"))
    env = {"AWS_MFA_TOKEN_CODE": aws.fresh_code(serial_of(aws))}
    result = home.run("sts", "get-caller-identity", "--profile", "chained", env=env)
    assert result.returncode == 0, result.output
    assert "assumed-role/chained" in result.stdout


@on_each_chain
def test_a_role_keeps_its_settings(home: Home, aws: EmbeddedAws) -> None:
    """``external_id``, ``role_session_name`` and ``duration_seconds`` as the CLI has them."""
    more = "external_id = partner-42\nrole_session_name = me\nduration_seconds = 1800\n"
    settle_managed(home, aws, role("partner", "mfa", more))
    env = {"AWS_MFA_TOKEN_CODE": aws.fresh_code(serial_of(aws))}
    result = home.run("sts", "get-caller-identity", "--profile", "partner", env=env)
    assert result.returncode == 0, result.output
    assert "assumed-role/partner/me" in result.stdout


@on_each_chain
def test_a_role_with_mfa_session_off_gets_its_code_from_our_sources(
    home: Home, aws: EmbeddedAws
) -> None:
    """For a trust policy on the age of the code: the CLI assumes it with a code."""
    more = f"mfa_session = off\nmfa_serial = {serial_of(aws)}\n"
    settle_own(home, aws, "default")
    with home.config.open("a") as file:
        file.write(role("fresh", "default", more))
    env = {"AWS_MFA_TOKEN_CODE": aws.fresh_code(serial_of(aws))}
    result = home.run("sts", "get-caller-identity", "--profile", "fresh", env=env)
    assert result.returncode == 0, result.output
    (assumed,) = [call for call in aws.calls if call.action == "AssumeRole"]
    assert assumed.mfa_serial == serial_of(aws)


@on_v2
def test_ten_commands_at_once_use_one_code(home: Home, aws: EmbeddedAws) -> None:
    """The first renews, the others wait for its result and go on."""
    settle_managed(home, aws)
    env = {"AWS_MFA_TOKEN_CODE": aws.fresh_code(serial_of(aws))}
    started = [home.start(*S3, env=env) for _ in range(10)]
    for process in started:
        _, stderr = process.communicate()
        assert process.returncode == 0, stderr.decode()
    assert sum(1 for call in aws.calls if call.action == "GetSessionToken") == 1


@on_each_chain
def test_keys_in_the_environment_win_as_in_the_cli(home: Home, aws: EmbeddedAws) -> None:
    """Without --profile the CLI uses them; status says so."""
    settle_managed(home, aws)
    user = aws.user("grace")
    env = {
        "AWS_ACCESS_KEY_ID": user.access_key_id,
        "AWS_SECRET_ACCESS_KEY": user.secret_access_key,
        "AWS_PROFILE": "mfa",
    }
    result = home.run("sts", "get-caller-identity", env=env)
    assert result.returncode == 0, result.output
    assert "grace" in result.stdout
    assert "AWS_ACCESS_KEY_ID" in home.run("mfa", "status", env=env).stderr


@on_each_chain
def test_configure_list_does_not_prompt_or_fail(home: Home, aws: EmbeddedAws) -> None:
    """Some shell prompts run it."""
    settle_managed(home, aws)
    log_in(home, aws)
    age(home, -5)
    result = home.run("configure", "list", "--profile", "mfa", tty=True)
    assert result.returncode == 0, result.output
    assert "(profile mfa): " not in result.stdout


@on_each_chain
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
