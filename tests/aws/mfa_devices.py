"""IAM's calls on MFA devices: two codes in a row, eight a user, and when MFA itself is needed.

Sources: the IAM API reference, 'IAM and AWS STS quotas' and bulletin AWS-2023-001. Where they say
nothing (how late two codes may come, the words of some errors), it is noted beside the code.
"""

from __future__ import annotations

import base64
import re
import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from tests.aws import parameters as limits
from tests.aws import totp
from tests.aws.answers import element, text, timestamp
from tests.aws.errors import AwsError, validation_error
from tests.aws.policies import check_allowed, denied
from tests.aws.state import Device

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.aws.state import User
    from tests.aws.sts import Call

DEVICES_PER_USER = 8
SERIAL = limits.Limits("SerialNumber", 9, 256, r"[\w+=/:,.@-]+", required=True)
NAME = limits.Limits("VirtualMFADeviceName", 1, 226, r"[\w+=,.@-]+", required=True)
PATH = limits.Limits("Path", 1, 512, r"(/)|(/[!-~]+/)")
CODES = tuple(
    limits.Limits(f"AuthenticationCode{number}", 6, 6, r"[\d]+", required=True) for number in (1, 2)
)
NAMED_USER = limits.Limits("UserName", 1, 128, r"[\w+=,.@-]+", required=True)
STATUSES = ("Assigned", "Unassigned", "Any")
# AWS's seeds are 64 letters long. It doesn't say from how far off a pair is still found.
SEED_BYTES = 40
SYNC_STEPS = 20
# Any PNG will do: nobody here looks at it, but it must never be shown or logged.
_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)


def actions(allowed_user: Callable[[Call], User]) -> dict[str, Callable[[Call], str]]:
    """Return the calls by action; `allowed_user` tells which user is meant, or raises AwsError."""
    return {
        "CreateVirtualMFADevice": _create,
        "EnableMFADevice": lambda call: _enable(call, allowed_user),
        "ResyncMFADevice": lambda call: _resync(call, allowed_user),
        "DeactivateMFADevice": lambda call: _deactivate(call, allowed_user),
        "DeleteVirtualMFADevice": _delete,
        "ListVirtualMFADevices": _list_virtual,
    }


def _create(call: Call) -> str:
    limits.check(call.parameters, NAME, PATH)
    path, name = call.parameters.get("Path", "/"), call.parameters["VirtualMFADeviceName"]
    caller = call.caller
    serial = f"arn:{caller.partition}:iam::{caller.account}:mfa{path}{name}"
    check_allowed(caller, "iam:CreateVirtualMFADevice", serial, call.now)
    with call.state.lock:
        if serial in _virtual_serials(call):
            message = "MFADevice entity at the same path and name already exists."
            raise AwsError(409, "EntityAlreadyExists", message)
        seed = base64.b32encode(secrets.token_bytes(SEED_BYTES)).decode()
        call.state.unassigned_devices.append(Device(serial, seed))
    return element(
        "VirtualMFADevice",
        text("SerialNumber", serial)
        # Both are blobs: base64, also of what is base32 already.
        + element("Base32StringSeed", base64.b64encode(seed.encode()).decode())
        + element("QRCodePNG", base64.b64encode(_PNG).decode()),
    )


def _virtual_serials(call: Call) -> set[str]:
    assigned = {device.serial for _, device in call.state.devices()}
    return assigned | {device.serial for device in call.state.unassigned_devices}


def _enable(call: Call, allowed_user: Callable[[Call], User]) -> str:
    limits.check(call.parameters, NAMED_USER, SERIAL, *CODES)
    user = allowed_user(call)
    _check_mfa(call, user)
    with call.state.lock:
        if any(device.serial == call.parameters["SerialNumber"] for device in user.devices):
            raise AwsError(409, "EntityAlreadyExists", "MFA device is already in use.")
        device = _unassigned(call)
        if len(user.devices) >= DEVICES_PER_USER:
            message = f"Cannot exceed quota for MFADevicesPerUser: {DEVICES_PER_USER}"
            raise AwsError(409, "LimitExceeded", message)
        _synchronize(call, device)
        device.enabled_at = call.now.isoformat()
        call.state.unassigned_devices.remove(device)
        user.devices.append(device)
    return ""


def _resync(call: Call, allowed_user: Callable[[Call], User]) -> str:
    limits.check(call.parameters, NAMED_USER, SERIAL, *CODES)
    user = allowed_user(call)
    with call.state.lock:
        _synchronize(call, _device_of(call, user))
    return ""


def _deactivate(call: Call, allowed_user: Callable[[Call], User]) -> str:
    limits.check(call.parameters, SERIAL)
    user = allowed_user(call)
    _check_mfa(call, user)
    with call.state.lock:
        device = _device_of(call, user)
        user.devices.remove(device)
        if device.kind == "virtual":
            device.drift_steps = 0
            call.state.unassigned_devices.append(device)
    return ""


def _delete(call: Call) -> str:
    limits.check(call.parameters, SERIAL)
    serial = call.parameters["SerialNumber"]
    check_allowed(call.caller, "iam:DeleteVirtualMFADevice", serial, call.now)
    with call.state.lock:
        if any(device.serial == serial for _, device in call.state.devices()):
            message = "MFA VirtualDevice in use. Must deactivate first."
            raise AwsError(409, "DeleteConflict", message)
        call.state.unassigned_devices.remove(_unassigned(call))
    return ""


def _list_virtual(call: Call) -> str:
    status = call.parameters.get("AssignmentStatus", "Any")
    if status not in STATUSES:
        raise validation_error(
            f"1 validation error detected: Value '{status}' at 'assignmentStatus' failed to "
            f"satisfy constraint: Member must satisfy enum value set: [{', '.join(STATUSES)}]"
        )
    account = f"arn:{call.caller.partition}:iam::{call.caller.account}:mfa/"
    check_allowed(call.caller, "iam:ListVirtualMFADevices", account, call.now)
    found = []
    if status != "Unassigned":
        found += [_described(device, user) for user, device in call.state.devices()]
    if status != "Assigned":
        found += [_described(device, None) for device in call.state.unassigned_devices]
    members = "".join(entry for serial, entry in found if serial.startswith(account))
    return element("IsTruncated", "false") + element("VirtualMFADevices", members)


def _described(device: Device, user: User | None) -> tuple[str, str]:
    """Return a device's serial, and its entry: an unassigned one names no user."""
    inside = text("SerialNumber", device.serial)
    if user:
        named = text("UserName", user.name) if not user.is_root else ""
        inside += element("User", named + text("Arn", user.arn)) + enable_date(device)
    return device.serial, element("member", inside)


def enable_date(device: Device) -> str:
    """Return the element with the moment since when a device counts."""
    return element("EnableDate", timestamp(datetime.fromisoformat(device.enabled_at)))


def _check_mfa(call: Call, user: User) -> None:
    """Ask for MFA if the user has a device, whatever policies say (AWS-2023-001).

    The bulletin doesn't say with which words AWS refuses.
    """
    if user.devices and user is call.caller.user and not call.caller.mfa:
        raise denied(call.caller, f"iam:{call.action}", f"user {user.name}", explicit=True)


def _synchronize(call: Call, device: Device) -> None:
    """Take two codes in a row, and note how far the device's clock is from ours.

    A pair that comes late is taken too: then the clock looks slow, and the codes that the device
    shows count as too early. AWS calls that out of sync.
    """
    first, second = (call.parameters[codes.name] for codes in CODES)
    current = totp.step_at(call.now)
    last = call.state.last_steps.get(device.serial, -1)
    for step in range(current + SYNC_STEPS, current - SYNC_STEPS - 1, -1):
        pair = (totp.code_of_step(device.secret, step), totp.code_of_step(device.secret, step + 1))
        if device.secret and step > last and pair == (first, second):
            drift = step + 1 - current
            device.drift_steps = drift if abs(drift) > totp.DRIFT_STEPS else 0
            call.state.last_steps[device.serial] = step + 1
            return
    message = "Authentication code for device is not valid."
    raise AwsError(403, "InvalidAuthenticationCode", message)


def _device_of(call: Call, user: User) -> Device:
    serial = call.parameters["SerialNumber"]
    for device in user.devices:
        if device.serial == serial:
            return device
    raise _unknown(serial)


def _unassigned(call: Call) -> Device:
    serial = call.parameters["SerialNumber"]
    for device in call.state.unassigned_devices:
        if device.serial == serial:
            return device
    raise _unknown(serial)


def _unknown(serial: str) -> AwsError:
    kind = "VirtualMFADevice" if re.match("arn:", serial) else "MFADevice"
    message = f"{kind} with serial number {serial} does not exist."
    return AwsError(404, "NoSuchEntity", message)
