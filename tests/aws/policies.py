"""What identity-based policies say to a call, in AWS's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.aws.errors import AwsError, access_denied
from tests.aws.policy_language import VERSION, Decision, Document, Request, decide

if TYPE_CHECKING:
    from datetime import datetime

    from tests.aws.state import Caller, User

_EXPLICIT = "with an explicit deny in an identity-based policy"


def check_allowed(
    caller: Caller, action: str, resource: str, now: datetime, *, shown: str | None = None
) -> None:
    """Raise AccessDenied unless the caller's policies allow an action ("iam:GetUser").

    `resource` is an ARN or "*", `shown` what the message has in its place: IAM's messages about
    a user have `user ada`, and S3's about no bucket leave it out ("").
    """
    decision = decision_on(caller, action, resource, now)
    if decision != "allowed":
        shown = resource if shown is None else shown
        raise denied(caller, action, shown, explicit=decision == "denied")


def check_not_denied(caller: Caller, action: str, resource: str, now: datetime) -> None:
    """Raise AccessDenied if a policy denies an action that needs no permission."""
    if decision_on(caller, action, resource, now) == "denied":
        raise denied(caller, action, resource, explicit=True)


def decision_on(caller: Caller, action: str, resource: str, now: datetime) -> Decision:
    """Return what the caller's policies say."""
    request = Request(action, resource, context_of(caller, now))
    return decide(policies_of(caller), request)


def denied(caller: Caller, action: str, resource: str, *, explicit: bool) -> AwsError:
    """Return the denial that names the caller, the action and the resource."""
    why = _EXPLICIT if explicit else f"because no identity-based policy allows the {action} action"
    on_resource = f" on resource: {resource}" if resource else ""
    return access_denied(
        f"User: {caller.arn} is not authorized to perform: {action}{on_resource} {why}"
    )


def context_of(caller: Caller, now: datetime) -> dict[str, str]:
    """Return the condition keys of a call.

    Long-lived keys carry no key about MFA at all; every session says whether it was made with
    MFA, and only then how many seconds ago. The root and roles have no aws:username.
    """
    context = {
        "aws:PrincipalArn": caller.arn,
        "aws:PrincipalAccount": caller.account,
        "aws:userid": caller.user_id,
        "aws:SecureTransport": "true",
    }
    if caller.user and not caller.user.is_root:
        context["aws:username"] = caller.user.name
    if caller.temporary:
        context["aws:MultiFactorAuthPresent"] = "true" if caller.mfa else "false"
    if caller.mfa and caller.mfa_time:
        context["aws:MultiFactorAuthAge"] = str(int((now - caller.mfa_time).total_seconds()))
    return context


def policies_of(caller: Caller) -> list[Document]:
    """Return the documents that bind a caller: the user's own, or those of the seed."""
    if caller.user is None:  # a role
        return [_document(_allow(["s3:*", "sts:*"], "*"))]
    user = caller.user
    return list(user.policies) if user.policies else [usual_policy(user)]


def usual_policy(user: User) -> Document:
    """Return the policy of a user who has none: self-service, and S3 only with MFA."""
    statements = [_deny(user.denied_actions)] if user.denied_actions else []
    if user.is_root:
        return _document(_allow("*", "*"), *statements)
    own = [user.arn, f"arn:{user.partition}:iam::{user.account}:mfa/*"]
    statements += [
        _allow("iam:*", own),
        _allow(["s3:*", "sts:*"], "*"),
        {**_deny("s3:*"), "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}},
    ]
    if user.list_mfa_devices == "always":
        statements.append(_allow("iam:ListMFADevices", "*"))
    if user.list_mfa_devices == "never":
        statements.append(_deny("iam:ListMFADevices"))
    return _document(*statements)


def _document(*statements: Document) -> Document:
    return {"Version": VERSION, "Statement": list(statements)}


def _allow(actions: str | list[str], resources: str | list[str]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources}


def _deny(actions: str | list[str]) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": actions, "Resource": "*"}
