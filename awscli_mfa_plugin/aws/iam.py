"""IAM's calls that change a user's MFA devices and access keys.

No log has a new device's seed (``system/redaction``).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.aws.calls import AwsCalls, utc
from awscli_mfa_plugin.errors import BadAnswerError, KeyLimitError, NoSuchKeyError, ServiceError
from awscli_mfa_plugin.session.access_keys import KEY_ID, AccessKey, KeyPair, LastUse
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from awscli_mfa_plugin.aws.clients import Clients
    from awscli_mfa_plugin.session.ports import Clock
    from awscli_mfa_plugin.session.records import Keys


@dataclass(frozen=True)
class NewDevice:
    """A virtual device that was just created; ``seed`` is base32, and AWS returns it once."""

    mfa_serial: str
    seed: str = field(repr=False)


class MfaDeviceCalls(AwsCalls):
    """The calls of one command, by the source's or a session's keys.

    What must not happen twice (creating a device, using codes) is sent at most once. All raise
    the plugin's errors; ServiceError carries AWS's error code where there is no class for it:
    EntityAlreadyExists, NoSuchEntity, DeleteConflict, LimitExceeded.
    """

    def create(self, keys: Keys, name: str, region: str) -> NewDevice:
        """Create a virtual device, which belongs to nobody yet (CreateVirtualMFADevice)."""
        operation = "create_virtual_mfa_device"
        answer = self.call(operation, keys, region, retries=False, VirtualMFADeviceName=name)
        device = answer["VirtualMFADevice"]
        return NewDevice(str(device["SerialNumber"]), device["Base32StringSeed"].decode("ascii"))

    def enable(
        self, keys: Keys, user: str, serial: str, codes: tuple[str, str], region: str
    ) -> None:
        """Assign a device to a user, by two codes in a row (EnableMFADevice)."""
        self._send_codes("enable_mfa_device", keys, user, serial, codes, region)

    def resync(
        self, keys: Keys, user: str, serial: str, codes: tuple[str, str], region: str
    ) -> None:
        """Let AWS measure a device's clock, by two codes in a row (ResyncMFADevice)."""
        self._send_codes("resync_mfa_device", keys, user, serial, codes, region)

    def _send_codes(
        self,
        operation: str,
        keys: Keys,
        user: str,
        serial: str,
        codes: tuple[str, str],
        region: str,
    ) -> None:
        self.call(
            *(operation, keys, region),
            retries=False,
            code_sent=True,
            UserName=user,
            SerialNumber=serial,
            AuthenticationCode1=codes[0],
            AuthenticationCode2=codes[1],
        )

    def deactivate(self, keys: Keys, user: str, serial: str, region: str) -> None:
        """Take a device from its user; one that the user doesn't have is no error."""
        self._remove("deactivate_mfa_device", keys, region, UserName=user, SerialNumber=serial)

    def delete(self, keys: Keys, serial: str, region: str) -> None:
        """Delete an unassigned virtual device; one that isn't there is no error."""
        self._remove("delete_virtual_mfa_device", keys, region, SerialNumber=serial)

    def _remove(self, operation: str, keys: Keys, region: str, **arguments: Any) -> None:
        try:
            self.call(operation, keys, region, **arguments)
        except ServiceError as error:
            if error.aws_code != "NoSuchEntity":
                raise

    def virtual_serials(self, keys: Keys, region: str, *, unassigned: bool) -> frozenset[str]:
        """Return the account's virtual devices, or only those that belong to nobody."""
        status = "Unassigned" if unassigned else "Any"
        operation, answered = "list_virtual_mfa_devices", "VirtualMFADevices"
        devices = self.listed(operation, answered, keys, region, AssignmentStatus=status)
        return frozenset(str(device["SerialNumber"]) for device in devices)


_KEY_ERRORS = {
    "LimitExceeded": (KeyLimitError, "This user has two access keys, and AWS allows no third."),
    "NoSuchEntity": (NoSuchKeyError, "AWS has no such access key."),
}


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
        self._calls = AwsCalls(clients, clock)
        self._keys, self._region = keys, region
        self._user: dict[str, Any] = {"UserName": user_name} if user_name else {}

    def list(self) -> tuple[AccessKey, ...]:
        """Return the user's keys (IAM API reference, ListAccessKeys)."""
        operation, answered = "list_access_keys", "AccessKeyMetadata"
        keys = self._calls.listed(operation, answered, self._keys, self._region, **self._user)
        return tuple(
            AccessKey(
                str(key["AccessKeyId"]), key.get("Status") == "Active", utc(key, "CreateDate")
            )
            for key in keys
        )

    def create(self) -> KeyPair:
        """Make a key, sending the request once: nobody gets the secret of a key made twice.

        Raises KeyLimitError where the user has two keys. An error that isn't ``is_safe_to_repeat``
        may have left a key behind (IAM API reference, CreateAccessKey).
        """
        answer = self._call("create_access_key", retries=False, **self._user)
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
        status = "Active" if active else "Inactive"
        self._call("update_access_key", **self._user, AccessKeyId=key_id, Status=status)

    def delete(self, key_id: str) -> None:
        """Delete a key; one that is gone already is no error (DeleteAccessKey)."""
        with suppress(NoSuchKeyError):
            self._call("delete_access_key", **self._user, AccessKeyId=key_id)

    def last_use(self, key_id: str) -> LastUse:
        """Return the last use that IAM has heard of (GetAccessKeyLastUsed)."""
        use = self._call("get_access_key_last_used", AccessKeyId=key_id)["AccessKeyLastUsed"]
        when = utc(use, "LastUsedDate")
        if when is None:
            return LastUse()
        service, region = (sanitize(use.get(name, ""), 40) for name in ("ServiceName", "Region"))
        return LastUse(when, service, region)

    def _call(self, operation: str, *, retries: bool = True, **arguments: Any) -> Any:
        request = (operation, self._keys, self._region)
        try:
            return self._calls.call(*request, retries=retries, **arguments)
        except ServiceError as error:
            if error.aws_code not in _KEY_ERRORS:
                raise
            kind, what = _KEY_ERRORS[error.aws_code]
            reason = kind(what, "List them:  aws mfa keys")
            reason.is_safe_to_repeat = error.is_safe_to_repeat
            raise reason from None
