"""Explicit denies of identity-based policies, in AWS's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.aws.errors import AwsError, access_denied

if TYPE_CHECKING:
    from tests.aws.state import Caller


def check_not_denied(caller: Caller, action: str, resource: str) -> None:
    """Raise AccessDenied if the user's policy denies an action ("sts:GetSessionToken")."""
    if caller.user and action in caller.user.denied_actions:
        raise explicitly_denied(caller, action, resource)


def explicitly_denied(caller: Caller, action: str, resource: str) -> AwsError:
    """Return the denial that names the caller, the action and the resource."""
    return access_denied(
        f"User: {caller.arn} is not authorized to perform: {action} on resource: {resource} "
        "with an explicit deny in an identity-based policy"
    )
