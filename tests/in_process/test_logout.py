"""``aws mfa logout``: it removes the session and nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.in_process.aws import section_of

if TYPE_CHECKING:
    from tests.in_process.aws import Aws

MANAGED = {"mfa_source_profile", "mfa_session"}


def settings(aws: Aws, name: str = "profile mfa") -> set[str]:
    """Return which settings make a profile an MFA profile."""
    return MANAGED & section_of(aws.config, name).keys()


def test_logout_removes_the_session_and_keeps_the_settings(aws: Aws) -> None:
    """The credentials file is byte for byte as before; the next login needs no options."""
    aws.settle_mfa()
    before = aws.credentials.read_bytes()
    aws.log_in()
    config = aws.config.read_bytes()
    result = aws.run("mfa", "logout")
    assert result.code == 0, result.output
    assert "Copies of the session stay valid until" in result.stdout
    assert aws.credentials.read_bytes() == before
    assert aws.config.read_bytes() == config
    assert settings(aws) == {"mfa_source_profile"}
    aws.log_in()


def test_forget_removes_the_settings_too(aws: Aws) -> None:
    """The plugin ignores the profile from then on; other settings stay."""
    aws.settle_mfa("output = text\n")
    aws.log_in()
    result = aws.run("mfa", "logout", "--forget")
    assert result.code == 0, result.output
    assert not aws.session()
    assert not settings(aws)
    assert section_of(aws.config, "profile mfa")["output"] == "text"
    status = aws.run("mfa", "status", "--output", "json")
    assert json.loads(status.stdout)["Sessions"] == []


def test_forget_works_without_a_session(aws: Aws) -> None:
    """The settings may still be there without a session."""
    aws.settle_mfa()
    assert aws.run("mfa", "logout", "--forget").code == 0
    assert not settings(aws)


def test_all_removes_every_session(aws: Aws) -> None:
    """One in the credentials file and one in the cache; both profiles keep their settings."""
    aws.settle_mfa()
    aws.log_in("mfa")
    aws.log_in("default")
    result = aws.run("mfa", "logout", "--all", "--output", "json")
    removed = {entry["Profile"] for entry in json.loads(result.stdout)["Sessions"]}
    assert removed == {"mfa", "default"}
    assert not aws.session()
    assert not list((aws.folder / "cli" / "cache").iterdir())
    assert settings(aws)
    assert settings(aws, "default")


def test_long_lived_keys_stay(aws: Aws) -> None:
    """For a profile with keys, only the cached session is removed."""
    aws.settle()
    before = aws.credentials.read_bytes()
    aws.log_in("default")
    assert aws.run("mfa", "logout", "--profile", "default").code == 0
    assert not list((aws.folder / "cli" / "cache").iterdir())
    assert aws.credentials.read_bytes() == before


def test_another_tools_session_stays(aws: Aws) -> None:
    """It is refused, and the tool is named."""
    aws.settle()
    with aws.credentials.open("a", encoding="utf-8") as file:
        file.write(
            "[mfa]\naws_access_key_id = ASIATHEIRS\naws_secret_access_key = x\n"
            "aws_session_token = y\nassumed_role = False\nexpiration = 2099-01-01 00:00:00\n"
        )
    before = aws.credentials.read_bytes()
    result = aws.run("mfa", "logout")
    assert result.code == 253, result.output
    assert aws.credentials.read_bytes() == before


def test_all_and_a_profile_exclude_each_other(aws: Aws) -> None:
    """Nothing is removed."""
    aws.settle_mfa()
    aws.log_in()
    assert aws.run("mfa", "logout", "--all", "--profile", "mfa").code == 252
    assert aws.session()


def test_a_profile_that_does_not_exist(aws: Aws) -> None:
    """Exit code 253 and its name."""
    aws.settle()
    result = aws.run("mfa", "logout", "--profile", "nobody")
    assert result.code in {253, 255}
    assert "nobody" in result.stderr
