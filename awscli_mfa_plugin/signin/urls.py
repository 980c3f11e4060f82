"""The addresses of the AWS console and of its sign-in; completion reads the services at each TAB.

Source: IAM user guide, "Enable custom identity broker access to the AWS console".
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from awscli_mfa_plugin.session.records import Session

SERVICES = {
    "billing": "billing/home",
    "cloudformation": "cloudformation/home",
    "cloudfront": "cloudfront/v4/home",
    "cloudwatch": "cloudwatch/home",
    "dynamodb": "dynamodbv2/home",
    "ec2": "ec2/home",
    "ecr": "ecr/home",
    "ecs": "ecs/v2/home",
    "eks": "eks/home",
    "iam": "iam/home",
    "kms": "kms/home",
    "lambda": "lambda/home",
    "rds": "rds/home",
    "route53": "route53/v2/home",
    "s3": "s3/home",
    "secretsmanager": "secretsmanager/home",
    "sns": "sns/v3/home",
    "sqs": "sqs/v3/home",
    "ssm": "systems-manager/home",
    "vpc": "vpcconsole/home",
}
"""Where each service is in the console, by the name that the AWS CLI uses for it."""

_HOSTS = {
    "aws": ("signin.aws.amazon.com", "console.aws.amazon.com"),
    "aws-us-gov": ("signin.amazonaws-us-gov.com", "console.amazonaws-us-gov.com"),
    "aws-cn": ("signin.amazonaws.cn", "console.amazonaws.cn"),
}


def addresses_of(role_arn: str) -> tuple[str, str] | None:
    """Return the federation endpoint and the console of a role's partition.

    None for a partition without a public console.
    """
    _, _, rest = role_arn.partition("arn:")
    hosts = _HOSTS.get(rest.partition(":")[0])
    return (f"https://{hosts[0]}/federation", f"https://{hosts[1]}/") if hosts else None


def federation_form(session: Session) -> dict[str, str]:
    """Return what is sent for a sign-in token.

    Without ``SessionDuration``: AWS refuses it for a role that was assumed with temporary keys.
    """
    import json

    keys = {
        "sessionId": session.access_key_id,
        "sessionKey": session.secret_access_key,
        "sessionToken": session.session_token,
    }
    return {"Action": "getSigninToken", "Session": json.dumps(keys)}


def destination(console: str, service: str | None, region: str) -> str:
    """Return a page of the console: a service's, or the start page."""
    path = SERVICES[service] if service else "console/home"
    return f"{console}{path}" + (f"?region={region}" if region else "")


def signin_query(signin_token: str, page: str) -> dict[str, str]:
    """Return the query of the URL that signs a browser in; it is valid for 15 minutes."""
    return {"Action": "login", "Destination": page, "SigninToken": signin_token}
