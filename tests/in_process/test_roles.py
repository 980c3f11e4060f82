"""Roles on an MFA profile: how long their sessions last, and for which user they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.in_process.aws import REGION, UNTRUSTED

if TYPE_CHECKING:
    from tests.in_process.aws import Aws, Result

HOUR = 3600
LONG = "duration_seconds = 7200\n"


def role(name: str, source: str, more: str = "") -> str:
    """Return the section of a role profile of the same name."""
    return (
        f"[profile {name}]\nrole_arn = arn:aws:iam::123456789012:role/{name}\n"
        f"source_profile = {source}\nregion = {REGION}\n{more}"
    )


def who(aws: Aws, profile: str, *options: str, code: str = "", trusted: bool = True) -> Result:
    """Call AWS with a profile, and perhaps a code in the environment."""
    env = {"AWS_MFA_TOKEN_CODE": code} if code else {}
    words = ("sts", "get-caller-identity", "--profile", profile, *options)
    return aws.run(*words, env=env if trusted else {**env, **UNTRUSTED})


def assumed(aws: Aws) -> list[dict[str, str]]:
    """Return the parameters of the AssumeRole calls that AWS answered."""
    return [
        call.parameters
        for call in aws.service.calls
        if call.action == "AssumeRole" and call.outcome == "ok"
    ]


@pytest.mark.parametrize(("setting", "sent"), [("7200", HOUR), ("43201", HOUR), ("ninety", None)])
def test_a_role_that_asks_for_more_than_an_hour(aws: Aws, setting: str, sent: int | None) -> None:
    """It gets the hour that AWS allows with a session; what isn't a number is left out."""
    aws.settle_mfa(config=role("admin", "mfa", f"duration_seconds = {setting}\n"))
    result = who(aws, "admin", code=aws.code())
    assert result.code == 0, result.output
    assert ":assumed-role/admin/" in result.stdout
    assert [call.get("DurationSeconds") for call in assumed(aws)] == [str(sent) if sent else None]
    shown = aws.run("configure", "get", "duration_seconds", "--profile", "admin")
    assert shown.stdout == f"{setting}\n"


def test_a_role_that_asks_for_less_than_fifteen_minutes(aws: Aws) -> None:
    """The CLI's own error names the parameter and the least value."""
    aws.settle_mfa(config=role("admin", "mfa", "duration_seconds = 600\n"))
    result = who(aws, "admin", code=aws.code())
    assert result.code != 0
    assert "DurationSeconds, value: 600, valid" in result.stderr
    assert "Traceback" not in result.stderr


def test_each_role_of_a_chain_gets_an_hour(aws: Aws) -> None:
    """A role on a role on a session: neither requests more."""
    chain = role("reader", "mfa", LONG) + role("chained", "reader", LONG)
    aws.settle_mfa(config=chain)
    result = who(aws, "chained", code=aws.code())
    assert result.code == 0, result.output
    assert ":assumed-role/chained/" in result.stdout
    assert [call["DurationSeconds"] for call in assumed(aws)] == [str(HOUR)] * 2


def test_a_role_keeps_its_settings(aws: Aws) -> None:
    """``external_id``, ``role_session_name`` and ``duration_seconds`` as the CLI has them."""
    more = "external_id = partner-42\nrole_session_name = me\nduration_seconds = 1800\n"
    aws.settle_mfa(config=role("partner", "mfa", more))
    result = who(aws, "partner", code=aws.code())
    assert result.code == 0, result.output
    assert ":assumed-role/partner/me" in result.stdout
    assert [call["DurationSeconds"] for call in assumed(aws)] == ["1800"]


def off(aws: Aws) -> str:
    """Return the settings of a role that the CLI assumes with a code."""
    return f"mfa_session = off\nmfa_serial = {aws.serial()}\n{LONG}"


def test_a_long_role_session_with_a_code_and_the_long_lived_keys(aws: Aws) -> None:
    """``mfa_session = off`` on the profile with the keys: the CLI gets what it requests."""
    aws.settle_mfa(config=role("admin", "default", off(aws)))
    result = who(aws, "admin", code=aws.code())
    assert result.code == 0, result.output
    (call,) = assumed(aws)
    assert (call["DurationSeconds"], call["SerialNumber"]) == ("7200", aws.serial())


def test_a_long_role_session_on_a_session_profile(aws: Aws) -> None:
    """``mfa_session = off`` on a session's keys: refused with the remedy before a code is used."""
    aws.settle_mfa(config=role("admin", "mfa", off(aws)))
    aws.log_in()
    result = who(aws, "admin", code="123456")
    assert result.code == 253, result.output
    assert "duration_seconds = 7200, but its source_profile mfa" in result.stderr
    assert "Set source_profile to the profile with your long-lived keys" in result.stderr
    assert aws.codes_used() == 1


def test_a_long_role_session_on_keys_that_aws_knows_as_temporary(aws: Aws) -> None:
    """The files don't show it: AWS's refusal is explained in the same way."""
    aws.settle_mfa(config=role("admin", "hidden", off(aws)))
    aws.log_in()
    keys = aws.home / "keys.json"
    keys.write_text(aws.run("mfa", "credential-process", "--profile", "mfa").stdout)
    with aws.config.open("a", encoding="utf-8") as file:
        file.write(f"[profile hidden]\ncredential_process = cat {keys}\n")
    result = who(aws, "admin", code=aws.code())
    assert result.code == 253, result.output
    assert "its source_profile hidden has session keys" in result.stderr


def test_cached_roles_are_kept_apart_by_user(aws: Aws) -> None:
    """The same role on two session profiles: each is assumed by its own user."""
    other = (
        f"[profile other]\nregion = {REGION}\nmfa_source_profile = user\n"
        f"mfa_serial = {aws.serial('user01')}\n"
    )
    second = role("admin", "other").replace("profile admin", "profile admin2")
    aws.settle_mfa(config=other + role("admin", "mfa") + second)
    aws.write_credentials(aws.keys("ada") + aws.keys("user01", "user"))
    for profile, user in (("admin", "ada"), ("admin2", "user01")):
        result = who(aws, profile, code=aws.code(user))
        assert result.code == 0, result.output
    callers = [call.user for call in aws.service.calls if call.action == "AssumeRole"]
    assert callers == ["ada", "user01"]


def test_a_cached_role_is_not_used_for_another_user(aws: Aws) -> None:
    """The session profile gets another user's keys and device: the role is assumed anew."""
    aws.settle_mfa(config=role("admin", "mfa"))
    assert who(aws, "admin", code=aws.code()).code == 0
    text = aws.config.read_text("utf-8").replace(aws.serial(), aws.serial("user01"))
    aws.config.write_text(text, "utf-8")
    aws.write_credentials(aws.keys("user01"))
    result = who(aws, "admin", code=aws.code("user01"))
    assert result.code == 0, result.output
    callers = [call.user for call in aws.service.calls if call.action == "AssumeRole"]
    assert callers == ["ada", "user01"]


def test_ca_bundle_applies_to_both_calls(aws: Aws) -> None:
    """To the session that is made first, and to the role on it."""
    aws.settle_mfa(config=role("admin", "mfa"))
    bundle = ("--ca-bundle", str(aws.service.ca_bundle))
    assert who(aws, "admin", *bundle, code=aws.code(), trusted=False).code == 0
    assert aws.codes_used() == len(assumed(aws)) == 1


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_no_verify_ssl_applies_to_neither_call(aws: Aws) -> None:
    """No code is sent to a server that isn't verified, and no role is assumed there."""
    aws.settle_mfa(config=role("admin", "mfa"))
    refused = who(aws, "admin", "--no-verify-ssl", code=aws.code(), trusted=False)
    assert refused.code == 253, refused.output
    assert "The connection to AWS isn't trusted" in refused.stderr
    assert aws.service.calls == []
    aws.log_in()
    assert who(aws, "admin", "--no-verify-ssl", trusted=False).code != 0
    assert assumed(aws) == []
