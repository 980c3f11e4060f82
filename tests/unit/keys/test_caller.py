"""Who asks AWS about access keys: an MFA session on the source, else the source's keys."""

from __future__ import annotations

import pytest

from awscli_mfa_plugin.errors import (
    ConfigurationError,
    PermissionDeniedError,
    ServiceError,
    WrongKeyError,
)
from awscli_mfa_plugin.keys.caller import find_caller, user_of, with_advice
from awscli_mfa_plugin.keys.deletion import StoppedByPolicyError
from awscli_mfa_plugin.session.records import CallerIdentity
from tests.fakes import LONG_LIVED, SERIAL, FakeFiles, Fakes, session_section

MFA = {"mfa_source_profile": "default", "mfa_serial": SERIAL}
WORK = {"aws_access_key_id": "AKIAWORK", "aws_secret_access_key": "secret-of-work"}


def fakes() -> Fakes:
    """Return fakes with two users' keys, and a session for each."""
    files = FakeFiles(
        {"mfa": MFA, "work-mfa": {**MFA, "mfa_source_profile": "work"}},
        {
            "default": LONG_LIVED,
            "work": WORK,
            "mfa": session_section(),
            "work-mfa": session_section(),
        },
    )
    return Fakes(files=files)


def test_the_session_on_the_source_calls() -> None:
    """No code is asked for while it is valid."""
    caller = find_caller("mfa", None, None, fakes().ports())
    assert (caller.session_profile, caller.source.profile) == ("mfa", "default")
    assert (caller.keys.access_key_id, caller.keys.session_token) == ("ASIAOLD", "token-old")
    assert caller.region == "us-east-1"


def test_a_source_that_is_named_is_asked_about_with_its_own_session() -> None:
    """Not with that of another user."""
    caller = find_caller("mfa", "work", "eu-west-1", fakes().ports())
    assert (caller.session_profile, caller.source.keys.access_key_id) == ("work-mfa", "AKIAWORK")
    assert caller.region == "eu-west-1"


def test_without_mfa_the_long_lived_keys_call() -> None:
    """A user without a device has keys too; a denial says what may help."""
    files = FakeFiles({"default": {"region": "eu-west-1"}}, {"default": LONG_LIVED})
    caller = find_caller("mfa", None, None, Fakes(files=files).ports())
    assert (caller.session_profile, caller.keys.access_key_id) == ("", "AKIAADA")
    denied = with_advice(PermissionDeniedError("denied", "ask"), caller)
    assert denied.remedy.endswith("log in first:  aws mfa login")
    with_session = find_caller("mfa", None, None, fakes().ports())
    denied = with_advice(PermissionDeniedError("denied", "ask"), with_session)
    assert denied.remedy.endswith("aws mfa login --profile mfa --force")
    midway = StoppedByPolicyError("denied", "ask an administrator")
    assert with_advice(midway, with_session) is midway


def test_the_user_is_the_callers() -> None:
    """Without the path."""
    ports = fakes().ports()
    assert user_of(find_caller("mfa", None, None, ports), ports).user_name == "ada"


def test_a_session_that_aws_no_longer_accepts() -> None:
    """Its user was deleted, say: a new login is named."""
    refused = fakes()
    refused.sts.identity = WrongKeyError("unknown")
    ports = refused.ports()
    with pytest.raises(ServiceError, match="no longer accepts the session of profile mfa"):
        user_of(find_caller("mfa", None, None, ports), ports)
    files = FakeFiles({}, {"default": LONG_LIVED})
    bare = Fakes(files=files)
    bare.sts.identity = WrongKeyError("unknown")
    with pytest.raises(WrongKeyError):
        user_of(find_caller("mfa", None, None, bare.ports()), bare.ports())


def test_the_root_user_is_refused() -> None:
    """Its keys can't be listed by a name."""
    root = fakes()
    root.sts.identity = CallerIdentity("arn:aws:iam::123456789012:root", "123456789012")
    ports = root.ports()
    with pytest.raises(ConfigurationError, match="isn't an IAM user"):
        user_of(find_caller("mfa", None, None, ports), ports)
