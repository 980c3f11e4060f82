"""IAM: GetUser, ListMFADevices, and what other modules answer."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING

from tests.aws import access_keys, mfa_devices
from tests.aws import parameters as limits
from tests.aws.answers import element, text, timestamp
from tests.aws.errors import AwsError, validation_error
from tests.aws.policies import check_allowed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.aws.state import User
    from tests.aws.sts import Call

CREATED = datetime(2024, 2, 29, 12, 0, 0, tzinfo=timezone.utc)


def answer_iam(call: Call) -> str:
    """Return the inside of the result element; raises AwsError."""
    if call.caller.kind == "session" and not call.caller.mfa:
        message = "The security token included in the request is invalid"
        raise AwsError(403, "InvalidClientTokenId", message)
    actions: dict[str, Callable[[Call], str]] = {
        "ListMFADevices": list_mfa_devices,
        "GetUser": get_user,
        **access_keys.actions(allowed_user),
        **mfa_devices.actions(allowed_user),
    }
    if call.action not in actions:
        message = f"Could not find operation {call.action} for version 2010-05-08"
        raise AwsError(400, "InvalidAction", message)
    return actions[call.action](call)


def list_mfa_devices(call: Call) -> str:
    """List the enabled devices of a user, security keys too; without a name, judged as "*"."""
    user = allowed_user(call, unnamed_is_any=True)
    members = "".join(
        element(
            "member",
            text("UserName", user.name)
            + text("SerialNumber", device.serial)
            + mfa_devices.enable_date(device),
        )
        for device in user.devices
        if device.enabled
    )
    return element("IsTruncated", "false") + element("MFADevices", members)


def get_user(call: Call) -> str:
    """Describe a user; the root has neither path nor name."""
    user = allowed_user(call)
    named = text("Path", user.path) + text("UserName", user.name) if not user.is_root else ""
    return element(
        "User",
        named
        + text("UserId", user.user_id)
        + text("Arn", user.arn)
        + element("CreateDate", timestamp(CREATED)),
    )


def allowed_user(call: Call, *, unnamed_is_any: bool = False) -> User:
    """Return the user that a call is about, by UserName or the caller's own; raises AwsError.

    AWS says that a call is denied before it says whether the user exists.
    `unnamed_is_any`: a call without UserName is judged against "*".
    """
    limits.check(call.parameters, limits.USER_NAME)
    own, name = call.caller.user, call.parameters.get("UserName")
    if name is None and own is None:
        raise validation_error("Must specify userName when calling with non-User credentials")
    user = own if own and name in {None, own.name} else _find(call, str(name))
    if name is None and unnamed_is_any:
        resource, shown = "*", "*"
    else:
        resource = user.arn if user else _arn_of_nobody(call, str(name))
        shown = f"user {user.name if user else name}"
    check_allowed(call.caller, f"iam:{call.action}", resource, call.now, shown=shown)
    if user is None:
        raise AwsError(404, "NoSuchEntity", f"The user with name {name} cannot be found.")
    return user


def _find(call: Call, name: str) -> User | None:
    users = call.state.users
    found = (each for each in users if (each.name, each.account) == (name, call.caller.account))
    return next(found, None)


def _arn_of_nobody(call: Call, name: str) -> str:
    return f"arn:{call.caller.partition}:iam::{call.caller.account}:user/{name}"
