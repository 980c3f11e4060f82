"""The formats in which a session is printed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from awscli_mfa_plugin.export.formats import ignored_variables, ini_form, process_form, variables_of
from awscli_mfa_plugin.session.records import Session
from tests.fakes import NOW

SESSION = Session("ASIA1", "secret-1", "token-1", NOW + timedelta(hours=1), NOW)


def test_the_variables_of_a_session() -> None:
    """The expiration has an offset; the region has both names."""
    assert variables_of(SESSION, "eu-west-1") == {
        "AWS_ACCESS_KEY_ID": "ASIA1",
        "AWS_SECRET_ACCESS_KEY": "secret-1",
        "AWS_SESSION_TOKEN": "token-1",
        "AWS_CREDENTIAL_EXPIRATION": "2026-11-24T10:00:00+00:00",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }
    assert "AWS_REGION" not in variables_of(SESSION, "")


@pytest.mark.parametrize(
    ("names", "line"),
    [
        ((), ""),
        (("HOME",), ""),
        (("AWS_PROFILE",), "Ignoring AWS_PROFILE from your environment."),
        (
            ("AWS_PROFILE", "AWS_SESSION_TOKEN"),
            "Ignoring AWS_SESSION_TOKEN and AWS_PROFILE from your environment.",
        ),
        (
            ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_SESSION_TOKEN"),
            (
                "Ignoring AWS_ACCESS_KEY_ID, AWS_SESSION_TOKEN and AWS_PROFILE from your "
                "environment."
            ),
        ),
    ],
)
def test_variables_that_are_ignored_are_named(names: tuple[str, ...], line: str) -> None:
    """Without their values, which are secrets; an empty one has no effect."""
    environment = {**dict.fromkeys(names, "secret"), "AWS_SECURITY_TOKEN": ""}
    assert ignored_variables(environment) == line


def test_the_format_of_a_credential_process() -> None:
    """Version 1, always with the expiration."""
    assert process_form(SESSION) == {
        "Version": 1,
        "AccessKeyId": "ASIA1",
        "SecretAccessKey": "secret-1",
        "SessionToken": "token-1",
        "Expiration": "2026-11-24T10:00:00+00:00",
    }


def test_the_format_of_a_credentials_section() -> None:
    """As a login writes it, so that other tools know whose it is; with the region if known."""
    lines = ini_form("mfa", SESSION, "eu-west-1").splitlines()
    assert lines[0] == "[mfa]"
    assert lines[1:] == [
        "aws_access_key_id = ASIA1",
        "aws_secret_access_key = secret-1",
        "aws_session_token = token-1",
        "expiration = 2026-11-24T10:00:00+00:00",
        "manager = awscli-mfa-plugin",
        "issued = 2026-11-24T09:00:00+00:00",
        "issued_key = 2026-11-24T09:00:00+00:00 b1b36d22b7ab353e3f784f0affd40055",
        "region = eu-west-1",
    ]
    assert "region" not in ini_form("mfa", SESSION, "")
