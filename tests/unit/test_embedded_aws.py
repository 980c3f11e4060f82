"""What the embedded AWS checks beyond `tests/aws_selftest`: the scope's region, and races."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.aws import EmbeddedAws
from tests.aws.http import Request

if TYPE_CHECKING:
    from collections.abc import Iterator

IDENTITY = {"Action": "GetCallerIdentity", "Version": "2011-06-15"}
LIST_DEVICES = {"Action": "ListMFADevices", "Version": "2010-05-08"}


@pytest.fixture
def aws() -> Iterator[EmbeddedAws]:
    """Start an embedded AWS with the seed's accounts."""
    with EmbeddedAws() as aws:
        yield aws


def signed(
    aws: EmbeddedAws, user: str, service: str, host: str, region: str, parameters: dict[str, str]
) -> Request:
    """Return a request to a host, signed by botocore for a region."""
    found = aws.user(user)
    body = urlencode(parameters).encode()
    request = AWSRequest("POST", f"https://{host}/", {"Host": host}, body)
    keys = Credentials(found.access_key_id, found.secret_access_key)
    SigV4Auth(keys, service, region).add_auth(request)
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Request("https", "POST", host, "/", "", headers, body)


@pytest.mark.parametrize(
    ("user", "service", "host", "right", "wrong"),
    [
        ("ada", "sts", "sts.amazonaws.com", "us-east-1", "eu-west-1"),
        ("ada", "sts", "sts.eu-west-1.amazonaws.com", "eu-west-1", "us-east-1"),
        ("ada", "iam", "iam.amazonaws.com", "us-east-1", "eu-west-1"),
        ("gov", "iam", "iam.us-gov.amazonaws.com", "us-gov-west-1", "us-gov-east-1"),
        ("china", "iam", "iam.cn-north-1.amazonaws.com.cn", "cn-north-1", "cn-northwest-1"),
        ("china", "sts", "sts.cn-northwest-1.amazonaws.com.cn", "cn-northwest-1", "cn-north-1"),
    ],
)
def test_scopes_region_must_be_the_hosts(
    aws: EmbeddedAws, user: str, service: str, host: str, right: str, wrong: str
) -> None:
    """A right signature for another region than the host's is refused."""
    parameters = IDENTITY
    if service == "iam":
        parameters = {**LIST_DEVICES, "UserName": user}
    assert aws.answer(signed(aws, user, service, host, right, parameters)).status == 200
    refused = aws.answer(signed(aws, user, service, host, wrong, parameters))
    assert refused.status == 403
    assert b"<Code>SignatureDoesNotMatch</Code>" in refused.body
    assert b"scoped to a valid region" in refused.body


def test_any_region_is_good_on_loopback(aws: EmbeddedAws) -> None:
    """A plain URL is good for every region."""
    for region in ("us-east-1", "eu-west-1"):
        request = signed(aws, "ada", "sts", "127.0.0.1", region, IDENTITY)
        assert aws.answer(request).status == 200


def test_scopes_service_must_be_the_hosts(aws: EmbeddedAws) -> None:
    """STS rejects a signature for IAM."""
    request = signed(aws, "ada", "iam", "sts.amazonaws.com", "us-east-1", IDENTITY)
    refused = aws.answer(request)
    assert b"<Code>SignatureDoesNotMatch</Code>" in refused.body
    assert b"correct service: 'sts'" in refused.body


def test_one_code_sent_by_many_at_once_counts_once(aws: EmbeddedAws) -> None:
    """Of twenty calls with the same code one gets a session."""
    serial = aws.user("ada").mfa_serial
    code = {"SerialNumber": serial, "TokenCode": aws.fresh_code(serial)}
    call = {"Action": "GetSessionToken", "Version": "2011-06-15", **code}
    requests = [signed(aws, "ada", "sts", "127.0.0.1", "us-east-1", call) for _ in range(20)]
    with ThreadPoolExecutor(20) as pool:
        statuses = [response.status for response in pool.map(aws.answer, requests)]
    assert sorted(statuses) == [200, *[403] * 19]


def test_fresh_code_says_when_there_is_none(aws: EmbeddedAws) -> None:
    """If the newest accepted code is used, the next exists only later."""
    serial = aws.user("ada").mfa_serial
    aws.advance((10 - aws.now().timestamp()) % 30)
    call = {"Action": "GetSessionToken", "Version": "2011-06-15", "SerialNumber": serial}
    newest = {**call, "TokenCode": aws.token_code(serial, 1)}
    request = signed(aws, "ada", "sts", "127.0.0.1", "us-east-1", newest)
    assert aws.answer(request).status == 200
    with pytest.raises(LookupError, match="no unused code"):
        aws.fresh_code(serial)
    aws.advance(30)
    assert aws.fresh_code(serial) == aws.token_code(serial, 1)
