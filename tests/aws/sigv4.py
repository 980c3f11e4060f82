"""AWS Signature Version 4, as AWS's documentation has it: the signature of a request."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from tests.aws.errors import AwsError

if TYPE_CHECKING:
    from tests.aws.http import Request

ALGORITHM = "AWS4-HMAC-SHA256"
_SCOPE_PARTS = 5


@dataclass(frozen=True)
class Authorization:
    """The parts of the Authorization header."""

    access_key_id: str
    date: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str

    @property
    def scope(self) -> str:
        """The credential scope without the key."""
        return f"{self.date}/{self.region}/{self.service}/aws4_request"


def parse_authorization(request: Request) -> Authorization:
    """Read the header; raises AwsError MissingAuthenticationToken, IncompleteSignature."""
    header = request.headers.get("authorization", "")
    if not header:
        raise AwsError(403, "MissingAuthenticationToken", "Request is missing Authentication Token")
    algorithm, _, rest = header.partition(" ")
    fields = dict(re.findall(r"(\w+)=([^,\s]+)", rest))
    scope = fields.get("Credential", "").split("/")
    whole = {"Credential", "SignedHeaders", "Signature"} <= set(fields)
    if algorithm != ALGORITHM or not whole or len(scope) != _SCOPE_PARTS:
        raise AwsError(400, "IncompleteSignature", _incomplete(fields, header))
    key, date, region, service, _ = scope
    signed = tuple(fields["SignedHeaders"].split(";"))
    return Authorization(key, date, region, service, signed, fields["Signature"])


def _incomplete(fields: dict[str, str], header: str) -> str:
    missing = [
        f"Authorization header requires '{name}' parameter."
        for name in ("Credential", "Signature", "SignedHeaders")
        if name not in fields
    ]
    return " ".join([*missing, f"Authorization={header.partition(' ')[0]}"])


def canonical_request(request: Request, signed: tuple[str, ...], *, s3: bool = False) -> str:
    """Return the canonical request; S3 alone encodes the path once rather than twice."""
    path = request.path or "/"
    headers = "".join(
        f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in signed
    )
    return "\n".join(
        [
            request.method,
            quote(unquote(path) if s3 else path, safe="/-_.~"),
            _canonical_query(request.query),
            headers,
            ";".join(signed),
            _payload_hash(request),
        ]
    )


def signature(request: Request, authorization: Authorization, secret: str) -> str:
    """Return the signature in hexadecimal that the secret gives."""
    s3 = authorization.service == "s3"
    canonical = canonical_request(request, authorization.signed_headers, s3=s3)
    text = "\n".join(
        [
            ALGORITHM,
            request.headers.get("x-amz-date", ""),
            authorization.scope,
            hashlib.sha256(canonical.encode()).hexdigest(),
        ]
    )
    return hmac.new(signing_key(secret, authorization.scope), text.encode(), "sha256").hexdigest()


def signing_key(secret: str, scope: str) -> bytes:
    """Return the key of a credential scope (date/region/service/aws4_request)."""
    key = ("AWS4" + secret).encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), "sha256").digest()
    return key


def is_signed(request: Request, authorization: Authorization, secret: str) -> bool:
    """Return whether the signature is right and covers what it must."""
    signed = authorization.signed_headers
    must = {"host"} | {name for name in request.headers if name.startswith("x-amz-")}
    if not must <= set(signed) or not payload_fits(request):
        return False
    return hmac.compare_digest(signature(request, authorization, secret), authorization.signature)


def payload_fits(request: Request) -> bool:
    """Return whether the body is what x-amz-content-sha256 says, where that is a hash."""
    said = request.headers.get("x-amz-content-sha256", "")
    if not re.fullmatch(r"[0-9a-f]{64}", said):
        return True
    return said == hashlib.sha256(request.body).hexdigest()


def _payload_hash(request: Request) -> str:
    said = request.headers.get("x-amz-content-sha256")
    return said or hashlib.sha256(request.body).hexdigest()


def _canonical_query(query: str) -> str:
    pairs = [part.partition("=") for part in query.split("&") if part]
    encoded = sorted(
        (quote(unquote(name), safe="-_.~"), quote(unquote(value), safe="-_.~"))
        for name, _, value in pairs
    )
    return "&".join(f"{name}={value}" for name, value in encoded)
