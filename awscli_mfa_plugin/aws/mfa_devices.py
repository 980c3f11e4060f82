"""IAM's calls that change MFA devices; no log has a new one's seed (``system/redaction``)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.aws.aws_errors import explained, may_have_arrived
from awscli_mfa_plugin.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from awscli_mfa_plugin.aws.clients import Clients
    from awscli_mfa_plugin.session.ports import Clock
    from awscli_mfa_plugin.session.records import Keys


@dataclass(frozen=True)
class NewDevice:
    """A virtual device that was just created; ``seed`` is base32, and AWS returns it once."""

    mfa_serial: str
    seed: str = field(repr=False)


class MfaDeviceCalls:
    """The calls of one command, by the source's or a session's keys.

    What must not happen twice (creating a device, using codes) is sent at most once. All raise
    the plugin's errors; ServiceError carries AWS's error code where there is no class for it:
    EntityAlreadyExists, NoSuchEntity, DeleteConflict, LimitExceeded.
    """

    def __init__(self, clients: Clients, clock: Clock) -> None:
        self._clients = clients
        self._clock = clock

    def create(self, keys: Keys, name: str, region: str) -> NewDevice:
        """Create a virtual device, which belongs to nobody yet (CreateVirtualMFADevice)."""
        client = self._clients.client("iam", keys, region, retries=False)
        answer = self._called(
            lambda: client.create_virtual_mfa_device(VirtualMFADeviceName=name), region
        )
        device = answer["VirtualMFADevice"]
        return NewDevice(str(device["SerialNumber"]), device["Base32StringSeed"].decode("ascii"))

    def enable(
        self, keys: Keys, user: str, serial: str, codes: tuple[str, str], region: str
    ) -> None:
        """Assign a device to a user, by two codes in a row (EnableMFADevice)."""
        client = self._clients.client("iam", keys, region, retries=False)
        named = _named(user, serial, codes)
        self._called(lambda: client.enable_mfa_device(**named), region, code_sent=True)

    def resync(
        self, keys: Keys, user: str, serial: str, codes: tuple[str, str], region: str
    ) -> None:
        """Let AWS measure a device's clock, by two codes in a row (ResyncMFADevice)."""
        client = self._clients.client("iam", keys, region, retries=False)
        named = _named(user, serial, codes)
        self._called(lambda: client.resync_mfa_device(**named), region, code_sent=True)

    def deactivate(self, keys: Keys, user: str, serial: str, region: str) -> None:
        """Take a device from its user; one that the user doesn't have is no error."""
        client = self._clients.client("iam", keys, region)
        self._unless_gone(
            lambda: client.deactivate_mfa_device(UserName=user, SerialNumber=serial), region
        )

    def delete(self, keys: Keys, serial: str, region: str) -> None:
        """Delete an unassigned virtual device; one that isn't there is no error."""
        client = self._clients.client("iam", keys, region)
        self._unless_gone(lambda: client.delete_virtual_mfa_device(SerialNumber=serial), region)

    def virtual_serials(self, keys: Keys, region: str, *, unassigned: bool) -> frozenset[str]:
        """Return the account's virtual devices, or only those that belong to nobody."""
        client = self._clients.client("iam", keys, region)
        status = "Unassigned" if unassigned else "Any"

        def call() -> Any:
            pages = client.get_paginator("list_virtual_mfa_devices").paginate(
                AssignmentStatus=status
            )
            return [device for page in pages for device in page["VirtualMFADevices"]]

        return frozenset(str(device["SerialNumber"]) for device in self._called(call, region))

    def _unless_gone(self, call: Callable[[], Any], region: str) -> None:
        try:
            self._called(call, region)
        except ServiceError as error:
            if error.aws_code != "NoSuchEntity":
                raise

    def _called(self, call: Callable[[], Any], region: str, *, code_sent: bool = False) -> Any:
        try:
            return call()
        except Exception as error:  # noqa: BLE001 - a captive portal makes botocore raise KeyError
            reason = explained(error, self._clock.now(), region, code_sent=code_sent)
            reason.is_safe_to_repeat = not may_have_arrived(error)
            raise reason from None


def _named(user: str, serial: str, codes: tuple[str, str]) -> dict[str, str]:
    return {
        "UserName": user,
        "SerialNumber": serial,
        "AuthenticationCode1": codes[0],
        "AuthenticationCode2": codes[1],
    }
