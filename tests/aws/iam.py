"""IAM: ListMFADevices, GetUser, and what other modules add."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING

from tests.aws import access_keys
from tests.aws import parameters as limits
from tests.aws.answers import element, text, timestamp
from tests.aws.errors import AwsError, access_denied, validation_error
from tests.aws.policies import check_not_denied

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
        **access_keys.actions(_asked_user),
    }
    if call.action not in actions:
        message = f"Could not find operation {call.action} for version 2010-05-08"
        raise AwsError(400, "InvalidAction", message)
    check_not_denied(call.caller, f"iam:{call.action}", "*")
    return actions[call.action](call)


def list_mfa_devices(call: Call) -> str:
    """List the enabled devices of a user, security keys too."""
    user = _asked_user(call)
    _check_may_list(call, user)
    members = "".join(
        element(
            "member",
            text("UserName", user.name)
            + text("SerialNumber", device.serial)
            + element("EnableDate", timestamp(CREATED)),
        )
        for device in user.devices
        if device.enabled
    )
    return element("IsTruncated", "false") + element("MFADevices", members)


def get_user(call: Call) -> str:
    """Describe a user; the root has neither path nor name."""
    user = _asked_user(call)
    if user is not call.caller.user:
        raise _denied(call, f"user {user.name}", "because no identity-based policy allows it")
    named = text("Path", user.path) + text("UserName", user.name) if not user.is_root else ""
    return element(
        "User",
        named
        + text("UserId", user.user_id)
        + text("Arn", user.arn)
        + element("CreateDate", timestamp(CREATED)),
    )


def _asked_user(call: Call) -> User:
    limits.check(call.parameters, limits.USER_NAME)
    own, name = call.caller.user, call.parameters.get("UserName")
    if name is None:
        if own is None:
            message = "Must specify userName when calling with non-User credentials"
            raise validation_error(message)
        return own
    if own and own.name == name:
        return own
    # Nobody here may look at others; AWS says so before it says whether they exist.
    raise _denied(call, f"user {name}", _NOT_ALLOWED.format(call.action))


_NOT_ALLOWED = "because no identity-based policy allows the iam:{} action"
_EXPLICIT = "with an explicit deny in an identity-based policy"


def _check_may_list(call: Call, user: User) -> None:
    if user.list_mfa_devices == "never":
        raise _denied(call, f"user {user.name}", _EXPLICIT)
    named = "UserName" in call.parameters
    if user.list_mfa_devices == "own-name" and not named:
        raise _denied(call, "*", _NOT_ALLOWED.format(call.action))


def _denied(call: Call, resource: str, why: str) -> AwsError:
    return access_denied(
        f"User: {call.caller.arn} is not authorized to perform: iam:{call.action} "
        f"on resource: {resource} {why}"
    )
