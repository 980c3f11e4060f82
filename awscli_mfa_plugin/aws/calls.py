"""Calls AWS STS, IAM and the console's sign-in, and returns the plugin's own values and errors."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from functools import partial
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.aws.aws_errors import bad_answer, date_of, explained, header, portal
from awscli_mfa_plugin.errors import MfaError, ServiceError, UnreachableError
from awscli_mfa_plugin.session.devices import kind_of
from awscli_mfa_plugin.session.expiry import YEARS, rfc3339
from awscli_mfa_plugin.session.records import CallerIdentity, Keys, MfaDevice, Session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from awscli_mfa_plugin.aws.clients import ClientOptions, Clients
    from awscli_mfa_plugin.session.ports import Clock

PAUSES = (0.5, 1.0)
"""Seconds between attempts whose request never reached AWS, or that AWS refused unread."""


class AwsCalls:
    """Calls of a service; an answer's Date is held against the clock. All raise our errors."""

    service = "iam"

    def __init__(self, clients: Clients, clock: Clock) -> None:
        self._clients = clients
        self._clock = clock

    def call(
        self,
        operation: str,
        keys: Keys,
        region: str,
        *,
        retries: bool = True,
        code_sent: bool = False,
        **arguments: Any,
    ) -> Any:
        """Return AWS's answer to an operation, named as in botocore.

        ``code_sent`` says that the arguments have an MFA code.
        """
        client = self._clients.client(self.service, keys, region, retries=retries)
        try:
            return getattr(client, operation)(**arguments)
        except Exception as error:  # noqa: BLE001 - a captive portal makes botocore raise KeyError
            raise explained(error, self._clock.now(), region, code_sent=code_sent) from None

    def listed(
        self, operation: str, field: str, keys: Keys, region: str, **arguments: str
    ) -> list[Any]:
        """Return what the service lists under ``field``, from all pages of its answer."""
        client = self._clients.client(self.service, keys, region)
        try:
            pages = client.get_paginator(operation).paginate(**arguments)
            return [each for page in pages for each in page[field]]
        except Exception as error:  # noqa: BLE001 - see above
            raise explained(error, self._clock.now(), region) from None


class Sts(AwsCalls):
    """AWS STS through botocore."""

    service = "sts"

    def get_session_token(
        self, keys: Keys, mfa_serial: str, token_code: str, duration_seconds: int, region: str
    ) -> Session:
        """Exchange an MFA code for a session (STS API reference, GetSessionToken).

        The request isn't sent again once it may have arrived: the code is used by then, and
        AWS would call a correct code wrong.
        """
        call = partial(
            self.call,
            *("get_session_token", keys, region),
            retries=False,
            code_sent=True,
            SerialNumber=mfa_serial,
            TokenCode=token_code,
            DurationSeconds=duration_seconds,
        )
        issued = self._clock.now().astimezone(timezone.utc).replace(microsecond=0)
        for pause in PAUSES:
            try:
                return _session(call(), issued)
            except MfaError as error:  # noqa: PERF203 - three rounds, each a call over the network
                if not error.is_safe_to_repeat:
                    raise
                time.sleep(pause)
        return _session(call(), issued)

    def get_caller_identity(self, keys: Keys, region: str) -> CallerIdentity:
        """Return whose the keys are (STS API reference, GetCallerIdentity)."""
        answer = self.call("get_caller_identity", keys, region)
        return CallerIdentity(arn=str(answer["Arn"]), account=str(answer["Account"]))


class Iam(AwsCalls):
    """AWS IAM through botocore."""

    def list_mfa_devices(
        self, keys: Keys, user_name: str | None, region: str
    ) -> tuple[MfaDevice, ...]:
        """Return the devices of a user, by default the caller (IAM API reference)."""
        named = {"UserName": user_name} if user_name else {}
        devices = self.listed("list_mfa_devices", "MFADevices", keys, region, **named)
        return tuple(
            MfaDevice(serial := str(each["SerialNumber"]), kind_of(serial), utc(each, "EnableDate"))
            for each in devices
        )


def utc(entry: Any, field: str) -> datetime | None:
    """Return a time in an answer as aware UTC, None where there is none."""
    when = entry.get(field)
    return when.astimezone(timezone.utc) if isinstance(when, datetime) else None


def _session(answer: Any, issued: datetime) -> Session:
    """Return the session in an answer; raise BadAnswerError for whatever isn't one."""
    credentials = answer.get("Credentials")
    if not isinstance(credentials, dict):
        is_page = "html" in header(answer, "content-type").lower()
        raise portal() if is_page else bad_answer("Credentials")
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


PATIENCE = 10
"""Seconds to wait for a connection or an answer where no option says otherwise."""


def date_of_sts(clients: Clients, clock: Clock, region: str, profile: str) -> datetime | None:
    """Return the Date of what STS in a region answers to an unsigned call, aware, or None.

    ``profile`` is whose CA bundle counts, "" for none's.
    Raises the plugin's errors if nothing answers, or something else than AWS.
    """
    from botocore import UNSIGNED

    client = clients.client("sts", Keys("", "", "", profile), region, retries=False)
    client.meta.events.register("choose-signer.sts", lambda **_: UNSIGNED)
    try:
        answer: Any = client.get_caller_identity()
    except Exception as error:  # noqa: BLE001 - see above
        answer = getattr(error, "response", None)
        code = answer.get("Error", {}).get("Code") if isinstance(answer, dict) else None
        if code in {None, "RegionDisabledException"}:
            raise explained(error, clock.now(), region) from None
    return date_of(answer)


_OK = 200
_SECONDS_FOR_SIGNIN = 60


def signin_token(
    url: str, form: Mapping[str, str], options: ClientOptions, session: Any, now: datetime
) -> str:
    """Return the token for which the federation endpoint, which no SDK calls, lets a browser in.

    The form is posted, so that its keys are in no URL and no log. ``session`` is botocore's, for
    its CA bundle. Raises ServiceError, UnreachableError.
    """
    from urllib.parse import urlencode

    from botocore.awsrequest import AWSRequest
    from botocore.exceptions import BotoCoreError
    from botocore.httpsession import URLLib3Session
    from botocore.utils import get_environ_proxies

    verify = options.verify
    if verify is None:
        verify = session.get_config_variable("ca_bundle") or True
    timeouts = (options.connect_timeout, options.read_timeout)
    http = URLLib3Session(
        verify=verify,
        proxies=get_environ_proxies(url),
        timeout=tuple(seconds or _SECONDS_FOR_SIGNIN for seconds in timeouts),
    )
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    request = AWSRequest("POST", url, headers=headers, data=urlencode(form))
    try:
        response = http.send(request.prepare())
        status, content = response.status_code, response.content
    except BotoCoreError as error:
        raise explained(error, now, "the console's sign-in") from None
    if status != _OK:
        raise ServiceError(
            f"AWS refused to sign in to the console with this role's session (HTTP {status}).",
            "Check the role with:  aws sts get-caller-identity",
        )
    return _token_in(content)


def _token_in(content: bytes) -> str:
    import json

    try:
        token = json.loads(content)["SigninToken"]
    except (ValueError, KeyError, TypeError):
        token = ""
    if not isinstance(token, str) or not token:
        raise UnreachableError(
            "The answer to the console's sign-in wasn't AWS's.",
            "Check your network: a login page of a Wi-Fi network answers like this.",
        )
    return token
