"""Who signed a request: the key, the clock, the token and the signature, or AWS's refusal."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from tests.aws.access_keys import is_known, note_use
from tests.aws.endpoints import OPT_IN_REGIONS, Endpoint, partition_of
from tests.aws.errors import AwsError, access_denied
from tests.aws.sigv4 import Authorization, is_signed, parse_authorization
from tests.aws.state import AccessKey, Caller, Session, State, User

if TYPE_CHECKING:
    from tests.aws.http import Request

WINDOW = timedelta(minutes=15)
_STAMP = "%Y%m%dT%H%M%SZ"
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. "
    "Consult the service documentation for details."
)
S3_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your key and signing method."
)
UNKNOWN_KEY = "The security token included in the request is invalid."


def authenticate(
    request: Request, endpoint: Endpoint, state: State, now: datetime
) -> tuple[Caller, Authorization]:
    """Return who calls and how they signed; raises AwsError."""
    authorization = _authorization(request, endpoint)
    s3 = authorization.service == "s3"
    _check_scope(authorization, endpoint, s3=s3)
    _check_clock(request, authorization, now, s3=s3)
    partition = partition_of(authorization.region)
    token = request.headers.get("x-amz-security-token", "")
    session = state.sessions.get(authorization.access_key_id)
    if session:
        _check_session(session, authorization, partition, token)
        _check_signature(request, authorization, session.secret_access_key)
        _check_expiration(session, now, s3=s3)
        return session.caller, authorization
    user, key = _long_lived(state, authorization, partition, token, now)
    _check_signature(request, authorization, key.secret)
    note_use(state, key.id, authorization.service, authorization.region, now)
    return caller_of(user, key), authorization


def caller_of(user: User, key: AccessKey) -> Caller:
    """Return the caller that a long-lived key makes."""
    kind = "root" if user.is_root else "user"
    return Caller(
        "root" if kind == "root" else "user",
        user,
        user.account,
        user.partition,
        key.id,
        user.arn,
        user.user_id,
    )


def _authorization(request: Request, endpoint: Endpoint) -> Authorization:
    if endpoint.service == "s3" and "authorization" not in request.headers:
        raise access_denied("Access Denied")
    return parse_authorization(request)


def _check_scope(authorization: Authorization, endpoint: Endpoint, *, s3: bool) -> None:
    if endpoint.service and authorization.service != endpoint.service:
        message = f"Credential should be scoped to correct service: '{endpoint.service}'."
        raise AwsError(403, "SignatureDoesNotMatch", message)
    if not endpoint.region or authorization.region == endpoint.region:
        return
    if s3:
        message = (
            f"The authorization header is malformed; the region '{authorization.region}' "
            f"is wrong; expecting '{endpoint.region}'"
        )
        raise AwsError(400, "AuthorizationHeaderMalformed", message)
    raise AwsError(403, "SignatureDoesNotMatch", "Credential should be scoped to a valid region.")


def _check_clock(
    request: Request, authorization: Authorization, now: datetime, *, s3: bool
) -> None:
    stamp = request.headers.get("x-amz-date", "")
    try:
        signed_at = datetime.strptime(stamp, _STAMP).replace(tzinfo=timezone.utc)
    except ValueError:
        message = f"Date must be in ISO-8601 'basic format'. Got '{stamp}'."
        raise AwsError(400, "IncompleteSignature", message) from None
    if not stamp.startswith(authorization.date):
        message = f"Date in Credential scope does not match YYYYMMDD from ISO-8601 of '{stamp}'"
        raise AwsError(403, "SignatureDoesNotMatch", message)
    if abs(signed_at - now) <= WINDOW:
        return
    if s3:
        message = "The difference between the request time and the current time is too large."
        raise AwsError(403, "RequestTimeTooSkewed", message)
    raise AwsError(403, "SignatureDoesNotMatch", _off(signed_at, now))


def _off(signed_at: datetime, now: datetime) -> str:
    if signed_at < now:
        return (
            f"Signature expired: {signed_at:{_STAMP}} is now earlier than "
            f"{now - WINDOW:{_STAMP}} ({now:{_STAMP}} - 15 min.)"
        )
    return (
        f"Signature not yet current: {signed_at:{_STAMP}} is still later than "
        f"{now + WINDOW:{_STAMP}} ({now:{_STAMP}} + 15 min.)"
    )


def _long_lived(
    state: State, authorization: Authorization, partition: str, token: str, now: datetime
) -> tuple[User, AccessKey]:
    s3 = authorization.service == "s3"
    found = state.access_key(authorization.access_key_id)
    if not found or not is_known(found[1], now) or found[0].partition != partition:
        raise _unknown_key(s3=s3)
    if token:
        raise _bad_token(s3=s3)
    return found


def _unknown_key(*, s3: bool) -> AwsError:
    if s3:
        message = "The AWS Access Key Id you provided does not exist in our records."
        return AwsError(403, "InvalidAccessKeyId", message)
    return AwsError(403, "InvalidClientTokenId", UNKNOWN_KEY)


def _bad_token(*, s3: bool) -> AwsError:
    if s3:
        message = "The provided token is malformed or otherwise invalid."
        return AwsError(400, "InvalidToken", message)
    return AwsError(403, "InvalidClientTokenId", UNKNOWN_KEY)


def _check_session(
    session: Session, authorization: Authorization, partition: str, token: str
) -> None:
    s3 = authorization.service == "s3"
    if session.caller.partition != partition:
        raise _unknown_key(s3=s3)
    if not token and s3:
        raise _unknown_key(s3=s3)
    if not hmac.compare_digest(token.encode(), session.token.encode()):
        raise _bad_token(s3=s3)
    # The STS guide: opt-in regions reject tokens of the global endpoint.
    if session.of_global_endpoint and authorization.region in OPT_IN_REGIONS:
        raise _bad_token(s3=s3)


def _check_signature(request: Request, authorization: Authorization, secret: str) -> None:
    if not is_signed(request, authorization, secret):
        message = S3_MISMATCH if authorization.service == "s3" else MISMATCH
        raise AwsError(403, "SignatureDoesNotMatch", message)


def _check_expiration(session: Session, now: datetime, *, s3: bool) -> None:
    if now < session.expiration:
        return
    if s3:
        raise AwsError(400, "ExpiredToken", "The provided token has expired.")
    message = "The security token included in the request is expired"
    raise AwsError(403, "ExpiredToken", message)
