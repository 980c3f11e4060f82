"""Who may call: keys, signatures, clocks, policies, and IAM's two actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.aws import EmbeddedAws
from tests.aws.seed import default_state
from tests.aws_selftest.clients import (
    Keys,
    Refusal,
    client,
    keys_in,
    keys_of,
    refusal,
    role_arn,
    session,
)

if TYPE_CHECKING:
    from pathlib import Path

UNKNOWN = Refusal(
    403, "InvalidClientTokenId", "The security token included in the request is invalid."
)


def test_unknown_key(aws: EmbeddedAws) -> None:
    """A key that nobody has."""
    sts = client(aws, "sts", Keys("AKIANOBODYNOBODYNOBO", "secret"))
    assert refusal(sts.get_caller_identity) == UNKNOWN


def test_inactive_key(aws: EmbeddedAws) -> None:
    """An inactive key gets the same error as an unknown one."""
    aws.user("ada").access_keys[0].active = False
    assert refusal(client(aws, "sts", keys_of(aws, "ada")).get_caller_identity) == UNKNOWN


def test_wrong_secret(aws: EmbeddedAws) -> None:
    """The signature of another secret doesn't pass, on any service."""
    keys = Keys(keys_of(aws, "ada").id, "anotherSecret")
    for service, call in (("sts", "get_caller_identity"), ("s3", "list_buckets")):
        caught = refusal(getattr(client(aws, service, keys), call))
        assert (caught.status, caught.code) == (403, "SignatureDoesNotMatch")


@pytest.mark.parametrize("token", [None, "another token"])
def test_session_keys_need_their_token(aws: EmbeddedAws, token: str | None) -> None:
    """Without the token, or with another one, AWS doesn't know a session's keys."""
    keys = session(aws)
    sts = client(aws, "sts", Keys(keys.id, keys.secret, token))
    assert refusal(sts.get_caller_identity) == UNKNOWN


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (16 * 60, ("Signature expired: ", " is now earlier than ", " - 15 min.)")),
        (-16 * 60, ("Signature not yet current: ", " is still later than ", " + 15 min.)")),
    ],
)
def test_clock_that_is_off(aws: EmbeddedAws, seconds: int, words: tuple[str, ...]) -> None:
    """More than fifteen minutes either way are refused, with the three times."""
    aws.set_offset(seconds)
    caught = refusal(client(aws, "sts", keys_of(aws, "ada")).get_caller_identity)
    assert (caught.status, caught.code) == (403, "SignatureDoesNotMatch")
    assert all(part in caught.message for part in words)


@pytest.mark.parametrize("seconds", [14 * 60, -14 * 60])
def test_clock_that_is_off_a_little(aws: EmbeddedAws, seconds: int) -> None:
    """Fourteen minutes pass."""
    aws.set_offset(seconds)
    assert client(aws, "sts", keys_of(aws, "ada")).get_caller_identity()["Account"]


def test_clock_follows_a_file(tmp_path: Path) -> None:
    """The seconds in the file are added as soon as they are written."""
    file = tmp_path / "offset"
    with EmbeddedAws(clock_file=file) as aws:
        before = aws.now()
        file.write_text("3600\n")
        assert 3600 <= (aws.now() - before).total_seconds() < 3630


@pytest.mark.parametrize(
    ("user", "region", "host"),
    [
        ("gov", "us-gov-west-1", "iam.us-gov.amazonaws.com"),
        ("china", "cn-north-1", "iam.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_partitions_know_their_own_keys_only(
    aws: EmbeddedAws, user: str, region: str, host: str
) -> None:
    """GovCloud's and China's keys work at their own hosts, and nowhere else."""
    keys = keys_of(aws, user)
    client(aws, "sts", keys, region=region, by_proxy=True).get_caller_identity()
    client(aws, "iam", keys, region=region, by_proxy=True).get_user()
    assert aws.calls[-1].host == host
    assert refusal(client(aws, "sts", keys, by_proxy=True).get_caller_identity) == UNKNOWN


def test_list_mfa_devices_wants_the_own_name(aws: EmbeddedAws) -> None:
    """Without UserName it is judged against '*' and denied, with the own name allowed."""
    iam = client(aws, "iam", keys_of(aws, "ada"))
    caught = refusal(iam.list_mfa_devices)
    assert (caught.status, caught.code) == (403, "AccessDenied")
    assert "on resource: *" in caught.message
    (device,) = iam.list_mfa_devices(UserName="ada")["MFADevices"]
    assert device["SerialNumber"] == "arn:aws:iam::123456789012:mfa/ada"
    assert refusal(iam.list_mfa_devices, UserName="many").code == "AccessDenied"


def test_list_mfa_devices_shows_all(aws: EmbeddedAws) -> None:
    """A user has up to eight devices; security keys are listed too."""
    listed = {
        user: [
            device["SerialNumber"]
            for device in client(aws, "iam", keys_of(aws, user)).list_mfa_devices(UserName=user)[
                "MFADevices"
            ]
        ]
        for user in ("many", "both", "nodevice")
    }
    assert len(listed["many"]) == 8
    assert [":u2f/" in serial for serial in listed["both"]] == [True, False]
    assert listed["nodevice"] == []


def test_list_mfa_devices_by_a_role_needs_a_name(aws: EmbeddedAws) -> None:
    """A caller that isn't a user has no devices of its own."""
    sts = client(aws, "sts", keys_of(aws, "ada"))
    role = keys_in(sts.assume_role(RoleArn=role_arn("reader"), RoleSessionName="work"))
    caught = refusal(client(aws, "iam", role).list_mfa_devices)
    message = "Must specify userName when calling with non-User credentials"
    assert caught == Refusal(400, "ValidationError", message)


def test_never_allowed_to_list(aws: EmbeddedAws) -> None:
    """A policy can deny the list by name too."""
    iam = client(aws, "iam", keys_of(aws, "denied"))
    for given in ({}, {"UserName": "denied"}):
        assert refusal(iam.list_mfa_devices, **given).code == "AccessDenied"


def test_denied_action() -> None:
    """An explicit deny names the caller, the action and the kind of policy."""
    state = default_state()
    state.user("ada").denied_actions = ["sts:GetSessionToken", "sts:AssumeRole", "iam:GetUser"]
    with EmbeddedAws(state) as aws:
        keys = keys_of(aws, "ada")
        sts, iam = client(aws, "sts", keys), client(aws, "iam", keys)
        role = {"RoleArn": role_arn("reader"), "RoleSessionName": "work"}
        caught = [
            refusal(sts.get_session_token),
            refusal(sts.assume_role, **role),
            refusal(iam.get_user),
        ]
    assert {(each.status, each.code) for each in caught} == {(403, "AccessDenied")}
    assert "is not authorized to perform: sts:GetSessionToken on resource: " in caught[0].message
    assert caught[0].message.endswith("with an explicit deny in an identity-based policy")


def test_sts_is_off_in_a_region() -> None:
    """An account's administrator can turn STS off in a region."""
    state = default_state()
    state.regions_off = ["eu-west-1"]
    with EmbeddedAws(state) as aws:
        sts = client(aws, "sts", keys_of(aws, "ada"), region="eu-west-1")
        caught = refusal(sts.get_session_token)
    assert (caught.status, caught.code) == (403, "RegionDisabledException")
    start = "STS is not activated in this region for account:123456789012."
    assert caught.message.startswith(start)


def test_identity_of_root_and_role(aws: EmbeddedAws) -> None:
    """GetCallerIdentity works for every caller."""
    root = client(aws, "sts", keys_of(aws, "root")).get_caller_identity()
    assert root["Arn"] == "arn:aws:iam::123456789012:root"
    grace = client(aws, "sts", session(aws, "grace")).get_caller_identity()
    assert grace["Arn"] == "arn:aws:iam::123456789012:user/engineering/grace"
