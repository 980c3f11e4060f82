"""Resyncs a device: from two codes in a row AWS learns how far its clock is off."""

from __future__ import annotations

from awscli_mfa_plugin.devices.codes import CodePair, CodePairs, accepted_pair
from awscli_mfa_plugin.devices.owner import DeviceRequest, DeviceWork, Owner, device_of, owner_of
from awscli_mfa_plugin.errors import ConfigurationError, PermissionDeniedError
from awscli_mfa_plugin.session.source import inherited
from awscli_mfa_plugin.text import short_device


def resync(request: DeviceRequest, work: DeviceWork) -> str:
    """Resync a device; return its serial."""
    owner = owner_of(request, work.ports)
    named = request.device or owner.profile.get("mfa_serial") or None
    if named and not request.device and not owner.has(named):
        named = None  # the profile's is gone
    serial = device_of(owner, named, work.ports).mfa_serial
    process = inherited("mfa_process", owner.profile, work.ports, request.source_profile)
    resync_device(serial, owner, work, process)
    return serial


def resync_device(serial: str, owner: Owner, work: DeviceWork, process: str = "") -> None:
    """Send two codes in a row that AWS accepts; ``process`` is a command that prints them."""
    ports = work.ports
    if reason := "" if process else ports.terminal.unavailable_reason():
        raise ConfigurationError(
            f"Two codes from {short_device(serial)} are needed, and {reason}.",
            "Run it in a terminal, or set mfa_process.",
        )
    if not process:
        ports.terminal.tell(f"Enter two codes from {short_device(serial)}, one after the other.\n")

    def send(pair: CodePair) -> None:
        named = (owner.user_name, serial, pair.codes, owner.region)
        try:
            # It has to work for who can't log in any more: long-lived keys first.
            work.calls.resync(owner.source.keys, *named)
        except PermissionDeniedError:
            if owner.session_keys is None:
                raise
            work.calls.resync(owner.session_keys, *named)

    pairs = CodePairs(ports, process, lambda code: ports.used_codes.is_used(serial, code))
    ports.used_codes.remember(serial, accepted_pair(pairs, send).codes[1])
