"""Errors of AWS and the network, by cause."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any

import pytest
from botocore import exceptions, parsers
from botocore.model import ShapeResolver, StructureShape

from awscli_mfa_plugin.aws.aws_errors import explained, may_have_arrived
from awscli_mfa_plugin.errors import (
    AnswerLostError,
    BadAnswerError,
    ClockError,
    MfaError,
    PermissionDeniedError,
    ServiceError,
    TemporaryKeysError,
    ThrottledError,
    UnknownDeviceError,
    UnreachableError,
    WrongCodeError,
    WrongKeyError,
)
from tests.fakes import NOW

SECRET = "s3cret/key+of=ada"
WRONG_CODE = "MultiFactorAuthentication failed with invalid MFA one time pass code."
BAD_SERIAL = (
    "MultiFactorAuthentication failed, unable to validate MFA code.  "
    "Please verify your MFA serial number is valid and associated with this user."
)
NO_PAIR = (
    "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."
)
TOO_SHORT = (
    "1 validation error detected: Value '600' at 'durationSeconds' failed to satisfy constraint: "
    "Member must have value greater than or equal to 900"
)
DENIED = (
    "User: arn:aws:iam::123456789012:user/ada is not authorized to perform: sts:GetSessionToken "
    "on resource: * with an explicit deny in an identity-based policy"
)
EXPIRED = "Signature expired: 20261124T080000Z is now earlier than 20261124T084500Z (… - 15 min.)"
NOT_YET = "Signature not yet current: 20261124T110000Z is still later than 20261124T091500Z (…)"
NOT_THE_SIGNATURE = "The request signature we calculated does not match the signature you provided."
REGION_OFF = "STS is not activated in this region for account:123456789012. …"
INVALID = "The security token included in the request is invalid"


def refusal(
    status: int, code: str, message: str, headers: dict[str, str] | None = None
) -> Exception:
    """Return botocore's exception for an answer of AWS."""
    response = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": headers or {}},
    }
    error: Exception = exceptions.ClientError(response, "GetSessionToken")
    return error


def error_for(error: Exception, *, code_sent: bool = True) -> MfaError:
    """Return our error for one of botocore's."""
    return explained(error, NOW, "eu-west-1", code_sent=code_sent)


# AWS's answer, our class, and a word of the text that tells the cause.
ANSWERS: dict[str, tuple[tuple[int, str, str], type[MfaError], str]] = {
    "wrong code": ((403, "AccessDenied", WRONG_CODE), WrongCodeError, "rejected the code"),
    "unknown device": ((403, "AccessDenied", BAD_SERIAL), UnknownDeviceError, "passkey"),
    "serial without code": ((403, "AccessDenied", NO_PAIR), ServiceError, "must provide both"),
    "a duration out of range": ((400, "ValidationError", TOO_SHORT), ServiceError, "900"),
    "temporary keys": (
        (403, "AccessDenied", "Cannot call GetSessionToken with session credentials"),
        TemporaryKeysError,
        "temporary keys",
    ),
    "a session without MFA": ((403, "InvalidClientTokenId", INVALID), WrongKeyError, "access key"),
    "unknown key": ((403, "InvalidClientTokenId", f"{INVALID}."), WrongKeyError, "eu-west-1"),
    "unknown key elsewhere": (
        (403, "UnrecognizedClientException", f"{INVALID}."),
        WrongKeyError,
        "partition",
    ),
    "a clock behind": ((403, "SignatureDoesNotMatch", EXPIRED), ClockError, "clock"),
    "a clock ahead": ((403, "SignatureDoesNotMatch", NOT_YET), ClockError, "clock"),
    "another secret key": (
        (403, "SignatureDoesNotMatch", NOT_THE_SIGNATURE),
        WrongKeyError,
        "secret access key doesn't belong",
    ),
    "a session that is over": (
        (403, "ExpiredToken", "The security token included in the request is expired"),
        TemporaryKeysError,
        "expired",
    ),
    "a session that is over, S3's": (
        (400, "ExpiredToken", "The provided token has expired."),
        TemporaryKeysError,
        "expired",
    ),
    "denied by a policy": ((403, "AccessDenied", DENIED), PermissionDeniedError, "explicit deny"),
    "too many calls": ((400, "Throttling", "Rate exceeded"), ThrottledError, "Rate exceeded"),
    "too many calls, as a server error": (
        (503, "ThrottlingException", "Rate exceeded"),
        ThrottledError,
        "No code was used",
    ),
    "STS off in the region": (
        (403, "RegionDisabledException", REGION_OFF),
        ServiceError,
        "eu-west-1",
    ),
    "no user": (
        (400, "ValidationError", "Must specify userName when calling with non-User credentials"),
        ServiceError,
        "userName",
    ),
    "a wrong pair of codes": (
        (403, "InvalidAuthenticationCode", "Authentication code for device is not valid."),
        WrongCodeError,
        "two codes",
    ),
    "a failing server": ((500, "InternalFailure", "unknown error"), AnswerLostError, "used up"),
    "a failing gateway": ((502, "502", "Bad Gateway"), AnswerLostError, "Bad Gateway"),
}


@pytest.mark.parametrize(("answer", "kind", "word"), ANSWERS.values(), ids=ANSWERS.keys())
def test_each_cause_has_its_own_error(
    answer: tuple[int, str, str], kind: type[MfaError], word: str
) -> None:
    """Each in one or two lines: the class, the exit code and the wording follow the cause."""
    error = error_for(refusal(*answer))
    assert type(error) is kind
    assert error.exit_code == (255 if kind is AnswerLostError else 254)
    assert word in error.what + error.remedy
    assert len(str(error).splitlines()) <= 2
    assert may_have_arrived(refusal(*answer))


@pytest.mark.parametrize(
    "case", [case for case, (_, kind, _) in ANSWERS.items() if kind is not ServiceError]
)
def test_a_known_cause_has_a_remedy(case: str) -> None:
    """What to do next, in a sentence."""
    assert error_for(refusal(*ANSWERS[case][0])).remedy


@pytest.mark.parametrize(("status", "code"), [(500, "InternalFailure"), (503, "503")])
def test_a_server_error_of_a_call_without_a_code(status: int, code: str) -> None:
    """A call without a code is simply to be tried again."""
    error = error_for(refusal(status, code, "It failed."), code_sent=False)
    assert type(error) is UnreachableError
    assert "used up" not in str(error)
    assert error.remedy == "Try again."


OFFSETS = [
    (timedelta(hours=1), EXPIRED, "1 h behind AWS's"),
    (timedelta(minutes=17, seconds=20), EXPIRED, "17 min behind AWS's"),
    (timedelta(minutes=-16), NOT_YET, "16 min ahead of AWS's"),
    (timedelta(days=-2), NOT_YET, "48 h ahead of AWS's"),
]


@pytest.mark.parametrize(("offset", "message", "text"), OFFSETS)
@pytest.mark.parametrize("code", ["SignatureDoesNotMatch", "RequestTimeTooSkewed"])
def test_a_wrong_clock_is_reported_with_its_offset(
    code: str, offset: timedelta, message: str, text: str
) -> None:
    """Compared with the answer's Date, in whole minutes."""
    date = (NOW + offset).strftime("%a, %d %b %Y %H:%M:%S GMT")
    error = error_for(refusal(403, code, message, {"date": date}))
    assert text in error.what
    assert "clock" in error.remedy


def test_the_offset_is_the_same_in_any_zone() -> None:
    """Times are compared as moments."""
    date = (NOW + timedelta(hours=1)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    answer = refusal(403, "SignatureDoesNotMatch", EXPIRED, {"date": date})
    elsewhere = NOW.astimezone(timezone(timedelta(hours=-7)))
    assert "1 h behind" in explained(answer, elsewhere, "eu-west-1", code_sent=True).what


@pytest.mark.parametrize(
    "date",
    [
        *("", "soon", "Tue, 99 Nov 2026 25:00:00 GMT", "-0000", "\x1b[2J"),
        *("Tue, 17 Nov 2026 08:00:00", "Tue, 17 Nov 2026 08:00:00 -0000"),
    ],
)
def test_a_wrong_clock_without_a_date(date: str) -> None:
    """AWS's own message is shown instead of the offset."""
    error = error_for(refusal(403, "SignatureDoesNotMatch", EXPIRED, {"date": date}))
    assert type(error) is ClockError
    assert "20261124T080000Z is now earlier" in error.what


HOSTILE = "\x1b[2J\u202ego\nto\x07 http://evil"


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (400, "ValidationError", HOSTILE),
        (400, HOSTILE, "message"),
        (500, HOSTILE, HOSTILE),
        (403, "AccessDenied", f"is not authorized to perform {HOSTILE}"),
        (403, "SignatureDoesNotMatch", f"Signature expired {HOSTILE}"),
        (418, "", ""),
    ],
)
def test_messages_of_aws_are_escaped(status: int, code: str, message: str) -> None:
    """On one line, without control and bidirectional characters."""
    text = error_for(refusal(status, code, message)).what
    assert text.isprintable()
    assert "\\x1b" in text or not code


@pytest.mark.parametrize("code", ["ValidationError", "AccessDenied", "SignatureDoesNotMatch"])
def test_messages_of_aws_are_truncated(code: str) -> None:
    """Another server in its place can't fill the screen."""
    error = error_for(
        refusal(400, code, "is not authorized to perform Signature expired " + "x" * 9000)
    )
    assert len(error.what) < 400
    assert "…" in error.what


@pytest.mark.parametrize("region", ["eu-west-1\x1b[2J", "x\ny"])
def test_a_region_is_shown_escaped(region: str) -> None:
    """It comes from a file."""
    for error in (
        refusal(403, "InvalidClientTokenId", INVALID),
        refusal(403, "RegionDisabledException", REGION_OFF),
        exceptions.EndpointConnectionError(endpoint_url="x"),
    ):
        assert explained(error, NOW, region, code_sent=True).what.isprintable()


@pytest.mark.parametrize(
    "response",
    [{}, {"Error": {}}, {"Error": {"Code": None}, "ResponseMetadata": {"HTTPStatusCode": None}}],
)
def test_an_empty_answer_is_one_of_our_errors(response: dict[str, Any]) -> None:
    """What botocore can't parse, it leaves out; then it isn't AWS's."""
    assert type(error_for(exceptions.ClientError(response, "GetSessionToken"))) is UnreachableError


class NewConnectionError(Exception):
    """As urllib3 names an error before a proxy was reached."""


class ProtocolError(Exception):
    """As urllib3 names an error after it was reached."""


class MaxRetryError(Exception):
    """As urllib3 wraps the others."""

    def __init__(self, original_error: Exception) -> None:
        """Keep the original."""
        super().__init__(SECRET)
        self.original_error = original_error


def of_proxy(beneath: Exception) -> Exception:
    """Return botocore's error of a proxy; its text holds the proxy's password."""
    error: Exception = exceptions.ProxyConnectionError(
        proxy_url=f"http://ada:{SECRET}@proxy:3128", error=beneath
    )
    return error


URL = f"https://sts.eu-west-1.amazonaws.com/?x={SECRET}"
NEVER_SENT: dict[str, Exception] = {
    "no connection": exceptions.EndpointConnectionError(endpoint_url=URL),
    "no connection in time": exceptions.ConnectTimeoutError(endpoint_url=URL),
    "an untrusted certificate": exceptions.SSLError(endpoint_url=URL, error=SECRET),
    "no region": exceptions.NoRegionError(),
    "no proxy": of_proxy(NewConnectionError(SECRET)),
    "no proxy, wrapped": of_proxy(MaxRetryError(NewConnectionError(SECRET))),
    "a proxy that refuses": of_proxy(OSError("Tunnel connection failed: 407 Needs a password")),
}
LOST: dict[str, Exception] = {
    "no answer in time": exceptions.ReadTimeoutError(endpoint_url=URL),
    "a closed connection": exceptions.ConnectionClosedError(endpoint_url=URL, error=SECRET),
    "half an answer": exceptions.IncompleteReadError(actual_bytes=1, expected_bytes=2),
    "a connection that broke": exceptions.HTTPClientError(error=SECRET),
    "a broken connection through a proxy": of_proxy(ProtocolError(SECRET)),
    "a broken connection through a proxy, wrapped": of_proxy(MaxRetryError(ProtocolError(SECRET))),
    "a damaged body": parsers.ResponseParserError(f"Unable to parse <SessionToken>{SECRET}"),
    "what nobody foresaw": RuntimeError(SECRET),
}


def without_result(tag: str) -> Exception:
    """Return the error of botocore's own parser for a document without the action's result."""
    model = {
        "type": "structure",
        "resultWrapper": "GetSessionTokenResult",
        "members": {"Credentials": {"shape": "Text"}},
    }
    shape = StructureShape("Out", model, ShapeResolver({"Text": {"type": "string"}}))
    body = f'<{tag} xmlns="http://www.w3.org/1999/xhtml"><a>{SECRET}</a></{tag}>'.encode()
    try:
        parsers.QueryParser().parse({"status_code": 200, "headers": {}, "body": body}, shape)
    except KeyError as error:
        return error
    raise AssertionError("this botocore reads it")


def page_with(status: int) -> Exception:
    """Return botocore's exception for a page with an error's status, as its parser leaves it."""
    response = {"ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": {}}}
    error: Exception = exceptions.ClientError(response, "GetSessionToken")
    return error


PORTALS: dict[str, Exception] = {
    "a page in AWS's place": parsers.ResponseParserError(f"invalid XML: b'<HTML>{SECRET}'"),
    "a page that is XML": without_result("html"),
    "a page elsewhere": page_with(302),
    "a proxy's refusal": page_with(403),
}


@pytest.mark.parametrize("code_sent", [True, False])
@pytest.mark.parametrize("error", NEVER_SENT.values(), ids=NEVER_SENT.keys())
def test_a_request_that_was_not_sent_uses_no_code(error: Exception, *, code_sent: bool) -> None:
    """It is safe to try again, and the error says what to check."""
    reason = error_for(error, code_sent=code_sent)
    assert not may_have_arrived(error)
    assert type(reason) is UnreachableError
    assert reason.exit_code == 255
    assert reason.remedy
    assert SECRET not in str(reason)


@pytest.mark.parametrize("error", LOST.values(), ids=LOST.keys())
def test_a_request_that_may_have_arrived_may_have_used_the_code(error: Exception) -> None:
    """The remedy is to use the next code, if there was one."""
    assert may_have_arrived(error)
    reason = error_for(error)
    assert type(reason) is AnswerLostError
    assert "next code" in reason.remedy
    assert SECRET not in str(reason)
    plain = error_for(error, code_sent=False)
    assert type(plain) is UnreachableError
    assert "code" not in str(plain)
    assert SECRET not in str(plain)


@pytest.mark.parametrize("error", PORTALS.values(), ids=PORTALS.keys())
def test_a_captive_portal_is_recognized(error: Exception) -> None:
    """The user sees neither a KeyError nor the page."""
    reason = error_for(error)
    assert type(reason) is UnreachableError
    assert "sign-in page" in reason.what
    assert "sign in" in reason.remedy
    for text in (SECRET, "KeyError", "GetSessionTokenResult", "<HTML>"):
        assert text not in str(reason)
    assert not error_for(error, code_sent=False).is_safe_to_repeat


def test_an_answer_without_a_result_may_have_used_the_code() -> None:
    """It isn't called a captive portal."""
    reason = error_for(without_result("GetSessionTokenResponse"))
    assert type(reason) is BadAnswerError
    assert (reason.exit_code, reason.field) == (254, "Credentials")
    assert "the code is used up" in reason.what
    assert SECRET not in str(reason)


def test_an_answer_that_cant_be_parsed_may_have_used_the_code() -> None:
    """It isn't known what the answer was."""
    assert type(error_for(KeyError("GetSessionTokenResult"))) is AnswerLostError


def test_an_untrusted_certificate_has_its_own_remedy() -> None:
    """An inspecting proxy's CA has to be named."""
    reason = error_for(NEVER_SENT["an untrusted certificate"])
    assert "certificate" in reason.what
    assert "AWS_CA_BUNDLE" in reason.remedy
