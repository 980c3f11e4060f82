"""How long role sessions last, and for which user they are, on the real CLIs."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from tests.hosts.cache import OLDEST_TOO
from tests.hosts.moved import MovedClock
from tests.hosts.sessions import log_in, settle_on_session
from tests.hosts.test_renewal import role, settle_managed
from tests.hosts.users import REGION, codes_used, keys_of, serial_of, settle

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home

pytestmark = pytest.mark.parametrize("host", OLDEST_TOO, indirect=True)

WHO = ("sts", "get-caller-identity", "--profile")
LONG = "duration_seconds = 7200\n"
HOUR = 3600


def code_for(aws: EmbeddedAws) -> dict[str, str]:
    """Return the environment that holds a fresh code of ada's."""
    return {"AWS_MFA_TOKEN_CODE": aws.fresh_code(serial_of(aws))}


def assumed(aws: EmbeddedAws) -> list[dict[str, str]]:
    """Return the parameters of the AssumeRole calls that AWS answered."""
    return [
        call.parameters
        for call in aws.calls
        if call.action == "AssumeRole" and call.outcome == "ok"
    ]


def test_a_role_that_asks_for_more_than_an_hour(home: Home, aws: EmbeddedAws) -> None:
    """It gets the hour that AWS allows with a session, instead of a ValidationError."""
    settle_managed(home, aws, role("admin", "mfa", LONG))
    result = home.run(*WHO, "admin", env=code_for(aws))
    assert result.returncode == 0, result.output
    assert "assumed-role/admin" in result.stdout
    assert [call["DurationSeconds"] for call in assumed(aws)] == [str(HOUR)]
    assert home.run("configure", "get", "duration_seconds", "--profile", "admin").stdout == "7200\n"


def test_each_role_of_a_chain_gets_an_hour(home: Home, aws: EmbeddedAws) -> None:
    """A role on a role on a session: neither requests more."""
    settle_managed(home, aws, role("reader", "mfa", LONG) + role("chained", "reader", LONG))
    result = home.run(*WHO, "chained", env=code_for(aws))
    assert result.returncode == 0, result.output
    assert [call["DurationSeconds"] for call in assumed(aws)] == [str(HOUR)] * 2


def test_after_an_hour_the_role_is_assumed_again_without_a_code(
    home: Home, aws: EmbeddedAws
) -> None:
    """One code for the session, and one AssumeRole whenever the CLI's cache drops the role."""
    settle_managed(home, aws, role("admin", "mfa", LONG))
    clock = MovedClock(aws)
    code = {"AWS_MFA_TOKEN_CODE": aws.token_code(serial_of(aws))}
    for minutes, calls in ((0, 1), (40, 1), (61, 2), (100, 2), (122, 3)):
        clock.move_to(minutes * 60)
        result = home.run(*WHO, "admin", env={**clock.environment, **code})
        assert result.returncode == 0, result.output
        assert len(assumed(aws)) == calls
        code = {}
    assert codes_used(aws) == 1


@pytest.mark.parametrize(("setting", "sent"), [("ninety", None), ("43201", str(HOUR))])
def test_other_durations_of_a_role(
    home: Home, aws: EmbeddedAws, setting: str, sent: str | None
) -> None:
    """What isn't a number to the CLI is left out; what is too long becomes an hour."""
    settle_managed(home, aws, role("admin", "mfa", f"duration_seconds = {setting}\n"))
    result = home.run(*WHO, "admin", env=code_for(aws))
    assert result.returncode == 0, result.output
    assert [call.get("DurationSeconds") for call in assumed(aws)] == [sent]


def test_a_role_that_asks_for_less_than_fifteen_minutes(home: Home, aws: EmbeddedAws) -> None:
    """The CLI's own error names the parameter and the least value."""
    settle_managed(home, aws, role("admin", "mfa", "duration_seconds = 600\n"))
    result = home.run(*WHO, "admin", env=code_for(aws))
    assert result.returncode != 0
    assert "DurationSeconds, value: 600, valid" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_long_role_session_with_a_code_and_the_long_lived_keys(
    home: Home, aws: EmbeddedAws
) -> None:
    """``mfa_session = off`` on the profile with the keys: the CLI gets what it requests."""
    off = f"mfa_session = off\nmfa_serial = {serial_of(aws)}\n{LONG}"
    settle_managed(home, aws, role("admin", "default", off))
    result = home.run(*WHO, "admin", env=code_for(aws))
    assert result.returncode == 0, result.output
    (call,) = assumed(aws)
    assert (call["DurationSeconds"], call["SerialNumber"]) == ("7200", serial_of(aws))


def test_a_long_role_session_on_a_session_profile(home: Home, aws: EmbeddedAws) -> None:
    """``mfa_session = off`` on a session's keys: refused with the remedy before a code is used."""
    off = f"mfa_session = off\nmfa_serial = {serial_of(aws)}\n{LONG}"
    settle_managed(home, aws, role("admin", "mfa", off))
    log_in(home, aws)
    result = home.run(*WHO, "admin", env={"AWS_MFA_TOKEN_CODE": "123456"})
    assert result.returncode == 253, result.output
    assert "duration_seconds = 7200, but its source_profile mfa" in result.stderr
    assert "Set source_profile to the profile with your long-lived keys" in result.stderr
    assert codes_used(aws) == 1


def test_a_long_role_session_on_keys_that_aws_knows_as_temporary(
    home: Home, aws: EmbeddedAws
) -> None:
    """The files don't show it: AWS's refusal is explained in the same way."""
    off = f"mfa_session = off\nmfa_serial = {serial_of(aws)}\n{LONG}"
    settle_managed(home, aws, role("admin", "hidden", off))
    log_in(home, aws)
    keys = home.run("mfa", "credential-process", "--profile", "mfa").stdout
    (home.path / "keys.json").write_text(keys)
    with home.config.open("a") as file:
        file.write(f"[profile hidden]\ncredential_process = cat {home.path}/keys.json\n")
    aws.advance(30)
    result = home.run(*WHO, "admin", env=code_for(aws))
    assert result.returncode == 253, result.output
    assert "its source_profile hidden has session keys" in result.stderr


@pytest.mark.parametrize("command", ["export", "credential-process", "exec"])
def test_export_exec_and_credential_process_with_a_long_role(
    home: Home, aws: EmbeddedAws, command: str
) -> None:
    """The session lasts an hour with each of them."""
    settle_managed(home, aws, role("admin", "mfa", LONG))
    log_in(home, aws)
    words = {
        "export": ("--format", "json", "--profile", "admin"),
        "credential-process": ("--profile", "admin"),
        "exec": ("--profile", "admin", "--", "sh", "-c", 'echo "$AWS_CREDENTIAL_EXPIRATION"'),
    }[command]
    result = home.run("mfa", command, *words)
    assert result.returncode == 0, result.output
    end = result.stdout.strip() if command == "exec" else json.loads(result.stdout)["Expiration"]
    left = (datetime.fromisoformat(end) - aws.now()).total_seconds()
    assert HOUR - 60 < left <= HOUR


def test_min_remaining_over_an_hour_is_refused_for_a_role(home: Home, aws: EmbeddedAws) -> None:
    """Before a session is made or a role assumed."""
    settle_managed(home, aws, role("admin", "mfa", LONG))
    options = ("--profile", "admin", "--min-remaining", "7200")
    result = home.run("mfa", "exec", *options, "--", "echo", "ran", env=code_for(aws))
    assert (result.returncode, result.stdout) == (253, "")
    assert "can't have 2 h left" in result.stderr
    assert "role chaining" in result.stderr
    assert aws.calls == []


def test_cached_roles_are_kept_apart_by_user(home: Home, aws: EmbeddedAws) -> None:
    """The same role on two session profiles: each is assumed by its own user."""
    other = (
        f"[profile other]\nregion = {REGION}\nmfa_source_profile = user\n"
        f"mfa_serial = {serial_of(aws, 'user01')}\n"
    )
    both = role("admin", "mfa") + role("admin", "other").replace("profile admin", "profile admin2")
    settle_managed(home, aws, other + both)
    home.write_credentials(home.credentials.read_text() + keys_of(aws, "user01", "user"))
    users = {}
    for profile, user in (("admin", "ada"), ("admin2", "user01")):
        code = {"AWS_MFA_TOKEN_CODE": aws.fresh_code(serial_of(aws, user))}
        result = home.run(*WHO, profile, env=code)
        assert result.returncode == 0, result.output
        users[user] = [call.user for call in aws.calls if call.action == "AssumeRole"]
    assert users == {"ada": ["ada"], "user01": ["ada", "user01"]}


def test_a_cached_role_is_not_used_for_another_user(home: Home, aws: EmbeddedAws) -> None:
    """The session profile gets another user's keys and device: the role is assumed anew."""
    settle_managed(home, aws, role("admin", "mfa"))
    assert home.run(*WHO, "admin", env=code_for(aws)).returncode == 0
    settle(home, aws, "user01")
    serial = serial_of(aws, "user01")
    managed = f"[profile mfa]\nmfa_source_profile = default\nmfa_serial = {serial}\n"
    home.write_config(f"{managed}region = {REGION}\n{role('admin', 'mfa')}")
    result = home.run(*WHO, "admin", env={"AWS_MFA_TOKEN_CODE": aws.fresh_code(serial)})
    assert result.returncode == 0, result.output
    callers = [call.user for call in aws.calls if call.action == "AssumeRole"]
    assert callers == ["ada", "user01"]


def untrusted(home: Home, aws: EmbeddedAws, config: str = "") -> str:
    """Let the home trust the proxy's CA only by an option; return the CA's path."""
    home.network = {"HTTPS_PROXY": aws.proxy_url}
    settle_managed(home, aws, config)
    return str(aws.ca_bundle)


@pytest.mark.parametrize("profile", ["mfa", "admin"])
def test_ca_bundle_applies_to_the_renewal(home: Home, aws: EmbeddedAws, profile: str) -> None:
    """To the session that is made first, and to the role on it."""
    bundle = untrusted(home, aws, role("admin", "mfa"))
    result = home.run(*WHO, profile, "--ca-bundle", bundle, env=code_for(aws))
    assert result.returncode == 0, result.output
    assert codes_used(aws) == 1


@pytest.mark.parametrize("profile", ["mfa", "admin"])
def test_no_verify_ssl_does_not_apply_to_the_renewal(
    home: Home, aws: EmbeddedAws, profile: str
) -> None:
    """No code is sent to a server that isn't verified."""
    untrusted(home, aws, role("admin", "mfa"))
    result = home.run(*WHO, profile, "--no-verify-ssl", env=code_for(aws))
    assert result.returncode == 253, result.output
    assert "The connection to AWS isn't trusted" in result.stderr
    assert aws.calls == []


def test_no_verify_ssl_does_not_apply_to_a_role(home: Home, aws: EmbeddedAws) -> None:
    """The role's client verifies too, with a valid session."""
    untrusted(home, aws)
    settle_on_session(home, aws, HOUR * 11, role("admin", "mfa"))
    result = home.run(*WHO, "admin", "--no-verify-ssl")
    assert result.returncode != 0
    assert assumed(aws) == []


@pytest.mark.parametrize("option", ["--ca-bundle", "--no-verify-ssl"])
def test_our_commands_apply_their_options_to_a_role(
    home: Home, aws: EmbeddedAws, option: str
) -> None:
    """To both of their calls."""
    bundle = untrusted(home, aws, role("admin", "mfa"))
    given = (option, bundle) if option == "--ca-bundle" else (option,)
    command = ("mfa", "credential-process", "--profile", "admin", *given)
    result = home.run(*command, env=code_for(aws))
    assert result.returncode == 0, result.output
    assert json.loads(result.stdout)["AccessKeyId"].startswith("ASIA")
    assert len(assumed(aws)) == 1
