"""Faults on demand: each kind as botocore sees it, and how often."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    HTTPClientError,
    ProxyConnectionError,
)
from botocore.parsers import ResponseParserError

from tests.aws_selftest.clients import Refusal, client, keys_of, refusal

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws

ADA = "arn:aws:iam::123456789012:mfa/ada"
ACTION = "GetSessionToken"
# Inside a proxy's tunnel urllib3 calls a connection that ended 'Failed to connect to proxy',
# also where the request had arrived.
GONE = (ConnectionClosedError, HTTPClientError, ProxyConnectionError)


def sts(aws: EmbeddedAws, *, by_proxy: bool = False) -> Any:
    """Return ada's STS client."""
    return client(aws, "sts", keys_of(aws, "ada"), by_proxy=by_proxy)


def with_code(aws: EmbeddedAws) -> dict[str, str]:
    """Return parameters with a fresh code."""
    return {"SerialNumber": ADA, "TokenCode": aws.fresh_code(ADA)}


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("throttle", 400, "Throttling"),
        ("500", 500, "InternalFailure"),
        ("region-disabled", 403, "RegionDisabledException"),
    ],
)
def test_error_in_place_of_an_answer(aws: EmbeddedAws, kind: str, status: int, code: str) -> None:
    """The code isn't used, and the next call works."""
    given = with_code(aws)
    aws.fault(ACTION, kind)
    caught = refusal(sts(aws).get_session_token, **given)
    assert (caught.status, caught.code) == (status, code)
    sts(aws).get_session_token(**given)


def test_throttling_has_the_message_of_aws(aws: EmbeddedAws) -> None:
    """'Rate exceeded' is all that AWS says."""
    aws.fault("*", "throttle")
    caught = refusal(sts(aws).get_caller_identity)
    assert caught == Refusal(400, "Throttling", "Rate exceeded")


def test_fault_counts_down_and_applies_to_its_action_only(aws: EmbeddedAws) -> None:
    """Two calls of the named action go wrong, no other, and not a third one."""
    aws.fault(ACTION, "500", count=2)
    sts(aws).get_caller_identity()
    for _ in range(2):
        assert refusal(sts(aws).get_session_token).status == 500
    sts(aws).get_session_token()
    outcomes = [call.outcome for call in aws.calls]
    assert outcomes == ["ok", "InternalFailure", "InternalFailure", "ok"]


@pytest.mark.parametrize("by_proxy", [False, True])
def test_reset_uses_no_code(aws: EmbeddedAws, by_proxy: bool) -> None:  # noqa: FBT001 - a case
    """The connection is reset before AWS reads the request."""
    given = with_code(aws)
    aws.fault(ACTION, "reset")
    with pytest.raises(GONE):
        sts(aws, by_proxy=by_proxy).get_session_token(**given)
    sts(aws).get_session_token(**given)


@pytest.mark.parametrize("by_proxy", [False, True])
def test_lost_answer_uses_the_code(aws: EmbeddedAws, by_proxy: bool) -> None:  # noqa: FBT001 - a case
    """The call was processed: its code is used, though nobody got the session."""
    given = with_code(aws)
    aws.fault(ACTION, "answer-lost")
    with pytest.raises(GONE):
        sts(aws, by_proxy=by_proxy).get_session_token(**given)
    assert refusal(sts(aws).get_session_token, **given).code == "AccessDenied"
    assert [call.outcome for call in aws.calls] == ["ok", "AccessDenied"]


def test_captive_portal_gives_botocore_a_key_error(aws: EmbeddedAws) -> None:
    """A page with status 200 makes botocore raise what users must never see."""
    aws.fault(ACTION, "html")
    with pytest.raises((KeyError, ResponseParserError)):
        sts(aws).get_session_token()


@pytest.mark.parametrize("midway", [False, True])
def test_truncated_body(aws: EmbeddedAws, midway: bool) -> None:  # noqa: FBT001 - a case
    """Half an answer, as a whole body or with the connection closed midway."""
    given = with_code(aws)
    aws.fault(ACTION, "truncated", midway=midway)
    with pytest.raises((ResponseParserError, HTTPClientError)):
        sts(aws).get_session_token(**given)
    assert refusal(sts(aws).get_session_token, **given).code == "AccessDenied"


def test_slow_answer(aws: EmbeddedAws) -> None:
    """The call takes as long as the fault says."""
    aws.fault(ACTION, "slow", seconds=0.3)
    client_of_sts = sts(aws)
    started = time.monotonic()
    client_of_sts.get_session_token()
    assert time.monotonic() - started >= 0.3


def test_skewed_date(aws: EmbeddedAws) -> None:
    """The answer's Date is far from the real time, and follows the moved clock otherwise."""
    aws.fault(ACTION, "skewed-date", seconds=600)
    dates = []
    for _ in range(2):
        answer = sts(aws).get_session_token()
        headers = answer["ResponseMetadata"]["HTTPHeaders"]
        dates.append((parsedate_to_datetime(headers["date"]) - aws.now()).total_seconds())
    assert [round(seconds, -2) for seconds in dates] == [600, 0]


def test_hostile_message_arrives(aws: EmbeddedAws) -> None:
    """AWS's own message contains control and bidirectional characters."""
    aws.fault(ACTION, "hostile-message", text="no\x1b[31m red \u202e <b>")
    given = {"SerialNumber": ADA, "TokenCode": "000000"}
    caught = refusal(sts(aws).get_session_token, **given)
    assert caught == Refusal(403, "AccessDenied", "no\x9b31m red \u202e <b>")


def test_unknown_kind_is_refused(aws: EmbeddedAws) -> None:
    """A misspelt fault must not pass for one that never came."""
    with pytest.raises(ValueError, match="throtle"):
        aws.fault(ACTION, "throtle")


def test_botocores_own_retry_sends_the_used_code(aws: EmbeddedAws) -> None:
    """What the plugin must avoid: a correct code is called invalid after a lost answer."""
    import boto3

    keys = keys_of(aws, "ada")
    retrying = boto3.client(
        "sts",
        region_name="us-east-1",
        endpoint_url=aws.url,
        aws_access_key_id=keys.id,
        aws_secret_access_key=keys.secret,
    )
    aws.fault(ACTION, "answer-lost")
    with pytest.raises(ClientError, match="invalid MFA one time pass code"):
        retrying.get_session_token(**with_code(aws))
    assert len(aws.calls) == 2
