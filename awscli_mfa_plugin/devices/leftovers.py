"""Devices that a command which failed or was killed left behind, as our own record tells."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from awscli_mfa_plugin.devices.owner import (
    CREATING,
    REMOVING,
    DeviceWork,
    Owner,
    save_settings,
    without_serial,
)
from awscli_mfa_plugin.errors import MfaError, PermissionDeniedError, ServiceError
from awscli_mfa_plugin.session.token_codes import agrees
from awscli_mfa_plugin.text import sanitize, short_device

if TYPE_CHECKING:
    from awscli_mfa_plugin.session.records import Keys

REMOVED, KEPT, ENABLED, UNKNOWN = "removed", "kept", "enabled", "unknown"


def finish(owner: Owner, work: DeviceWork) -> tuple[list[str], list[str]]:
    """Complete or undo what is left; return the serials that are enabled, and those removed now.

    A device that nobody has yet is deleted after a question, since the name may have become
    somebody else's; a removal was confirmed before, so it goes on.
    """
    enabled: list[str] = []
    removed: list[str] = []
    for serial, doing in work.unfinished.of(owner.arn).items():
        if owner.has(serial):
            if doing != REMOVING:
                complete(serial, owner, work)
                enabled.append(serial)
            work.unfinished.forget(serial)
        elif doing == REMOVING:
            if discard(serial, owner.best_keys, owner, work) == REMOVED:
                without_serial(serial, work.ports.files)
                work.ports.notes(f"Finished removing {short_device(serial)}.")
                removed.append(serial)
        elif not _exists(serial, owner, work):
            work.unfinished.forget(serial)
        elif _wants_it_gone(serial, work, is_ours=doing != CREATING):
            discard(serial, owner.best_keys, owner, work)
    return enabled, removed


def complete(serial: str, owner: Owner, work: DeviceWork) -> None:
    """Save the settings of a device that was enabled by a command which didn't get further."""
    others = tuple(device for device in owner.devices if device.mfa_serial != serial)
    save_settings(serial, replace(owner, devices=others), work.ports.files)
    work.ports.notes(f"{short_device(serial)} is enabled: an earlier command was interrupted.")


def discard(serial: str, keys: Keys, owner: Owner, work: DeviceWork) -> str:
    """Delete an unassigned device, and forget it; say what stays if AWS refuses. Raise nothing.

    AWS never deletes a device that is assigned: then it was enabled after all.
    """
    name = short_device(serial)
    try:
        work.calls.delete(keys, serial, owner.region)
    except PermissionDeniedError:
        work.ports.notes(
            f"The device {name} stays, unused: you aren't allowed to delete it.\n"
            "An administrator can:  aws iam delete-virtual-mfa-device --serial-number "
            f"{sanitize(serial)}"
        )
        return KEPT
    except MfaError as error:
        if isinstance(error, ServiceError) and error.aws_code == "DeleteConflict":
            return ENABLED
        work.ports.notes(f"The device {name} may still exist. 'aws mfa devices add' removes it.")
        return UNKNOWN
    work.unfinished.forget(serial)
    return REMOVED


def _exists(serial: str, owner: Owner, work: DeviceWork) -> bool:
    """Tell whether a device is there and nobody's; where that can't be known, assume so."""
    try:
        return serial in work.calls.virtual_serials(owner.best_keys, owner.region, unassigned=True)
    except PermissionDeniedError:
        return True


def _wants_it_gone(serial: str, work: DeviceWork, *, is_ours: bool) -> bool:
    """Ask; Enter deletes only what is certainly ours, since names are the whole account's."""
    terminal, name = work.ports.terminal, short_device(serial)
    if terminal.unavailable_reason():
        return False
    left = "left" if is_ours else "may have left"
    terminal.tell(
        f"An earlier 'aws mfa devices add' {left} the device {name}, which nobody uses.\n"
    )
    question = "Delete it? [Y/n] " if is_ours else "Delete it, unless somebody else made it? [y/N] "
    return agrees(terminal, question, enter=is_ours)
