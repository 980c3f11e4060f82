"""The IAM policy that requires MFA, and lets people manage their own devices and keys.

It follows AWS's own example ("AWS: Allows MFA-authenticated IAM users to manage their own
credentials", IAM user guide), for users with a path too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import UsageError

if TYPE_CHECKING:
    from typing import Any

KEYS_ONLY, CONSOLE_TOO = "keys-only", "console-too"
AUDIENCES = (KEYS_ONLY, CONSOLE_TOO)

SHORTEST_AGE, LONGEST_AGE = 900, 129_600
"""Seconds: the shortest and the longest session that GetSessionToken gives."""

ENROLLMENT = (
    "iam:CreateVirtualMFADevice",
    "iam:EnableMFADevice",
    "iam:GetUser",
    "iam:ListMFADevices",
    "iam:ListVirtualMFADevices",
    "iam:ResyncMFADevice",
    "sts:GetSessionToken",
)
"""What a user may call without MFA: all that leads to a session with it."""

_OWN_DEVICES = (
    "iam:DeactivateMFADevice",
    "iam:EnableMFADevice",
    "iam:GetUser",
    "iam:ListMFADevices",
    "iam:ResyncMFADevice",
)
_OWN_KEYS = (
    "iam:CreateAccessKey",
    "iam:DeleteAccessKey",
    "iam:GetAccessKeyLastUsed",
    "iam:ListAccessKeys",
    "iam:UpdateAccessKey",
)

_PRESENT, _AGE = "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"


def check_max_age(seconds: int | None) -> None:
    """Raise UsageError for a limit under which no session, or every session, would work."""
    if seconds is not None and not SHORTEST_AGE <= seconds <= LONGEST_AGE:
        raise UsageError(
            f"--max-age must be between {SHORTEST_AGE} and {LONGEST_AGE} seconds.",
            "Use 43200 for half a day.",
        )


def document(partition: str, audience: str, max_age: int | None) -> dict[str, Any]:
    """Return the policy for a partition ("aws", "aws-cn", …).

    ``audience`` is one of AUDIENCES; ``max_age`` is how many seconds old a session may be.
    Long-lived keys carry no key about MFA at all, so each condition ends in ``IfExists``.
    """
    user, devices = f"arn:{partition}:iam::*:user", f"arn:{partition}:iam::*:mfa/*"
    own = [f"{user}/${{aws:username}}", f"{user}/*/${{aws:username}}"]
    statements = [
        _allow("ListDevices", ["iam:ListVirtualMFADevices"], "*"),
        _allow("CreateDevice", ["iam:CreateVirtualMFADevice"], devices),
        _allow("ManageOwnDevices", list(_OWN_DEVICES), own),
        # AWS deletes no device that is assigned to somebody.
        _allow("DeleteUnassignedDevice", ["iam:DeleteVirtualMFADevice"], devices),
        _allow("ManageOwnKeys", list(_OWN_KEYS), own),
    ]
    if audience == CONSOLE_TOO:
        own_password = ["iam:ChangePassword", "iam:GetLoginProfile"]
        statements += [
            _allow("ReadPasswordRules", ["iam:GetAccountPasswordPolicy"], "*"),
            _allow("ManageOwnPassword", own_password, own),
        ]
    statements.append(_deny("DenyWithoutMFA", {"BoolIfExists": {_PRESENT: "false"}}))
    if max_age is not None:
        too_old = {"NumericGreaterThanIfExists": {_AGE: str(max_age)}}
        statements.append(_deny("DenyOldSessions", too_old))
    return {"Version": "2012-10-17", "Statement": statements}


def _allow(sid: str, actions: list[str], resource: str | list[str]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource}


def _deny(sid: str, condition: dict[str, Any]) -> dict[str, Any]:
    """Return a statement that denies all but the way to a session, under a condition."""
    return {
        "Sid": sid,
        "Effect": "Deny",
        "NotAction": list(ENROLLMENT),
        "Resource": "*",
        "Condition": condition,
    }
