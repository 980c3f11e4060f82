"""Calls AWS STS and IAM, and returns the plugin's own values and errors."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.aws.aws_errors import bad_answer, explained, may_have_arrived, portal
from awscli_mfa_plugin.errors import MfaError, ThrottledError
from awscli_mfa_plugin.session.devices import kind_of
from awscli_mfa_plugin.session.expiry import YEARS, rfc3339
from awscli_mfa_plugin.session.records import CallerIdentity, Keys, MfaDevice, Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from awscli_mfa_plugin.aws.clients import Clients
    from awscli_mfa_plugin.session.ports import Clock

PAUSES = (0.5, 1.0)
"""Seconds between attempts whose request never reached AWS, or that AWS refused unread."""


class AwsCalls:
    """Calls by clients; an answer's Date is held against the clock."""

    def __init__(self, clients: Clients, clock: Clock) -> None:
        self._clients = clients
        self._clock = clock


class Sts(AwsCalls):
    """AWS STS through botocore."""

    def get_session_token(
        self, keys: Keys, mfa_serial: str, token_code: str, duration_seconds: int, region: str
    ) -> Session:
        """Exchange an MFA code for a session (STS API reference, GetSessionToken).

        The request isn't sent again once it may have arrived: the code is used by then, and
        AWS would call a correct code wrong.
        """
        client = self._clients.client("sts", keys, region, retries=False)

        def call() -> Any:
            return client.get_session_token(
                SerialNumber=mfa_serial, TokenCode=token_code, DurationSeconds=duration_seconds
            )

        now = self._clock.now().astimezone(timezone.utc)
        return _session(_repeated(call, self._clock, region), now.replace(microsecond=0))

    def get_caller_identity(self, keys: Keys, region: str) -> CallerIdentity:
        """Return whose the keys are (STS API reference, GetCallerIdentity)."""
        client = self._clients.client("sts", keys, region)
        answer = _called(client.get_caller_identity, self._clock, region)
        return CallerIdentity(arn=str(answer["Arn"]), account=str(answer["Account"]))


def _session(answer: Any, issued: datetime) -> Session:
    """Return the session in an answer; raise BadAnswerError for whatever isn't one."""
    credentials = answer.get("Credentials")
    if not isinstance(credentials, dict):
        raise _without_credentials(answer)
    for name in ("AccessKeyId", "SecretAccessKey", "SessionToken"):
        if not isinstance(credentials.get(name), str) or not credentials[name].strip():
            raise bad_answer(name)
    expiration = credentials.get("Expiration")
    if not isinstance(expiration, datetime):
        raise bad_answer("Expiration")
    if expiration.year not in YEARS:
        what = f"The session from AWS expires in the year {expiration.year}"
        raise bad_answer("Expiration", what)
    if expiration <= issued:
        raise bad_answer(
            "Expiration",
            f"The session from AWS expired at {rfc3339(expiration)}",
            "Check this computer's clock, then try again with the next code.",
        )
    return Session(
        access_key_id=credentials["AccessKeyId"],
        secret_access_key=credentials["SecretAccessKey"],
        session_token=credentials["SessionToken"],
        expiration=expiration.astimezone(timezone.utc),
        issued=issued,
    )


def _without_credentials(answer: Any) -> MfaError:
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    if "html" in str(headers.get("content-type", "")).lower():
        return portal()
    return bad_answer("Credentials")


class Iam(AwsCalls):
    """AWS IAM through botocore."""

    def list_mfa_devices(
        self, keys: Keys, user_name: str | None, region: str
    ) -> tuple[MfaDevice, ...]:
        """Return the devices of a user, by default the caller (IAM API reference)."""
        client = self._clients.client("iam", keys, region)
        named = {"UserName": user_name} if user_name else {}

        def call() -> Any:
            pages = client.get_paginator("list_mfa_devices").paginate(**named)
            return [device for page in pages for device in page["MFADevices"]]

        return tuple(_device(device) for device in _called(call, self._clock, region))


def _device(device: Any) -> MfaDevice:
    enabled = device.get("EnableDate")
    return MfaDevice(
        mfa_serial=str(device["SerialNumber"]),
        kind=kind_of(str(device["SerialNumber"])),
        enabled=enabled.astimezone(timezone.utc) if isinstance(enabled, datetime) else None,
    )


def _called(call: Callable[[], Any], clock: Clock, region: str, *, code_sent: bool = False) -> Any:
    """Return what ``call`` returns, and raise the plugin's errors for whatever it raises."""
    try:
        return call()
    except Exception as error:  # noqa: BLE001 - a captive portal makes botocore raise KeyError
        reason = explained(error, clock.now(), region, code_sent=code_sent)
        reason.is_safe_to_repeat = not may_have_arrived(error) or isinstance(reason, ThrottledError)
        raise reason from None


def _repeated(call: Callable[[], Any], clock: Clock, region: str) -> Any:
    """Return what ``call`` returns; try again only where AWS can't have counted the code."""
    for pause in PAUSES:
        try:
            return _called(call, clock, region, code_sent=True)
        except MfaError as error:  # noqa: PERF203 - three rounds, each a call over the network
            if not error.is_safe_to_repeat:
                raise
            time.sleep(pause)
    return _called(call, clock, region, code_sent=True)


PATIENCE = 10
"""Seconds to wait for a connection or an answer where no option says otherwise."""


def date_of_sts(clients: Clients, clock: Clock, region: str, profile: str) -> datetime | None:
    """Return the Date of what STS in a region answers to an unsigned call, aware, or None.

    ``profile`` is whose CA bundle counts, "" for none's.
    Raises the plugin's errors if nothing answers, or something else than AWS.
    """
    from botocore import UNSIGNED
    from botocore.exceptions import ClientError

    client = clients.client("sts", Keys("", "", "", profile), region, retries=False)
    client.meta.events.register("choose-signer.sts", lambda **_: UNSIGNED)
    try:
        answer: Any = client.get_caller_identity()
    except ClientError as refused:
        if refused.response.get("Error", {}).get("Code") == "RegionDisabledException":
            raise explained(refused, clock.now(), region, code_sent=False) from None
        answer = refused.response
    except Exception as error:  # noqa: BLE001 - a captive portal makes botocore raise KeyError
        raise explained(error, clock.now(), region, code_sent=False) from None
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    try:
        return parsedate_to_datetime(headers.get("date", ""))
    except (TypeError, ValueError):
        return None
