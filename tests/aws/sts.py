"""STS: GetSessionToken, AssumeRole and GetCallerIdentity."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.aws import parameters as limits
from tests.aws import totp
from tests.aws.answers import element, timestamp
from tests.aws.errors import AwsError, access_denied, validation_error
from tests.aws.policies import check_not_denied, decision_on
from tests.aws.state import Caller, Role, Session, State

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT_MAXIMUM = 3600
CHAINED_MAXIMUM = 3600
_NO_CODE = (
    "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."
)
_BAD_SERIAL = (
    "MultiFactorAuthentication failed, unable to validate MFA code.  "
    "Please verify your MFA serial number is valid and associated with this user."
)
_BAD_CODE = "MultiFactorAuthentication failed with invalid MFA one time pass code."


@dataclass(frozen=True)
class Call:
    """One call of an action: by whom, with what, when, and of which endpoint."""

    action: str
    parameters: dict[str, str]
    caller: Caller
    state: State
    now: datetime
    of_global_endpoint: bool = False


def answer_sts(call: Call) -> str:
    """Return the inside of the result element; raises AwsError."""
    actions: dict[str, Callable[[Call], str]] = {
        "GetSessionToken": get_session_token,
        "AssumeRole": assume_role,
        "GetCallerIdentity": get_caller_identity,
    }
    if call.action not in actions:
        refused = call.caller.kind == "session" or call.action == "GetFederationToken"
        if call.caller.temporary and refused:
            raise access_denied(f"Cannot call {call.action} with session credentials")
        message = f"Could not find operation {call.action} for version 2011-06-15"
        raise AwsError(400, "InvalidAction", message)
    return actions[call.action](call)


def get_caller_identity(call: Call) -> str:
    """Return who the caller is; no policy can deny this."""
    return (
        element("Arn", call.caller.arn)
        + element("UserId", call.caller.user_id)
        + element("Account", call.caller.account)
    )


def get_session_token(call: Call) -> str:
    """Give a user (or the root) temporary keys of their own."""
    limits.check(call.parameters, limits.SESSION_DURATION, limits.SERIAL_NUMBER, limits.TOKEN_CODE)
    if call.caller.temporary:
        raise access_denied("Cannot call GetSessionToken with session credentials")
    check_not_denied(call.caller, "sts:GetSessionToken", "*", call.now)
    is_root = call.caller.kind == "root"
    default = ROOT_MAXIMUM if is_root else 43200
    seconds = limits.number(call.parameters, "DurationSeconds", default)
    mfa_time = _mfa_time(call)
    caller = replace(call.caller, kind="session", mfa=mfa_time is not None, mfa_time=mfa_time)
    return _credentials(call, caller, min(seconds, ROOT_MAXIMUM) if is_root else seconds)


def assume_role(call: Call) -> str:
    """Give temporary keys of a role."""
    limits.check(
        call.parameters,
        limits.ROLE_ARN,
        limits.ROLE_SESSION_NAME,
        limits.ROLE_DURATION,
        limits.EXTERNAL_ID,
        limits.SERIAL_NUMBER,
        limits.TOKEN_CODE,
    )
    check_not_denied(call.caller, "sts:AssumeRole", call.parameters["RoleArn"], call.now)
    code_time = _mfa_time(call)
    role = _trusting_role(call, code_time or call.caller.mfa_time)
    seconds = limits.number(call.parameters, "DurationSeconds", 3600)
    _check_role_duration(call.caller, role, seconds)
    name = call.parameters["RoleSessionName"]
    arn = f"arn:{role.partition}:sts::{role.account}:assumed-role/{role.name}/{name}"
    user_id = f"{role.role_id}:{name}"
    caller = Caller(
        "role",
        None,
        role.account,
        role.partition,
        "",
        arn,
        user_id,
        mfa=code_time is not None,
        mfa_time=code_time,
        role=role,
    )
    assumed = element("AssumedRoleUser", element("AssumedRoleId", user_id) + element("Arn", arn))
    chained, has_duration = call.caller.temporary, "DurationSeconds" in call.parameters
    keys = _credentials(call, caller, seconds, chained=chained, has_duration=has_duration)
    return keys + assumed


def _mfa_time(call: Call) -> datetime | None:
    """Use the code, if there is one; return the moment that MFA age counts from."""
    serial, code = call.parameters.get("SerialNumber"), call.parameters.get("TokenCode")
    if serial is None and code is None:
        return None
    if serial is None or code is None:
        raise access_denied(_NO_CODE)
    user = call.caller.user
    for device in user.devices if user else ():
        if device.serial == serial and device.enabled and device.kind != "fido":
            if totp.use(call.state, device, code, call.now):
                return call.now
            raise access_denied(_BAD_CODE)
    raise access_denied(_BAD_SERIAL)


def _trusting_role(call: Call, mfa_time: datetime | None) -> Role:
    if call.caller.user and call.caller.user.is_root:
        raise access_denied("Roles may not be assumed by root accounts.")
    arn = call.parameters["RoleArn"]
    refusal = access_denied(
        f"User: {call.caller.arn} is not authorized to perform: sts:AssumeRole on resource: {arn}"
    )
    role = next((each for each in call.state.roles if each.arn == arn), None)
    if role is None or not _may_assume(role, call):
        raise refusal
    if role.external_id and call.parameters.get("ExternalId") != role.external_id:
        raise refusal
    if role.require_mfa and mfa_time is None:
        raise refusal
    longest = timedelta(seconds=role.max_mfa_age_seconds)
    if longest and (mfa_time is None or call.now - mfa_time > longest):
        raise refusal
    return role


def _may_assume(role: Role, call: Call) -> bool:
    """Return whether role and policies let the caller in.

    A trust policy that names the caller is enough; one that names an account needs the caller's
    own policies too.
    """
    caller = call.caller
    own = caller.role.arn if caller.role else caller.arn
    if {own, caller.arn} & set(role.trusts):
        return True
    trusts_account = f"arn:{caller.partition}:iam::{caller.account}:root" in role.trusts
    return trusts_account and decision_on(caller, "sts:AssumeRole", role.arn, call.now) == "allowed"


def _check_role_duration(caller: Caller, role: Role, seconds: int) -> None:
    # A user's own session counts as well as a role's.
    if caller.temporary and seconds > CHAINED_MAXIMUM:
        raise validation_error(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles "
            "assumed by role chaining."
        )
    if seconds > role.max_session_duration:
        raise validation_error(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        )


def _credentials(call: Call, caller: Caller, seconds: int, **how: bool) -> str:
    # AWS gives expirations in whole seconds.
    expiration = call.now.replace(microsecond=0) + timedelta(seconds=seconds)
    key_id = "ASIA" + base64.b32encode(secrets.token_bytes(10)).decode()
    secret = base64.b64encode(secrets.token_bytes(30)).decode()
    token = base64.b64encode(secrets.token_bytes(270)).decode()
    caller = replace(caller, access_key_id=key_id, expiration=expiration)
    session = Session(key_id, secret, token, expiration, caller, call.of_global_endpoint, **how)
    with call.state.lock:
        call.state.sessions[key_id] = session
    return element(
        "Credentials",
        element("AccessKeyId", key_id)
        + element("SecretAccessKey", secret)
        + element("SessionToken", token)
        + element("Expiration", timestamp(expiration)),
    )
