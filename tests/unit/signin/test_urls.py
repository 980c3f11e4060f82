"""The addresses of the console and of its sign-in."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from awscli_mfa_plugin.session.records import Session
from awscli_mfa_plugin.signin.urls import (
    SERVICES,
    addresses_of,
    destination,
    federation_form,
    signin_query,
)
from tests.fakes import NOW

ADDRESSES = {
    "arn:aws:iam::123456789012:role/x": (
        "https://signin.aws.amazon.com/federation",
        "https://console.aws.amazon.com/",
    ),
    "arn:aws-us-gov:iam::123456789012:role/x": (
        "https://signin.amazonaws-us-gov.com/federation",
        "https://console.amazonaws-us-gov.com/",
    ),
    "arn:aws-cn:iam::123456789012:role/x": (
        "https://signin.amazonaws.cn/federation",
        "https://console.amazonaws.cn/",
    ),
}


@pytest.mark.parametrize(("role", "addresses"), ADDRESSES.items())
def test_each_partition_has_its_own(role: str, addresses: tuple[str, str]) -> None:
    """The role's ARN names it."""
    assert addresses_of(role) == addresses


@pytest.mark.parametrize("role", ["arn:aws-iso:iam::1:role/x", "", "x", "arn:"])
def test_a_partition_without_a_public_console(role: str) -> None:
    """There is none to open."""
    assert addresses_of(role) is None


def test_the_form_has_the_session_and_no_duration() -> None:
    """AWS refuses one for a role on a session."""
    form = federation_form(Session("ASIA1", "s/1", "t+1", NOW + timedelta(hours=1)))
    assert form.keys() == {"Action", "Session"}
    assert json.loads(form["Session"]) == {
        "sessionId": "ASIA1",
        "sessionKey": "s/1",
        "sessionToken": "t+1",
    }


def test_pages_of_the_console() -> None:
    """The start page, or a service's, in the region if there is one."""
    console = "https://console.aws.amazon.com/"
    assert destination(console, None, "") == f"{console}console/home"
    page = destination(console, "s3", "eu-west-1")
    assert page == f"{console}s3/home?region=eu-west-1"
    assert all(destination(console, name, "").startswith(console) for name in SERVICES)
    assert signin_query("token", page) == {
        "Action": "login",
        "Destination": page,
        "SigninToken": "token",
    }
