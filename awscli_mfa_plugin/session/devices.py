"""Finds the MFA device of a session: named, remembered, or asked of IAM."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError, PermissionDeniedError
from awscli_mfa_plugin.session.serials import (
    FIDO_REASON,
    WHERE_THE_SERIAL_STANDS,
    checked_serial,
    region_of,
)
from awscli_mfa_plugin.session.source import Source, known_region, resolve_source
from awscli_mfa_plugin.text import quoted_list, shown

if TYPE_CHECKING:
    from awscli_mfa_plugin.session.ports import Ports
    from awscli_mfa_plugin.session.records import MfaDevice, Profile


@dataclass(frozen=True)
class Device:
    """The MFA serial to use, and whether it has to be remembered."""

    mfa_serial: str
    is_new: bool


def resolve_device(
    named: str | None, session_profile: Profile, source: Source, region: str, ports: Ports
) -> Device:
    """Return the device of a session, in the design's order.

    ``named`` is ``--serial-number``; ``region`` is "" if none is known. Raises
    ConfigurationError where no device can be told.
    """
    own = session_profile.get("mfa_serial")
    if named:
        serial = checked_serial(named)
        return Device(serial, is_new=serial != own)
    if own:
        return Device(checked_serial(own), is_new=False)
    of_source = ports.files.profile(source.profile).get("mfa_serial") if source.profile else ""
    if of_source:
        return Device(checked_serial(of_source), is_new=True)
    return Device(_discovered(source, region, ports), is_new=True)


def list_devices(source: Source, region: str, ports: Ports) -> tuple[MfaDevice, ...]:
    """Return the devices of the user whose keys the source holds.

    Most policies allow ListMFADevices to a user only by the user's own name: AccessDenied is
    answered by asking STS for it, and once more (IAM user guide, «Allows MFA-authenticated
    IAM users to manage their own MFA device»). Raises PermissionDeniedError if that is denied
    too.
    """
    region = region or region_of("")
    try:
        return ports.iam.list_mfa_devices(source.keys, None, region)
    except PermissionDeniedError:
        name = ports.sts.get_caller_identity(source.keys, region).user_name
        if not name:
            raise
        return ports.iam.list_mfa_devices(source.keys, name, region)


def _discovered(source: Source, region: str, ports: Ports) -> str:
    try:
        devices = list_devices(source, region, ports)
    except PermissionDeniedError as denied:
        return _asked_serial(denied, ports)
    usable = [device for device in devices if device.is_usable]
    if not usable:
        raise none_usable(source, devices)
    return usable[0].mfa_serial if len(usable) == 1 else _chosen(usable, ports)


_REGISTER = (
    "Register a virtual device in the console: IAM > Users > (you) > Security credentials > "
    "Multi-factor authentication."
)


def none_usable(source: Source, devices: tuple[MfaDevice, ...]) -> ConfigurationError:
    """Return the error for a user none of whose devices gives codes."""
    if not devices:
        return ConfigurationError(f"The user of {source.shown} has no MFA device.", _REGISTER)
    names = quoted_list(device.mfa_serial for device in devices)
    return ConfigurationError(
        f"The user of {source.shown} has FIDO devices only: {names}.",
        f"{FIDO_REASON}. {_REGISTER}",
    )


def _asked_serial(denied: PermissionDeniedError, ports: Ports) -> str:
    if ports.terminal.why_not():
        raise ConfigurationError(
            "Which MFA device? This user may not list its devices.",
            f"Name it by --serial-number. {WHERE_THE_SERIAL_STANDS}",
        ) from denied
    ports.terminal.tell(f"This user may not list its MFA devices.\n{WHERE_THE_SERIAL_STANDS}\n")
    return checked_serial(ports.terminal.ask("MFA serial: "))


def _chosen(usable: list[MfaDevice], ports: Ports) -> str:
    serials = [device.mfa_serial for device in usable]
    if ports.terminal.why_not():
        raise ConfigurationError(
            f"Several MFA devices could be meant: {quoted_list(serials)}.",
            "Name one by --serial-number, or as mfa_serial in the profile.",
        )
    lines = (f"  {number}  {shown(serial)}" for number, serial in enumerate(serials, 1))
    ports.terminal.tell("Several MFA devices are registered:\n" + "\n".join(lines) + "\n")
    for _ in range(3):
        answer = ports.terminal.ask(f"Which one? [1-{len(serials)}] ")
        if answer.isascii() and answer.isdigit() and 1 <= int(answer) <= len(serials):
            return serials[int(answer) - 1]
        if answer in serials:
            return answer
    raise ConfigurationError(
        "No MFA device was chosen.", "Name one by --serial-number, or choose its number."
    )


def devices_of_user(
    session_profile: str, source_profile: str | None, region: str | None, ports: Ports
) -> tuple[str, tuple[MfaDevice, ...]]:
    """Return the MFA serial that the session profile names, or "", and the user's devices."""
    profile = ports.files.profile(session_profile)
    source = resolve_source(source_profile, profile, ports)
    where = known_region(region, profile, source, ports)
    chosen = profile.get("mfa_serial") or (
        ports.files.profile(source.profile).get("mfa_serial") if source.profile else ""
    )
    return chosen, list_devices(source, where or region_of(chosen), ports)
