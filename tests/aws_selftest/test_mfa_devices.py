"""MFA devices: created, enabled by two codes in a row, resynced, deactivated, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.aws_selftest.clients import Refusal, client, keys_of, refusal, session, to_mid_step

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws
    from tests.aws_selftest.clients import Keys

ARN = "arn:aws:iam::123456789012:mfa/"
BAD_PAIR = Refusal(403, "InvalidAuthenticationCode", "Authentication code for device is not valid.")


def iam_of(aws: EmbeddedAws, user: str, keys: Keys | None = None) -> Any:
    """Return a user's IAM client."""
    return client(aws, "iam", keys or keys_of(aws, user))


def created(iam: Any, name: str) -> str:
    """Create a device; return its serial."""
    made = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]
    return str(made["SerialNumber"])


def pair(aws: EmbeddedAws, serial: str, first: int = 0) -> dict[str, str]:
    """Return the parameters with two codes in a row, the first so many steps from now."""
    return {
        "SerialNumber": serial,
        "AuthenticationCode1": aws.token_code(serial, first),
        "AuthenticationCode2": aws.token_code(serial, first + 1),
    }


def log_in(aws: EmbeddedAws, user: str, serial: str, steps: int) -> Any:
    """Call GetSessionToken with the code that a device shows so many steps from now."""
    code = aws.token_code(serial, steps)
    sts = client(aws, "sts", keys_of(aws, user))
    return sts.get_session_token(SerialNumber=serial, TokenCode=code)


def test_a_first_device(aws: EmbeddedAws) -> None:
    """It is created unassigned, with a seed that is given once, then enabled by two codes."""
    to_mid_step(aws)
    iam = iam_of(aws, "nodevice")
    made = iam.create_virtual_mfa_device(VirtualMFADeviceName="nodevice")["VirtualMFADevice"]
    serial = made["SerialNumber"]
    assert serial == f"{ARN}nodevice"
    assert made["Base32StringSeed"].decode() == aws.state.device(serial).secret
    assert len(made["Base32StringSeed"]) == 64
    assert made["QRCodePNG"].startswith(b"\x89PNG")
    assert iam.list_mfa_devices(UserName="nodevice")["MFADevices"] == []
    iam.enable_mfa_device(UserName="nodevice", **pair(aws, serial, -1))
    (device,) = iam.list_mfa_devices(UserName="nodevice")["MFADevices"]
    assert device["SerialNumber"] == serial
    assert abs((device["EnableDate"] - aws.now()).total_seconds()) < 60
    # Both codes are spent.
    for steps in (-1, 0):
        with pytest.raises(Exception, match="invalid MFA one time pass code"):
            log_in(aws, "nodevice", serial, steps)
    assert log_in(aws, "nodevice", serial, 1)["Credentials"]


def test_lists_of_virtual_devices(aws: EmbeddedAws) -> None:
    """Unassigned ones name no user and no date."""
    iam = iam_of(aws, "nodevice")
    serial = created(iam, "spare")

    def listed(**status: str) -> dict[str, Any]:
        found = iam.list_virtual_mfa_devices(**status)["VirtualMFADevices"]
        return {device["SerialNumber"]: device for device in found}

    assert listed(AssignmentStatus="Unassigned") == {serial: {"SerialNumber": serial}}
    assigned = listed(AssignmentStatus="Assigned")
    assert assigned[f"{ARN}ada"]["User"]["UserName"] == "ada"
    assert serial not in assigned
    assert set(listed()) == {serial, *assigned}
    assert refusal(iam.list_virtual_mfa_devices, AssignmentStatus="all").code == "ValidationError"


@pytest.mark.parametrize(
    ("first", "second"), [(0, 0), (0, 2), (1, 0), (-30, -29), (30, 31), (-1, None), (None, 0)]
)
def test_codes_that_do_not_follow_each_other(
    aws: EmbeddedAws, first: int | None, second: int | None
) -> None:
    """The same twice, one left out, backwards, too far off, or just wrong."""
    to_mid_step(aws)
    iam = iam_of(aws, "nodevice")
    serial = created(iam, "spare")
    codes = [
        "000000" if steps is None else aws.token_code(serial, steps) for steps in (first, second)
    ]
    given = {"AuthenticationCode1": codes[0], "AuthenticationCode2": codes[1]}
    caught = refusal(iam.enable_mfa_device, UserName="nodevice", SerialNumber=serial, **given)
    assert caught == BAD_PAIR
    assert [device.serial for device in aws.state.unassigned_devices] == [serial]


def test_codes_that_come_late(aws: EmbeddedAws) -> None:
    """The device is enabled, but out of sync; a resync helps."""
    to_mid_step(aws)
    iam = iam_of(aws, "nodevice")
    serial = created(iam, "slow")
    late = pair(aws, serial)
    aws.advance(180)
    iam.enable_mfa_device(UserName="nodevice", **late)
    with pytest.raises(Exception, match="invalid MFA one time pass code"):
        log_in(aws, "nodevice", serial, 0)
    iam.resync_mfa_device(UserName="nodevice", **pair(aws, serial, -1))
    assert log_in(aws, "nodevice", serial, 1)["Credentials"]


def test_a_device_whose_clock_is_off(aws: EmbeddedAws) -> None:
    """Its codes are refused until a resync, which spends two of them."""
    to_mid_step(aws)
    serial = f"{ARN}ada"
    with pytest.raises(Exception, match="invalid MFA one time pass code"):
        log_in(aws, "ada", serial, 5)
    iam = iam_of(aws, "ada")
    assert refusal(iam.resync_mfa_device, UserName="ada", **pair(aws, serial, 25)) == BAD_PAIR
    iam.resync_mfa_device(UserName="ada", **pair(aws, serial, 5))
    assert refusal(iam.resync_mfa_device, UserName="ada", **pair(aws, serial, 5)) == BAD_PAIR
    assert log_in(aws, "ada", serial, 7)["Credentials"]


def test_another_device_needs_mfa(aws: EmbeddedAws) -> None:
    """Whatever policies say: with long-lived keys alone none is enabled or deactivated."""
    to_mid_step(aws)
    iam = iam_of(aws, "ada")
    serial = created(iam, "ada-2")
    enable = {"UserName": "ada", **pair(aws, serial, -1)}
    assert refusal(iam.enable_mfa_device, **enable).code == "AccessDenied"
    gone = {"UserName": "ada", "SerialNumber": f"{ARN}ada"}
    assert refusal(iam.deactivate_mfa_device, **gone).code == "AccessDenied"
    with_mfa = iam_of(aws, "ada", session(aws))
    with_mfa.enable_mfa_device(**enable)
    with_mfa.deactivate_mfa_device(**gone)
    assert [device.serial for device in aws.user("ada").devices] == [serial]


def test_eight_devices_are_all(aws: EmbeddedAws) -> None:
    """The ninth is refused, and stays unassigned."""
    to_mid_step(aws)
    iam = iam_of(aws, "many", session(aws, "many"))
    serial = created(iam, "many-9")
    caught = refusal(iam.enable_mfa_device, UserName="many", **pair(aws, serial, -1))
    assert (caught.status, caught.code) == (409, "LimitExceeded")


def test_names_are_unique_in_the_account(aws: EmbeddedAws) -> None:
    """A device of that name may be anybody's, or nobody's."""
    iam = iam_of(aws, "nodevice")
    created(iam, "spare")
    for name in ("spare", "ada"):
        caught = refusal(iam.create_virtual_mfa_device, VirtualMFADeviceName=name)
        assert (caught.status, caught.code) == (409, "EntityAlreadyExists")
    caught = refusal(iam.create_virtual_mfa_device, VirtualMFADeviceName="with space")
    assert caught.code == "ValidationError"


def test_only_what_is_deactivated_is_deleted(aws: EmbeddedAws) -> None:
    """And only once."""
    iam = iam_of(aws, "ada", session(aws))
    serial = f"{ARN}ada"
    caught = refusal(iam.delete_virtual_mfa_device, SerialNumber=serial)
    assert (caught.status, caught.code) == (409, "DeleteConflict")
    iam.deactivate_mfa_device(UserName="ada", SerialNumber=serial)
    assert (
        refusal(iam.deactivate_mfa_device, UserName="ada", SerialNumber=serial).code
        == "NoSuchEntity"
    )
    iam.delete_virtual_mfa_device(SerialNumber=serial)
    assert refusal(iam.delete_virtual_mfa_device, SerialNumber=serial).code == "NoSuchEntity"


def test_a_hardware_device_is_only_deactivated(aws: EmbeddedAws) -> None:
    """It is no virtual device that could be deleted."""
    iam = iam_of(aws, "grace", session(aws, "grace"))
    iam.deactivate_mfa_device(UserName="grace", SerialNumber="GAHT12345678")
    caught = refusal(iam.delete_virtual_mfa_device, SerialNumber="GAHT12345678")
    assert caught.code in {"NoSuchEntity", "AccessDenied"}


def test_anothers_devices_are_denied(aws: EmbeddedAws) -> None:
    """The usual self-service covers nobody else."""
    to_mid_step(aws)
    iam = iam_of(aws, "nodevice")
    serial = created(iam, "spare")
    for call in (iam.enable_mfa_device, iam.resync_mfa_device):
        assert refusal(call, UserName="ada", **pair(aws, serial)).code == "AccessDenied"
    gone = {"UserName": "ada", "SerialNumber": f"{ARN}ada"}
    assert refusal(iam.deactivate_mfa_device, **gone).code == "AccessDenied"
