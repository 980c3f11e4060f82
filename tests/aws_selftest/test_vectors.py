"""Codes and signatures against what the standards publish."""

from __future__ import annotations

from hashlib import sha256

import pytest

from tests.aws.http import Request
from tests.aws.sigv4 import canonical_request, is_signed, parse_authorization, signing_key
from tests.aws.totp import code_of_step

# The ASCII secret 12345678901234567890 of RFC 6238, appendix B, in base32.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC_CODES = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]
# The example of the Signature Version 4 documentation.
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
SCOPE = "20150830/us-east-1/iam/aws4_request"
SIGNATURE = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
CANONICAL_SHA256 = "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59"
SIGNING_KEY = "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"


def documented_request(**changed: str) -> Request:
    """Return the documentation's ListUsers request."""
    headers = {
        "content-type": "application/x-www-form-urlencoded; charset=utf-8",
        "host": "iam.amazonaws.com",
        "x-amz-date": "20150830T123600Z",
        "authorization": (
            f"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{SCOPE}, "
            f"SignedHeaders=content-type;host;x-amz-date, Signature={SIGNATURE}"
        ),
    }
    query = "Action=ListUsers&Version=2010-05-08"
    return Request("https", "GET", "iam.amazonaws.com", "/", query, headers | changed, b"")


@pytest.mark.parametrize(("seconds", "code"), RFC_CODES)
def test_code_is_that_of_rfc_6238(seconds: int, code: str) -> None:
    """Appendix B of the RFC has eight digits; six are its end."""
    assert code_of_step(RFC_SECRET, seconds // 30, digits=8) == code
    assert code_of_step(RFC_SECRET, seconds // 30) == code[2:]


def test_canonical_request_is_the_documented_one() -> None:
    """The hash of the canonical request is in the documentation."""
    signed = ("content-type", "host", "x-amz-date")
    text = canonical_request(documented_request(), signed)
    assert sha256(text.encode()).hexdigest() == CANONICAL_SHA256


def test_signing_key_is_the_documented_one() -> None:
    """The derived key is in the documentation too."""
    assert signing_key(SECRET, SCOPE).hex() == SIGNING_KEY


def test_documented_signature_is_accepted() -> None:
    """The whole request passes with its secret."""
    request = documented_request()
    assert is_signed(request, parse_authorization(request), SECRET)


@pytest.mark.parametrize(
    "changed",
    [{"host": "sts.amazonaws.com"}, {"x-amz-date": "20150830T123601Z"}, {"x-amz-extra": "1"}],
    ids=["other host", "other second", "unsigned header"],
)
def test_changed_request_is_not_accepted(changed: dict[str, str]) -> None:
    """Whatever changes after the signature, or isn't covered by it, is noticed."""
    request = documented_request(**changed)
    assert not is_signed(request, parse_authorization(request), SECRET)
