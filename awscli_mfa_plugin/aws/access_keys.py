"""Calls IAM about the access keys of one user, and returns the plugin's own values and errors."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.aws.aws_errors import explained, may_have_arrived
from awscli_mfa_plugin.errors import (
    BadAnswerError,
    KeyLimitError,
    MfaError,
    NoSuchKeyError,
    ThrottledError,
)
from awscli_mfa_plugin.session.access_keys import KEY_ID, AccessKey, KeyPair, LastUse
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable

    from awscli_mfa_plugin.aws.clients import Clients
    from awscli_mfa_plugin.session.ports import Clock
    from awscli_mfa_plugin.session.records import Keys


class UserKeys:
    """The access keys of one user, seen and changed with some keys of that user.

    The user is always named: IAM takes no user from temporary keys.
    """

    def __init__(
        self, clients: Clients, clock: Clock, keys: Keys, user_name: str, region: str
    ) -> None:
        """Keep what makes the client, whose keys are meant, and who asks.

        Without ``user_name``, for :meth:`list` alone, the user is whose long-lived keys these are.
        """
        self._clients, self._clock = clients, clock
        self._keys, self._user, self._region = keys, user_name, region

    def list(self) -> tuple[AccessKey, ...]:
        """Return the user's keys (IAM API reference, ListAccessKeys)."""
        client = self._client()
        named = {"UserName": self._user} if self._user else {}

        def call() -> Any:
            pages = client.get_paginator("list_access_keys").paginate(**named)
            return [key for page in pages for key in page["AccessKeyMetadata"]]

        return tuple(_key(key) for key in self._called(call))

    def create(self) -> KeyPair:
        """Make a key, sending the request once: nobody gets the secret of a key made twice.

        Raises KeyLimitError where the user has two keys. An error that isn't ``is_safe_to_repeat``
        may have left a key behind (IAM API reference, CreateAccessKey).
        """
        client = self._client(retries=False)
        answer = self._called(lambda: client.create_access_key(UserName=self._user))
        made = answer.get("AccessKey") if isinstance(answer, dict) else None
        pair = made if isinstance(made, dict) else {}
        key_id, secret = (str(pair.get(name) or "") for name in ("AccessKeyId", "SecretAccessKey"))
        if not KEY_ID.fullmatch(key_id) or not secret or not secret.isprintable() or " " in secret:
            raise BadAnswerError(
                "AWS's answer has no usable access key.",
                "Nothing was stored. Try again:  aws mfa keys rotate",
                "AccessKey",
            )
        return KeyPair(key_id, secret)

    def set_active(self, key_id: str, *, active: bool) -> None:
        """Make a key active or inactive (IAM API reference, UpdateAccessKey)."""
        client, status = self._client(), "Active" if active else "Inactive"
        self._called(
            lambda: client.update_access_key(UserName=self._user, AccessKeyId=key_id, Status=status)
        )

    def delete(self, key_id: str) -> None:
        """Delete a key; one that is gone already is no error (DeleteAccessKey)."""
        client = self._client()
        try:
            self._called(lambda: client.delete_access_key(UserName=self._user, AccessKeyId=key_id))
        except NoSuchKeyError:
            return

    def last_use(self, key_id: str) -> LastUse:
        """Return the last use that IAM has heard of (GetAccessKeyLastUsed)."""
        client = self._client()
        answer = self._called(lambda: client.get_access_key_last_used(AccessKeyId=key_id))
        use = answer["AccessKeyLastUsed"]
        when = use.get("LastUsedDate")
        if not isinstance(when, datetime):
            return LastUse()
        service, region = (sanitize(use.get(name, ""), 40) for name in ("ServiceName", "Region"))
        return LastUse(when.astimezone(timezone.utc), service, region)

    def _client(self, *, retries: bool = True) -> Any:
        return self._clients.client("iam", self._keys, self._region, retries=retries)

    def _called(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except Exception as error:  # noqa: BLE001 - a captive portal makes botocore raise KeyError
            reason = self._explained(error)
            arrived = may_have_arrived(error) and not isinstance(reason, ThrottledError)
            reason.is_safe_to_repeat = not arrived or _is_refusal(error)
            raise reason from None

    def _explained(self, error: Exception) -> MfaError:
        response = getattr(error, "response", None)
        code = response.get("Error", {}).get("Code") if isinstance(response, dict) else ""
        if code == "LimitExceeded":
            return KeyLimitError(
                "This user has two access keys, and AWS allows no third.",
                "List them:  aws mfa keys",
            )
        if code == "NoSuchEntity":
            return NoSuchKeyError("AWS has no such access key.", "List them:  aws mfa keys")
        return explained(error, self._clock.now(), self._region, code_sent=False)


_FIRST_SERVER_ERROR = 500


def _is_refusal(error: Exception) -> bool:
    """Return whether AWS refused the request: it changed nothing then (HTTP status 4xx)."""
    response = getattr(error, "response", None)
    metadata = response.get("ResponseMetadata", {}) if isinstance(response, dict) else {}
    status = int(metadata.get("HTTPStatusCode") or 0)
    return 0 < status < _FIRST_SERVER_ERROR and isinstance(response, dict) and "Error" in response


def _key(entry: Any) -> AccessKey:
    created = entry.get("CreateDate")
    return AccessKey(
        access_key_id=str(entry["AccessKeyId"]),
        is_active=entry.get("Status") == "Active",
        created=created.astimezone(timezone.utc) if isinstance(created, datetime) else None,
    )
