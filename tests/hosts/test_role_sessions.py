"""How long role sessions last, and for which user they are, on the real CLIs.

``tests/in_process/test_roles.py`` shows the other durations and settings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hosts.cache import OLDEST_TOO
from tests.hosts.moved import MovedClock
from tests.hosts.sessions import settle_on_session
from tests.hosts.test_renewal import settle_managed
from tests.hosts.users import REGION, codes_used, serial_of, settle
from tests.in_process.test_roles import HOUR, LONG, role

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home

# v1 does what these show in the test's process too.
on_official_v2 = pytest.mark.parametrize("host", ["v2", "v2-oldest"], indirect=True)

WHO = ("sts", "get-caller-identity", "--profile")


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


@pytest.mark.parametrize("host", OLDEST_TOO, indirect=True)
def test_roles_that_ask_for_more_than_an_hour(home: Home, aws: EmbeddedAws) -> None:
    """Each of a chain gets the hour that AWS allows with a session, and again after an hour.

    One code for the session, and one AssumeRole whenever the CLI's cache drops the role.
    """
    chained = role("chained", "reader", f"{LONG}role_session_name = me\n")
    settle_managed(home, aws, role("reader", "mfa", LONG) + chained)
    clock = MovedClock(aws)
    code = {"AWS_MFA_TOKEN_CODE": aws.token_code(serial_of(aws))}
    for minutes, calls in ((0, 2), (40, 2), (61, 4)):
        clock.move_to(minutes * 60)
        result = home.run(*WHO, "chained", env={**clock.environment, **code})
        assert result.returncode == 0, result.output
        assert "assumed-role/chained/me" in result.stdout
        assert [call["DurationSeconds"] for call in assumed(aws)] == [str(HOUR)] * calls
        code = {}
    assert codes_used(aws) == 1


@pytest.mark.parametrize("host", ["v2", "v2-oldest", "v2-debian"], indirect=True)
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


@pytest.mark.parametrize("host", ["v2-oldest"], indirect=True)
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


@on_official_v2
def test_certificates_are_verified_for_the_renewal_and_the_role(
    home: Home, aws: EmbeddedAws
) -> None:
    """Under --no-verify-ssl no code is sent and no role assumed; --ca-bundle applies to both."""
    home.network = {"HTTPS_PROXY": aws.proxy_url}
    settle_managed(home, aws, role("admin", "mfa"))
    refused = home.run(*WHO, "admin", "--no-verify-ssl", env=code_for(aws))
    assert refused.returncode == 253, refused.output
    assert "The connection to AWS isn't trusted" in refused.stderr
    assert aws.calls == []
    bundle = ("--ca-bundle", str(aws.ca_bundle))
    result = home.run(*WHO, "admin", *bundle, env=code_for(aws))
    assert result.returncode == 0, result.output
    assert (codes_used(aws), len(assumed(aws))) == (1, 1)
    settle_on_session(home, aws, HOUR * 11, role("reader", "mfa"))
    assert home.run(*WHO, "reader", "--no-verify-ssl").returncode != 0
    assert len(assumed(aws)) == 1
