"""Asks STS for the time, without keys: any answer has a Date, a refusal too."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.aws.aws_errors import explained
from awscli_mfa_plugin.session.records import Keys

if TYPE_CHECKING:
    from datetime import datetime

    from awscli_mfa_plugin.aws.clients import Clients
    from awscli_mfa_plugin.session.protocols import Clock

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
