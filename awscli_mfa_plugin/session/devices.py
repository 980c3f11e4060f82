"""MFA devices: their serials, and which one a session uses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError, PermissionDeniedError
from awscli_mfa_plugin.session.source import Source, known_region, resolve_source
from awscli_mfa_plugin.text import device_name, quoted_list, sanitize

if TYPE_CHECKING:
    from awscli_mfa_plugin.session.ports import Ports
    from awscli_mfa_plugin.session.records import MfaDevice, Profile

_SERIAL = re.compile(r"[\w+=/:,.@-]{9,256}", re.ASCII)
"""The pattern and length of ``SerialNumber`` (STS API reference, GetSessionToken)."""

_ARN = re.compile(r"arn:(?P<partition>aws[a-z-]*):iam::(?P<account>\d{12}):(?P<resource>.+)")

_REGIONS = {
    "aws": "us-east-1",
    "aws-us-gov": "us-gov-west-1",
    "aws-cn": "cn-north-1",
    "aws-iso": "us-iso-east-1",
    "aws-iso-b": "us-isob-east-1",
    "aws-iso-e": "eu-isoe-west-1",
    "aws-iso-f": "us-isof-south-1",
    "aws-eusc": "eusc-de-east-1",
}
"""A region of each partition whose STS endpoint is always on (AWS general reference)."""

FIDO_REASON = (
    "AWS can't make MFA sessions with passkeys and security keys (FIDO); "
    "aws login in AWS CLI 2.32 or newer works with them"
)

WHERE_TO_FIND_THE_SERIAL = (
    "Find it in the console under IAM > Users > (you) > Security credentials > "
    "Multi-factor authentication: arn:aws:iam::ACCOUNT:mfa/NAME, or the serial number of a "
    "hardware device, such as GAHT12345678."
)


def checked_serial(text: str) -> str:
    """Return ``text`` without surrounding blanks if it can be an MFA serial.

    Raises ConfigurationError that says what it is instead, and where to find the serial.
    """
    serial = text.strip()
    arn = _ARN.fullmatch(serial)
    if kind_of(serial) == "FIDO":
        raise ConfigurationError(f"{sanitize(serial)} is a FIDO device.", FIDO_REASON + ".")
    problem, shown = "", sanitize(serial)
    if arn and not arn["resource"].startswith("mfa/"):
        what = arn["resource"].split("/")[0]
        article = "the ARN of the account's root user" if what == "root" else f"a {what}'s ARN"
        problem = f"{shown} is {sanitize(article)}, not an MFA device's."
    elif serial.startswith("arn:") and not arn:
        problem = f"{shown} isn't the ARN of an MFA device."
    elif not _SERIAL.fullmatch(serial):
        problem = (
            f"'{shown}' isn't an MFA serial: those have 9 to 256 letters, digits, and "
            "+ = / : , . @ - _."
        )
    if problem:
        raise ConfigurationError(problem, WHERE_TO_FIND_THE_SERIAL)
    return serial


def kind_of(serial: str) -> str:
    """Return the kind of a device by its serial: ``virtual``, ``hardware`` or ``FIDO``."""
    arn = _ARN.fullmatch(serial)
    if not arn:
        return "hardware"
    return "FIDO" if arn["resource"].startswith("u2f/") else "virtual"


def region_of(serial: str) -> str:
    """Return a region of the serial's partition with a regional STS endpoint."""
    arn = _ARN.fullmatch(serial)
    return _REGIONS.get(arn["partition"] if arn else "aws", _REGIONS["aws"])


def partition_of(region: str) -> str:
    """Return the partition of a region: "aws" for all that aren't known to be elsewhere."""
    for partition, sample in _REGIONS.items():
        start = sample.rsplit("-", 2)[0]
        if partition != "aws" and region.startswith(f"{start}-"):
            return partition
    return "aws"


@dataclass(frozen=True)
class Device:
    """The MFA serial to use, whether it isn't saved yet, and the serials it was chosen from."""

    mfa_serial: str
    is_new: bool
    choices: tuple[str, ...] = ()


def resolve_device(
    named: str | None, session_profile: Profile, source: Source, region: str, ports: Ports
) -> Device:
    """Return the device of a session, in the design's order.

    ``named`` is ``--serial-number``; ``region`` is "" if none is known. Raises
    ConfigurationError where the device isn't known.
    """
    own = session_profile.get("mfa_serial")
    if named:
        serial = checked_serial(named)
        return Device(serial, is_new=serial != own)
    if own:
        return Device(checked_serial(own), is_new=False)
    of_source = source.setting("mfa_serial", ports)
    if of_source:
        return Device(checked_serial(of_source), is_new=True)
    try:
        devices = list_devices(source, region, ports)
    except PermissionDeniedError as denied:
        return Device(_asked_serial(denied, ports), is_new=True)
    usable = tuple(device.mfa_serial for device in devices if device.is_usable)
    if not usable:
        raise none_usable(source, devices)
    return Device(usable[0], is_new=True) if len(usable) == 1 else chosen_device(usable, ports)


def list_devices(source: Source, region: str, ports: Ports) -> tuple[MfaDevice, ...]:
    """Return the devices of the user whose keys the source has.

    Most policies allow ListMFADevices to a user only by the user's own name: AccessDenied is
    answered by asking STS for it, and once more (IAM user guide, "Allows MFA-authenticated
    IAM users to manage their own MFA device"). Raises PermissionDeniedError if that is denied
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


def none_usable(source: Source, devices: tuple[MfaDevice, ...]) -> ConfigurationError:
    """Return the error for a user none of whose devices gives codes."""
    if not devices:
        return ConfigurationError(
            f"The user of {source.shown} has no MFA device.", "Add one:  aws mfa devices add"
        )
    names = quoted_list(device.mfa_serial for device in devices)
    return ConfigurationError(
        f"The user of {source.shown} has FIDO devices only: {names}.",
        f"{FIDO_REASON}. Register a virtual device in the console: IAM > Users > (you) > Security "
        "credentials > Multi-factor authentication.",
    )


def _asked_serial(denied: PermissionDeniedError, ports: Ports) -> str:
    if ports.terminal.unavailable_reason():
        raise ConfigurationError(
            "The MFA device isn't known, and you aren't allowed to list your devices.",
            f"Name it with --serial-number. {WHERE_TO_FIND_THE_SERIAL}",
        ) from denied
    ports.terminal.tell(
        f"You aren't allowed to list your MFA devices.\n{WHERE_TO_FIND_THE_SERIAL}\n"
    )
    return checked_serial(ports.terminal.ask("MFA serial: "))


def chosen_device(serials: tuple[str, ...], ports: Ports) -> Device:
    """Return the device that the person at the terminal chooses, by number, name or serial."""
    if ports.terminal.unavailable_reason():
        raise ConfigurationError(
            f"You have several MFA devices: {quoted_list(serials)}.",
            "Name one with --serial-number, or as mfa_serial in the profile.",
        )
    lines, answers = "", dict[str, str]()
    for number, serial in enumerate(serials, 1):
        name = device_name(serial, serials)
        lines += f"  {number}  {name}\n"
        answers |= dict.fromkeys((str(number), name, serial), serial)
    ports.terminal.tell(f"You have several MFA devices:\n{lines}")
    for _ in range(3):
        answer = ports.terminal.ask(f"Which one? [1-{len(serials)}] ")
        if answer in answers:
            return Device(answers[answer], is_new=True, choices=serials)
        ports.terminal.tell(f"Enter a number from 1 to {len(serials)}.\n")
    raise ConfigurationError(
        "No MFA device was chosen.", "Choose a number, or name the device with --serial-number."
    )


def devices_of_user(
    session_profile: str, source_profile: str | None, region: str | None, ports: Ports
) -> tuple[str, tuple[MfaDevice, ...]]:
    """Return the MFA serial that the session profile names, or "", and the user's devices."""
    profile = ports.files.profile(session_profile)
    source = resolve_source(source_profile, profile, ports)
    where = known_region(region, profile, source, ports)
    chosen = profile.get("mfa_serial") or source.setting("mfa_serial", ports)
    return chosen, list_devices(source, where or region_of(chosen), ports)
