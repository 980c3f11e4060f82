"""Removes a device: taken from the user, deleted, and out of the config file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from awscli_mfa_plugin.devices.leftovers import REMOVED, UNKNOWN, discard, finish
from awscli_mfa_plugin.devices.owner import (
    REMOVING,
    WAIT_FOR_DEVICES,
    DeviceRequest,
    DeviceWork,
    Owner,
    device_of,
    needs_a_session,
    owner_of,
    stripped,
    without_serial,
)
from awscli_mfa_plugin.errors import CancelledError, ConfigurationError, PermissionDeniedError
from awscli_mfa_plugin.session.token_codes import agrees
from awscli_mfa_plugin.text import sanitize, short_device, unified

if TYPE_CHECKING:
    from awscli_mfa_plugin.session.ports import Ports
    from awscli_mfa_plugin.session.records import Keys, MfaDevice

LAST = (
    "{name} is your last MFA device. Without one you can't log in, and a policy that requires MFA "
    "denies you everything else."
)


@dataclass(frozen=True)
class Removed:
    """A device that was taken from the user; ``changed`` says whether the config file named it."""

    mfa_serial: str
    changed: bool
    is_deleted: bool = True


def remove(request: DeviceRequest, work: DeviceWork) -> Removed:
    """Remove a device after a confirmation; raise CancelledError where it isn't given."""
    ports = work.ports
    owner = owner_of(request, ports)
    with ports.locks.hold(f"devices {owner.arn}", WAIT_FOR_DEVICES):
        _, finished = finish(owner, work)
        for serial in finished:
            if request.device in {None, serial, short_device(serial)}:
                return Removed(serial, changed=False)
        device = device_of(owner, request.device, ports)
        keys = owner.session_keys
        if keys is None:
            raise needs_a_session(owner, "Removing a device")
        _confirm(device, owner, request, ports)
        ports.files.check_writable(owner.profile, config=True)
        return _removed(device, keys, owner, work)


def _confirm(device: MfaDevice, owner: Owner, request: DeviceRequest, ports: Ports) -> None:
    """Show what would change, and ask; the last device needs ``--force`` too."""
    name = short_device(device.mfa_serial)
    usable = [other for other in owner.devices if other.is_usable]
    if len(usable) == 1 and not request.force:
        raise ConfigurationError(
            LAST.format(name=name),
            "Add another one first (aws mfa devices add), or use --force.",
        )
    document = ports.files.config_document()
    after = stripped(document, device.mfa_serial)
    diff = unified(ports.files.config_path, document.render(), after.render())
    warning = f"Warning: {LAST.format(name=name)}\n" if len(usable) == 1 else ""
    if request.yes:
        ports.notes((warning + diff).rstrip() or f"Removing {name}.")
        return
    if reason := ports.terminal.unavailable_reason():
        raise ConfigurationError(
            f"Removing a device has to be confirmed, and {reason}.", "Use --yes."
        )
    ports.terminal.tell(warning + diff)
    if not agrees(ports.terminal, f"Remove {name} from AWS? [y/N] "):
        raise CancelledError("Cancelled. Nothing was changed.")


def _removed(device: MfaDevice, keys: Keys, owner: Owner, work: DeviceWork) -> Removed:
    serial = device.mfa_serial
    work.unfinished.note(serial, owner.arn, REMOVING)
    try:
        work.calls.deactivate(keys, owner.user_name, serial, owner.region)
    except PermissionDeniedError as denied:
        work.unfinished.forget(serial)
        if "explicit deny" in denied.what:
            login = f"aws mfa login --profile {sanitize(owner.profile.name)} --force"
            denied.remedy = f"If a policy limits a session's age, renew it:  {login}"
        raise
    outcome = discard(serial, keys, owner, work) if device.kind == "virtual" else REMOVED
    changed = without_serial(serial, work.ports.files)
    if outcome != UNKNOWN:  # the next command deletes it
        work.unfinished.forget(serial)
    return Removed(serial, changed, outcome == REMOVED)
