"""What people can do under exactly the policy that ``aws mfa policy`` prints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from awscli_mfa_plugin.devices.codes import resync
from awscli_mfa_plugin.devices.enroll import add
from awscli_mfa_plugin.devices.policy import KEYS_ONLY, document
from awscli_mfa_plugin.devices.remove import remove
from awscli_mfa_plugin.errors import CancelledError, PermissionDeniedError
from tests.aws_selftest.clients import Keys, client, keys_of, refusal
from tests.unit.devices.user import ARN, Devices

Of = Callable[..., Devices]
ALLOW_S3 = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}


def under(devices: Devices, max_age: int | None = None) -> Devices:
    """Put the policy on the user, beside one that allows S3."""
    other = {"Version": "2012-10-17", "Statement": [ALLOW_S3]}
    policies = [document("aws", KEYS_ONLY, max_age), other]
    devices.aws.user(devices.user).policies = policies
    return devices


def session_keys(devices: Devices) -> Keys:
    """Return the keys of profile mfa's session."""
    session = devices.files.session_of(devices.files.profile("mfa"))
    assert session
    return Keys(session.access_key_id, session.secret_access_key, session.session_token)


@pytest.mark.parametrize("max_age", [None, 43_200])
def test_a_user_without_a_device_can_enroll_and_nothing_else(
    devices: Devices, max_age: int | None
) -> None:
    """A first device, a resync, a session; no bucket, no key, no deletion."""
    under(devices, max_age)
    devices.answer(CancelledError("Cancelled."))
    with pytest.raises(CancelledError):
        add(devices.request(name="first"), devices.work)
    assert "An administrator can" in devices.fakes.notes[-1]
    devices.answer("n", *devices.pair("nodevice"))
    add(devices.request(), devices.work)
    devices.aws.advance(60)
    devices.answer(*devices.pair("nodevice"))
    resync(devices.request(), devices.work)
    keys = keys_of(devices.aws, "nodevice")
    assert refusal(client(devices.aws, "s3", keys).list_buckets).code == "AccessDenied"
    iam = client(devices.aws, "iam", keys)
    assert refusal(iam.create_access_key, UserName="nodevice").code == "AccessDenied"
    devices.aws.advance(60)
    devices.log_in(f"{ARN}nodevice")
    assert client(devices.aws, "s3", session_keys(devices)).list_buckets()["Buckets"]


def test_a_user_with_a_session_can_work_and_manage_devices_and_keys(devices_of: Of) -> None:
    """Another device, its removal, a new access key."""
    devices = under(devices_of("ada"))
    devices.log_in()
    devices.answer(*devices.pair("tablet"))
    add(devices.request(name="tablet"), devices.work)
    assert remove(devices.request(device="tablet", yes=True), devices.work).is_deleted
    assert devices.serials() == ["ada"]
    iam = client(devices.aws, "iam", session_keys(devices))
    made = iam.create_access_key(UserName="ada")["AccessKey"]["AccessKeyId"]
    iam.delete_access_key(UserName="ada", AccessKeyId=made)
    assert client(devices.aws, "s3", session_keys(devices)).list_buckets()["Buckets"]


def test_a_session_that_is_too_old_is_told_what_helps(devices_of: Of) -> None:
    """The remedy is a new login."""
    devices = under(devices_of("ada"), max_age=900)
    devices.log_in()
    devices.answer(*devices.pair("tablet"))
    add(devices.request(name="tablet"), devices.work)
    for session in devices.aws.state.sessions.values():
        session.caller = replace(session.caller, mfa_time=devices.aws.now() - timedelta(hours=1))
    with pytest.raises(PermissionDeniedError) as caught:
        remove(devices.request(device="tablet", yes=True), devices.work)
    assert caught.value.remedy.endswith("aws mfa login --profile mfa --force")
