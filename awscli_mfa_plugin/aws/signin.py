"""Calls AWS's federation endpoint, which no SDK has a client for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from awscli_mfa_plugin.errors import ServiceError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from awscli_mfa_plugin.aws.clients import ClientOptions

_OK = 200
_SECONDS = 60
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def signin_token(
    url: str, form: Mapping[str, str], options: ClientOptions, session: Any, now: datetime
) -> str:
    """Return the token for which the federation endpoint lets a browser in.

    The form is posted, so that its keys are in no URL and no log. ``session`` is botocore's, for
    its CA bundle. Raises ServiceError, UnreachableError.
    """
    from botocore.awsrequest import AWSRequest
    from botocore.exceptions import BotoCoreError
    from botocore.httpsession import URLLib3Session
    from botocore.utils import get_environ_proxies

    from awscli_mfa_plugin.aws.aws_errors import explained

    verify = options.verify
    if verify is None:
        verify = session.get_config_variable("ca_bundle") or True
    http = URLLib3Session(
        verify=verify,
        proxies=get_environ_proxies(url),
        timeout=(options.connect_timeout or _SECONDS, options.read_timeout or _SECONDS),
    )
    request = AWSRequest("POST", url, headers=_FORM, data=urlencode(form))
    try:
        response = http.send(request.prepare())
        status, content = response.status_code, response.content
    except BotoCoreError as error:
        raise explained(error, now, "the console's sign-in", code_sent=False) from None
    if status != _OK:
        raise ServiceError(
            f"AWS refused to sign in to the console with this role's session (HTTP {status}).",
            "Check the role with:  aws sts get-caller-identity",
        )
    return _token_in(content)


def _token_in(content: bytes) -> str:
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
