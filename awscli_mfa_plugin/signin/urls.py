"""The addresses of the AWS console and of its sign-in.

Source: IAM user guide, "Enable custom identity broker access to the AWS console".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from awscli_mfa_plugin.signin.services import SERVICES

if TYPE_CHECKING:
    from awscli_mfa_plugin.session.records import Session


@dataclass(frozen=True)
class Partition:
    """Where a partition's federation endpoint and its console are."""

    federation: str
    console: str


_PARTITIONS = {
    "aws": Partition("https://signin.aws.amazon.com/federation", "https://console.aws.amazon.com/"),
    "aws-us-gov": Partition(
        "https://signin.amazonaws-us-gov.com/federation", "https://console.amazonaws-us-gov.com/"
    ),
    "aws-cn": Partition("https://signin.amazonaws.cn/federation", "https://console.amazonaws.cn/"),
}


def partition_of(role_arn: str) -> Partition | None:
    """Return the addresses of a role's partition, or None for one without a public console."""
    _, _, rest = role_arn.partition("arn:")
    return _PARTITIONS.get(rest.partition(":")[0])


def federation_form(session: Session) -> dict[str, str]:
    """Return what is sent for a sign-in token.

    Without ``SessionDuration``: AWS refuses it for a role that was assumed with temporary keys.
    """
    keys = {
        "sessionId": session.access_key_id,
        "sessionKey": session.secret_access_key,
        "sessionToken": session.session_token,
    }
    return {"Action": "getSigninToken", "Session": json.dumps(keys)}


def destination(partition: Partition, service: str | None, region: str) -> str:
    """Return a page of the console: a service's, or the start page."""
    path = SERVICES[service] if service else "console/home"
    return f"{partition.console}{path}" + (f"?region={region}" if region else "")


def signin_query(signin_token: str, page: str) -> dict[str, str]:
    """Return the query of the URL that signs a browser in; it is valid for 15 minutes."""
    return {"Action": "login", "Destination": page, "SigninToken": signin_token}
