"""botocore's clients of the embedded AWS, one try a call, by the plain URL or the proxy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.aws import EmbeddedAws


@dataclass(frozen=True)
class Keys:
    """Access keys, with a token if they are a session's."""

    id: str
    secret: str
    token: str | None = None


@dataclass(frozen=True)
class Refusal:
    """The error that a client gets when a call is refused."""

    status: int
    code: str
    message: str


def keys_of(aws: EmbeddedAws, user: str) -> Keys:
    """Return the long-lived keys of a user of the seed."""
    found = aws.user(user)
    return Keys(found.access_key_id, found.secret_access_key)


def client(
    aws: EmbeddedAws, service: str, keys: Keys, *, region: str = "us-east-1", by_proxy: bool = False
) -> Any:
    """Return a client that tries once."""
    # AWS's own checks are what is tested, not those of the client's model.
    config: dict[str, Any] = {
        "retries": {"total_max_attempts": 1},
        "read_timeout": 5,
        "parameter_validation": False,
    }
    where: dict[str, Any] = {"endpoint_url": aws.url}
    if by_proxy:
        config["proxies"] = {"https": aws.proxy_url, "http": aws.proxy_url}
        where = {"verify": aws.ca_bundle}
    return boto3.client(
        service,
        region_name=region,
        aws_access_key_id=keys.id,
        aws_secret_access_key=keys.secret,
        aws_session_token=keys.token,
        config=Config(**config),
        **where,
    )


def session(aws: EmbeddedAws, user: str = "ada", *, mfa: bool = True, **parameters: Any) -> Keys:
    """Return a session of a user, made with a fresh code or without any."""
    if mfa:
        serial = aws.user(user).mfa_serial
        parameters |= {"SerialNumber": serial, "TokenCode": aws.fresh_code(serial)}
    return keys_in(client(aws, "sts", keys_of(aws, user)).get_session_token(**parameters))


def keys_in(answer: dict[str, Any]) -> Keys:
    """Return the keys that GetSessionToken or AssumeRole returned."""
    given = answer["Credentials"]
    return Keys(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def refusal(call: Callable[..., Any], **parameters: Any) -> Refusal:
    """Return how AWS refuses the call; fails if it doesn't."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    answer = caught.value.response
    error = answer["Error"]
    return Refusal(answer["ResponseMetadata"]["HTTPStatusCode"], error["Code"], error["Message"])


def role_arn(name: str) -> str:
    """Return the ARN of a role of the seed's main account."""
    return f"arn:aws:iam::123456789012:role/{name}"


def to_mid_step(aws: EmbeddedAws) -> None:
    """Move the clock to the middle of a time step, so that none ends inside a test."""
    aws.advance((10 - aws.now().timestamp()) % 30)
