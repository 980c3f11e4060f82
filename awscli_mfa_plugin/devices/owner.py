"""Whose devices a command works on, by which keys, and where their serials are saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.session.devices import chosen_device, region_of
from awscli_mfa_plugin.session.records import SOURCE_OPTION, Keys, MfaDevice, Profile
from awscli_mfa_plugin.session.source import Source, known_region, resolve_source
from awscli_mfa_plugin.text import sanitize, short_device

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from typing import Any

    from awscli_mfa_plugin.aws.iam import MfaDeviceCalls, NewDevice
    from awscli_mfa_plugin.devices.unfinished import UnfinishedDevices
    from awscli_mfa_plugin.session.ports import CountingTerminal, Ports, SharedFiles

CREATING, ADDING, REMOVING = "creating", "adding", "removing"
"""What the record of unfinished devices says of each.

CREATING is for a name that may have been taken, until AWS says that it wasn't.
"""

SHORTEST_USE = 60
"""Seconds that a session must still last for its keys to be used here."""

WAIT_FOR_DEVICES = 5
"""Seconds to wait for another command that works on the devices of the same user."""


@dataclass(frozen=True)
class DeviceRequest:
    """What the command line asks for; None where it says nothing."""

    session_profile: str
    source_profile: str | None = None
    region: str | None = None
    device: str | None = None
    name: str | None = None
    seed_command: str | None = None
    seed_format: str = "secret"
    force: bool = False
    yes: bool = False


@dataclass(frozen=True)
class DeviceWork:
    """What the commands need beside the ports of the session.

    ``show`` shows a new device's secret (for an account) until it ends, and gives the terminal
    to ask on;
    ``give_seed`` runs a command with a text on its stdin.
    """

    ports: Ports
    calls: MfaDeviceCalls
    unfinished: UnfinishedDevices
    show: Callable[[NewDevice, str], AbstractContextManager[CountingTerminal]]
    give_seed: Callable[[str, str], None]


@dataclass(frozen=True)
class Owner:
    """The IAM user whose long-lived keys the source has, with their devices.

    ``session_keys`` are those of their valid MFA session in the session profile, or None.
    """

    profile: Profile
    source: Source
    region: str
    user_name: str
    arn: str
    devices: tuple[MfaDevice, ...]
    session_keys: Keys | None

    @property
    def account(self) -> str:
        """The account's twelve digits."""
        return self.arn.split(":")[4]

    @property
    def best_keys(self) -> Keys:
        """The session's keys if there are any, since policies allow those more."""
        return self.session_keys or self.source.keys

    def serial_of(self, name: str) -> str:
        """Return the serial that a virtual device of this name has."""
        partition = self.arn.split(":")[1]
        return f"arn:{partition}:iam::{self.account}:mfa/{name}"

    def has(self, serial: str) -> bool:
        """Tell whether a device is enabled for the user."""
        return any(device.mfa_serial == serial for device in self.devices)


def owner_of(request: DeviceRequest, ports: Ports) -> Owner:
    """Return whose devices are meant; raise ConfigurationError for anybody but an IAM user."""
    profile = ports.files.profile(request.session_profile)
    source = resolve_source(request.source_profile, profile, ports)
    region = known_region(request.region, profile, source, ports) or region_of(
        profile.get("mfa_serial")
    )
    identity = ports.sts.get_caller_identity(source.keys, region)
    name = identity.user_name
    if not name:
        raise ConfigurationError(
            f"The keys of {source.shown} belong to {sanitize(identity.arn)}, not to an IAM user.",
            "For the root user, use the console: Security credentials > Multi-factor "
            "authentication.",
        )
    devices = ports.iam.list_mfa_devices(source.keys, name, region)
    keys = _session_keys(profile, source, ports)
    if keys and ports.sts.get_caller_identity(keys, region).arn != identity.arn:
        keys = None  # another user's, made with another source
    return Owner(profile, source, region, name, identity.arn, devices, keys)


def _session_keys(profile: Profile, source: Source, ports: Ports) -> Keys | None:
    session = ports.files.session_of(profile)
    if session is None or session.remaining(ports.clock.now()) < SHORTEST_USE:
        return None
    return Keys(
        session.access_key_id, session.secret_access_key, session.session_token, source.profile
    )


def device_of(owner: Owner, named: str | None, ports: Ports) -> MfaDevice:
    """Return the device of a name or serial, the only one, or the one that a person chooses.

    FIDO keys don't count. Raises ConfigurationError.
    """
    usable = [device for device in owner.devices if device.is_usable]
    if named:
        found = [
            device
            for device in usable
            if named in {device.mfa_serial, short_device(device.mfa_serial)}
        ]
        if len(found) == 1:
            return found[0]
        raise ConfigurationError(
            f"You have no MFA device '{sanitize(named)}' with codes.",
            "List your devices:  aws mfa devices",
        )
    if not usable:
        raise ConfigurationError("You have no MFA device with codes.", "aws mfa devices add")
    if len(usable) == 1:
        return usable[0]
    serials = {device.mfa_serial: device for device in usable}
    if ports.terminal.unavailable_reason():
        names = ", ".join(short_device(serial) for serial in serials)
        raise ConfigurationError(
            "You have several MFA devices.", f"Name one with --serial-number: {names}."
        )
    return serials[chosen_device(tuple(serials), ports).mfa_serial]


def needs_a_session(owner: Owner, doing: str) -> ConfigurationError:
    """Return the error for what AWS allows only with MFA; ``doing`` begins the sentence."""
    if not any(device.is_usable for device in owner.devices):
        return ConfigurationError(
            f"{doing} needs an MFA session, and FIDO keys can't make one here.",
            "Use the console, or ask an administrator.",
        )
    return ConfigurationError(
        f"{doing} needs an MFA session.",
        f"Log in first:  aws mfa login --profile {sanitize(owner.profile.name)}",
    )


def save_settings(serial: str, owner: Owner, files: SharedFiles) -> dict[str, str]:
    """Save a new device to the session profile; return what was saved.

    A profile whose device still belongs to the user (``owner.devices``) keeps it.
    """
    profile, source = owner.profile, owner.source.profile
    of_source = files.profile(source).get("mfa_serial") if source else ""
    if owner.has(profile.get("mfa_serial") or of_source):
        return {}
    settings = {"mfa_serial": serial}
    if source not in {"", profile.name} and not profile.config.get(SOURCE_OPTION):
        settings[SOURCE_OPTION] = source
    files.write_settings(profile.name, settings)
    return settings


def stripped(document: Any, serial: str) -> Any:
    """Return the config file's document without the ``mfa_serial`` lines that name a device."""
    for section, options in document.sections().items():
        if options.get("mfa_serial") == serial:
            document = document.without_options(section, ("mfa_serial",))
    return document


def without_serial(serial: str, files: SharedFiles) -> bool:
    """Take a device out of the config file; tell whether a line named it."""
    return files.update_config(lambda document: stripped(document, serial))
