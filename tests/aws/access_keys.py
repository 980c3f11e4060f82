"""IAM's calls on access keys: two a user, unknown for some seconds, and how their use is told."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from tests.aws import parameters as limits
from tests.aws.answers import element, text, timestamp
from tests.aws.errors import AwsError, validation_error
from tests.aws.policies import check_allowed
from tests.aws.state import AccessKey

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.aws.state import State, User
    from tests.aws.sts import Call

# IAM user guide, "IAM and AWS STS quotas"; inactive keys count.
KEYS_PER_USER = 2
KEY_ID = limits.Limits("AccessKeyId", 16, 128, r"[\w]+", required=True)
STATUSES = ("Active", "Inactive")
_SEEDED = datetime(2024, 2, 29, 12, 0, 0, tzinfo=timezone.utc)


def actions(asked_user: Callable[[Call], User]) -> dict[str, Callable[[Call], str]]:
    """Return the calls by action; `asked_user` tells whose keys are meant, or raises AwsError."""

    def user(call: Call) -> User:
        # Which user isn't taken from temporary keys.
        if call.caller.temporary and "UserName" not in call.parameters:
            message = "Must specify userName when calling with non-User credentials"
            raise validation_error(message)
        return asked_user(call)

    return {
        "ListAccessKeys": lambda call: _list(user(call)),
        "CreateAccessKey": lambda call: _create(call, user(call)),
        "UpdateAccessKey": lambda call: _update(call, user(call)),
        "DeleteAccessKey": lambda call: _delete(call, user(call)),
        "GetAccessKeyLastUsed": _last_used,
    }


def is_known(key: AccessKey, now: datetime) -> bool:
    """Return whether AWS takes signatures of a key by now: active, and known everywhere."""
    return key.active and now.timestamp() >= key.known_from


def note_use(state: State, key_id: str, service: str, region: str, now: datetime) -> None:
    """Remember that a long-lived key signed a call."""
    with state.lock:
        state.uses.setdefault(key_id, []).append((now.timestamp(), service, region))


def _list(user: User) -> str:
    members = "".join(
        element("member", text("UserName", user.name) + _described(key)) for key in user.access_keys
    )
    return element("IsTruncated", "false") + element("AccessKeyMetadata", members)


def _described(key: AccessKey) -> str:
    created = datetime.fromtimestamp(key.created, timezone.utc) if key.created else _SEEDED
    return (
        text("AccessKeyId", key.id)
        + element("Status", "Active" if key.active else "Inactive")
        + element("CreateDate", timestamp(created))
    )


def _create(call: Call, user: User) -> str:
    with call.state.lock:
        if len(user.access_keys) >= KEYS_PER_USER:
            message = f"Cannot exceed quota for AccessKeysPerUser: {KEYS_PER_USER}"
            raise AwsError(409, "LimitExceeded", message)
        made = call.now.timestamp()
        known = made + call.state.new_keys_unknown_seconds
        key = AccessKey(_new_id(), _new_secret(), created=made, known_from=known)
        user.access_keys.append(key)
    secret = text("SecretAccessKey", key.secret)
    return element("AccessKey", text("UserName", user.name) + _described(key) + secret)


def _new_id() -> str:
    return "AKIA" + base64.b32encode(secrets.token_bytes(10)).decode()


def _new_secret() -> str:
    return base64.b64encode(secrets.token_bytes(30)).decode()


def _update(call: Call, user: User) -> str:
    limits.check(call.parameters, KEY_ID)
    status = call.parameters.get("Status", "")
    if status not in STATUSES:
        allowed = "[Active, Inactive]"
        raise validation_error(
            f"1 validation error detected: Value '{status}' at 'status' failed to satisfy "
            f"constraint: Member must satisfy enum value set: {allowed}"
        )
    _key_of(call, user).active = status == "Active"
    return ""


def _delete(call: Call, user: User) -> str:
    limits.check(call.parameters, KEY_ID)
    with call.state.lock:
        user.access_keys.remove(_key_of(call, user))
    return ""


def _key_of(call: Call, user: User) -> AccessKey:
    """Return a key of the user; another's is as unknown as one that was never made."""
    for key in user.access_keys:
        if key.id == call.parameters["AccessKeyId"]:
            return key
    raise _unknown(call)


def _unknown(call: Call) -> AwsError:
    key_id = call.parameters["AccessKeyId"]
    return AwsError(404, "NoSuchEntity", f"The Access Key with id {key_id} cannot be found.")


def _last_used(call: Call) -> str:
    """Tell of the last use that IAM has heard of: what was used just now comes hours later."""
    limits.check(call.parameters, KEY_ID)
    found = call.state.access_key(call.parameters["AccessKeyId"])
    if not found:
        raise _unknown(call)
    user, key = found
    action, shown = f"iam:{call.action}", f"user {user.name}"
    check_allowed(call.caller, action, user.arn, call.now, shown=shown)
    heard = call.now - timedelta(seconds=call.state.uses_unheard_seconds)
    uses = [use for use in call.state.uses.get(key.id, []) if use[0] <= heard.timestamp()]
    date, service, region = "", "N/A", "N/A"
    if uses:
        moment, service, region = uses[-1]
        date = element("LastUsedDate", timestamp(datetime.fromtimestamp(moment, timezone.utc)))
    use = date + text("ServiceName", service) + text("Region", region)
    return text("UserName", user.name) + element("AccessKeyLastUsed", use)
