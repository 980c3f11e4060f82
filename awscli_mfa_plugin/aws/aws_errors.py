"""Turns botocore's exceptions into errors that name the cause and the remedy."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from traceback import walk_tb
from typing import TYPE_CHECKING, Any

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
from awscli_mfa_plugin.text import length_of_time, sanitize

if TYPE_CHECKING:
    from datetime import datetime

_THROTTLED = frozenset(
    {"Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException"}
)

_SERVER_FAILED = 500
"""HTTP statuses from here on say that the server failed (RFC 9110, section 15.6)."""

_NEVER_SENT = (
    "EndpointConnectionError",
    "ConnectTimeoutError",
    "SSLError",
    "ParamValidationError",
    "NoRegionError",
    "InvalidEndpointDiscoveryConfigurationError",
)
"""botocore's exceptions that come before the request left this machine."""

_NEVER_CONNECTED = ("NewConnectionError", "ConnectTimeoutError", "NameResolutionError")
"""urllib3's exceptions that come before a proxy was reached."""


def may_have_arrived(error: Exception) -> bool:
    """Return whether AWS may have got the request that ended in ``error``.

    botocore says "failed to connect to proxy" also of a connection through one that broke
    after the request was sent: what urllib3 met beneath tells the two apart.
    """
    if type(error).__name__ != "ProxyConnectionError":
        return type(error).__name__ not in _NEVER_SENT
    beneath = getattr(error, "kwargs", {}).get("error")
    beneath = getattr(beneath, "original_error", beneath)
    refused = isinstance(beneath, OSError) and "Tunnel connection failed" in str(beneath)
    return not refused and type(beneath).__name__ not in _NEVER_CONNECTED


def explained(error: Exception, now: datetime, region: str, *, code_sent: bool = False) -> MfaError:
    """Return the plugin's error for an exception that a client raised.

    ``now`` is this machine's time, held against the answer's Date; ``code_sent`` says whether
    the request had an MFA code, which counts as used if the answer got lost.
    """
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        reason = _of_answer(response, now, region, code_sent=code_sent)
    else:
        reason = _of_network(error, region, code_sent=code_sent)
    # A refused request changed nothing, but a code in it is used.
    safe = ThrottledError if code_sent else ServiceError
    reason.is_safe_to_repeat = isinstance(reason, safe) or not may_have_arrived(error)
    return reason


def header(response: Any, name: str) -> str:
    """Return a header of an answer, by its name in small letters, or ""."""
    return str(response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get(name, ""))


def date_of(response: Any) -> datetime | None:
    """Return the Date of an answer, or None if it has none or doesn't say its zone."""
    try:
        date = parsedate_to_datetime(header(response, "date"))
    except (TypeError, ValueError):
        return None
    return date if date.tzinfo else None


def _of_answer(response: Any, now: datetime, region: str, *, code_sent: bool) -> MfaError:
    code, message = (str(response.get("Error", {}).get(key) or "") for key in ("Code", "Message"))
    status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode") or 0)
    if status >= _SERVER_FAILED and code not in _THROTTLED:
        return _lost(f"AWS failed ({sanitize(code)}: {sanitize(message)})", code_sent=code_sent)
    if not code:  # a page with a status; all errors of AWS have a code
        return portal()
    if code in {"SignatureDoesNotMatch", "RequestTimeTooSkewed"}:
        return _of_signature(message, response, now)
    by_message = (_BY_MESSAGE[fragment] for fragment in _BY_MESSAGE if fragment in message)
    kind, what, remedy = _BY_CODE.get(code) or next(by_message, _UNKNOWN)
    names = {"region": sanitize(region), "message": sanitize(message), "code": sanitize(code)}
    return kind(what.format(**names), remedy).with_code(code)


def _of_signature(message: str, response: Any, now: datetime) -> MfaError:
    if "Signature expired" not in message and "not yet current" not in message:
        return WrongKeyError(
            "AWS rejected the signature: the secret access key doesn't belong to the access key.",
            "Store the matching pair with aws configure.",
        )
    what, date = f"This computer's clock is wrong: {sanitize(message)}", date_of(response)
    if date is not None:
        behind = (date - now).total_seconds()
        off = length_of_time(round(abs(behind) / 60) * 60)
        where = "behind" if behind > 0 else "ahead of"
        what = f"This computer's clock is {off} {where} AWS's. AWS accepts up to 15 min."
    return ClockError(what, "Set the clock, or turn on its synchronization, then try again.")


# An error's kind, what happened, and what to do; {message} is AWS's own.
_Explanation = tuple[type[ServiceError], str, str]

_UNKNOWN: _Explanation = (ServiceError, "AWS said {code}: {message}", "")
_TEMPORARY = "Name a profile with long-lived keys with --source-profile."
_LIMITING: _Explanation = (
    ThrottledError,
    "AWS is limiting requests (Rate exceeded).",
    "Try again in a minute. No code was used.",
)
_WRONG_KEY: _Explanation = (
    WrongKeyError,
    (
        "AWS doesn't know this access key in {region}: it was deleted, is inactive, was created "
        "seconds ago, or is for another partition."
    ),
    "Compare it with the access keys in the console. For GovCloud or China, add --region.",
)
_EXPIRED: _Explanation = (
    TemporaryKeysError,
    "The source profile has temporary keys, and they have expired.",
    _TEMPORARY,
)

_BY_CODE: dict[str, _Explanation] = {
    **dict.fromkeys(_THROTTLED, _LIMITING),
    "RegionDisabledException": (
        ServiceError,
        "STS is turned off in {region} for this account.",
        "Use another region with --region, or ask an administrator to activate STS there.",
    ),
    **dict.fromkeys(("InvalidClientTokenId", "UnrecognizedClientException"), _WRONG_KEY),
    **dict.fromkeys(("ExpiredToken", "ExpiredTokenException"), _EXPIRED),
    "InvalidAuthenticationCode": (
        WrongCodeError,
        "AWS rejected the two codes: mistyped, expired, already used, or not in a row.",
        "Wait for a new code and enter it, then the next one.",
    ),
}

_BY_MESSAGE: dict[str, _Explanation] = {
    "invalid MFA one time pass code": (
        WrongCodeError,
        "AWS rejected the code: mistyped, expired, already used, or from another device.",
        "Wait for a new code from this device and try again.",
    ),
    "unable to validate MFA code": (
        UnknownDeviceError,
        (
            "AWS can't check codes of this MFA device: its serial is wrong, it belongs to another "
            "user, or it is a passkey or security key."
        ),
        "List your devices:  aws mfa devices",
    ),
    "Cannot call GetSessionToken with session credentials": (
        TemporaryKeysError,
        "The source profile has temporary keys. AWS makes sessions from long-lived keys only.",
        _TEMPORARY,
    ),
    "is not authorized to perform": (
        PermissionDeniedError,
        "Access denied: {message}",
        "Ask an administrator to allow it.",
    ),
}


def _of_network(error: Exception, region: str, *, code_sent: bool) -> MfaError:
    """Return the error for an exception without an answer from AWS; its text may hold secrets."""
    name = type(error).__name__
    if name == "SSLError":
        return UnreachableError(
            "The connection to AWS isn't trusted: its certificate can't be verified.",
            "Behind a proxy that inspects traffic, name its CA with --ca-bundle or AWS_CA_BUNDLE.",
        )
    if name == "NoRegionError":
        return UnreachableError("No region is set.", "Name one with --region.")
    if name in {"KeyError", "ResponseParserError"}:
        return _of_unreadable(error, code_sent=code_sent)
    if not may_have_arrived(error):
        return UnreachableError(
            f"Can't reach AWS in {sanitize(region)} ({name}).",
            "Check your network, HTTPS_PROXY and --endpoint-url. No code was used.",
        )
    return _lost(f"The answer from AWS was lost ({name})", code_sent=code_sent)


def _of_unreadable(error: Exception, *, code_sent: bool) -> MfaError:
    """Return the error for an answer that botocore couldn't read.

    It raises KeyError for a well-formed document without the action's result: a page, or an
    answer of AWS's that lacks it. The root that its parser was at is all that is left of it.
    """
    frames = (frame for frame, _ in walk_tb(error.__traceback__))
    roots = (frame.f_locals.get(name) for frame in frames for name in ("root", "xml_root_node"))
    tags = (getattr(root, "tag", None) for root in roots)
    tag = next((tag.rpartition("}")[2] for tag in tags if isinstance(tag, str)), "")
    if "<html" in str(error).lower() or tag.lower().endswith("html"):
        return portal()
    if tag.endswith("Response") and code_sent:
        return bad_answer("Credentials")
    return _lost("The answer from AWS was damaged", code_sent=code_sent)


def portal() -> MfaError:
    """Return the error for a page that came in place of AWS's answer."""
    return UnreachableError(
        "Something other than AWS answered: a network's sign-in page, or a proxy.",
        "Open a browser and sign in to the network, or check HTTPS_PROXY and --endpoint-url.",
    )


def bad_answer(field: str, what: str = "", remedy: str = "") -> MfaError:
    """Return the error for an answer to a token code that isn't a session: it has no ``field``."""
    what = what or f"The answer from AWS has no {field}"
    return BadAnswerError(
        f"{what}. Nothing was changed, but the code is used up.",
        remedy or "Try again with the next code. If it happens again, try another --region.",
        field,
    )


def _lost(what: str, *, code_sent: bool) -> MfaError:
    if code_sent:
        return AnswerLostError(f"{what}. The code may be used up.", "Try again with the next code.")
    return UnreachableError(f"{what}.", "Try again.")
