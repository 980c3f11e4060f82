"""Adds a virtual device: created, its secret handed over, enabled by two codes in a row."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from awscli_mfa_plugin.devices.codes import CodePair, CodePairs, accepted_pair
from awscli_mfa_plugin.devices.leftovers import ENABLED, REMOVED, UNKNOWN, complete, discard, finish
from awscli_mfa_plugin.devices.owner import (
    ADDING,
    CREATING,
    WAIT_FOR_DEVICES,
    DeviceRequest,
    DeviceWork,
    Owner,
    needs_a_session,
    owner_of,
    save_settings,
)
from awscli_mfa_plugin.devices.picture import uri
from awscli_mfa_plugin.errors import (
    AnswerLostError,
    CancelledError,
    ConfigurationError,
    MfaError,
    PermissionDeniedError,
    ServiceError,
    UsageError,
)
from awscli_mfa_plugin.session.source import check_session_profile, inherited
from awscli_mfa_plugin.text import sanitize, short_device

if TYPE_CHECKING:
    from collections.abc import Mapping

    from awscli_mfa_plugin.aws.iam import NewDevice
    from awscli_mfa_plugin.session.records import Keys

MOST_DEVICES = 8
"""Devices that a user can have (IAM user guide, "IAM and AWS STS quotas")."""

_NAME = re.compile(r"[\w+=,.@-]{1,226}", re.ASCII)
_NAMES = ("", *(f"-{number}" for number in range(2, 10)))
"""What is added to the user name until a name is free; some policies allow only the first."""


@dataclass(frozen=True)
class Added:
    """A device that is enabled; ``settings`` were saved to the session profile.

    ``was_left`` says that an earlier command had enabled it; ``is_late``, that the codes came so
    late that AWS may take its clock for a slow one.
    """

    mfa_serial: str
    settings: Mapping[str, str] = field(default_factory=dict)
    was_left: bool = False
    is_late: bool = False


def add(request: DeviceRequest, work: DeviceWork) -> Added:
    """Add a device; whatever fails, no device of ours is left that AWS lets us delete."""
    ports = work.ports
    _check_request(request, work)
    check_session_profile(ports.files.profile(request.session_profile), ports.clock.now())
    owner = owner_of(request, ports)
    with ports.locks.hold(f"devices {owner.arn}", WAIT_FOR_DEVICES):
        enabled, _ = finish(owner, work)
        if enabled:
            return Added(enabled[0], was_left=True)
        keys = _keys(owner)
        ports.files.check_writable(owner.profile, config=True)
        names, are_free = _names_to_try(request, owner, keys, work)
        for name in names:
            serial = owner.serial_of(name)
            work.unfinished.note(serial, owner.arn, ADDING if are_free else CREATING)
            try:
                if device := _created(name, keys, owner, work):
                    return _enrolled(device, request, keys, owner, work)
            except CancelledError as cancelled:
                if _undo(serial, keys, owner, work) == REMOVED:
                    raise
                raise CancelledError("Cancelled.", by_interrupt=cancelled.by_interrupt) from None
            except BaseException:
                _undo(serial, keys, owner, work)
                raise
        raise ConfigurationError(
            f"A device named {sanitize(request.name or owner.user_name)} exists already in this "
            "account.",
            "Use another name:  aws mfa devices add --name NAME",
        )


def _check_request(request: DeviceRequest, work: DeviceWork) -> None:
    if request.name is not None and not _NAME.fullmatch(request.name):
        raise UsageError(
            f"'{sanitize(request.name)}' can't be a device's name.",
            "Use letters, digits and + = , . @ - _",
        )
    profile = work.ports.files.profile(request.session_profile)
    needs_nobody = request.seed_command and inherited("mfa_process", profile, work.ports)
    if reason := "" if needs_nobody else work.ports.terminal.unavailable_reason():
        raise ConfigurationError(
            f"Adding a device needs a terminal, and {reason}.",
            "Run it in a terminal, or use --seed-command with mfa_process in the profile.",
        )


def _keys(owner: Owner) -> Keys:
    """Return whose keys may add a device: AWS asks for MFA once the user has one."""
    if not owner.devices:
        return owner.source.keys
    if len(owner.devices) >= MOST_DEVICES:
        raise ConfigurationError(
            f"You have {MOST_DEVICES} MFA devices, the most that AWS allows.",
            "Remove one first:  aws mfa devices remove",
        )
    if owner.session_keys is None:
        raise needs_a_session(owner, "You have an MFA device already. Adding another one")
    return owner.session_keys


def _names_to_try(
    request: DeviceRequest, owner: Owner, keys: Keys, work: DeviceWork
) -> tuple[tuple[str, ...], bool]:
    """Return the names to try in order, and whether AWS says that they are free."""
    names = (request.name,) if request.name else [owner.user_name + more for more in _NAMES]
    try:
        taken = work.calls.virtual_serials(keys, owner.region, unassigned=False)
    except PermissionDeniedError:
        return tuple(names), False
    return tuple(name for name in names if owner.serial_of(name) not in taken), True


def _created(name: str, keys: Keys, owner: Owner, work: DeviceWork) -> NewDevice | None:
    """Return the new device, or None if its name is taken; then nothing of ours was made."""
    serial = owner.serial_of(name)
    try:
        device = work.calls.create(keys, name, owner.region)
    except ServiceError as refused:
        work.unfinished.forget(serial)
        if refused.aws_code != "EntityAlreadyExists":
            raise
        return None
    if work.unfinished.of(owner.arn).get(serial) == CREATING:
        work.unfinished.note(serial, owner.arn, ADDING)
    return device


def _enrolled(
    device: NewDevice, request: DeviceRequest, keys: Keys, owner: Owner, work: DeviceWork
) -> Added:
    ports, serial = work.ports, device.mfa_serial
    if request.seed_command:
        is_uri = request.seed_format == "uri"
        text = uri(serial, owner.account, device.seed) if is_uri else device.seed
        work.give_seed(request.seed_command, text)
        process = inherited("mfa_process", owner.profile, ports, request.source_profile)
        pair = _enabled(CodePairs(ports, process), serial, keys, owner, work)
    else:
        with work.show(device, owner.account) as terminal:
            pairs = CodePairs(replace(ports, terminal=terminal, wait=terminal.wait))
            pair = _enabled(pairs, serial, keys, owner, work)
    is_late = pair.is_late(ports.clock.now())
    ports.used_codes.remember(serial, pair.codes[1])
    settings = save_settings(serial, owner, ports.files)
    work.unfinished.forget(serial)
    return Added(serial, settings, is_late=is_late)


def _enabled(pairs: CodePairs, serial: str, keys: Keys, owner: Owner, work: DeviceWork) -> CodePair:
    ports = work.ports

    def send(pair: CodePair) -> None:
        try:
            work.calls.enable(keys, owner.user_name, serial, pair.codes, owner.region)
        except AnswerLostError:
            devices = ports.iam.list_mfa_devices(keys, owner.user_name, owner.region)
            if all(device.mfa_serial != serial for device in devices):
                raise

    return accepted_pair(pairs, send)


def _undo(serial: str, keys: Keys, owner: Owner, work: DeviceWork) -> str:
    """Delete the device unless nothing was made of it; if it is enabled, save its settings.

    Return what came of it. What may be somebody else's stays.
    """
    doing = work.unfinished.of(owner.arn).get(serial)
    if doing is None:
        return REMOVED
    if doing == CREATING:
        work.ports.notes(
            f"The device {short_device(serial)} may exist now, unused. "
            "'aws mfa devices add' offers to delete it."
        )
        return UNKNOWN
    outcome = discard(serial, keys, owner, work)
    if outcome == ENABLED:
        try:
            complete(serial, owner, work)
        except MfaError as error:  # the first error is the one to report
            work.ports.notes(str(error))
        work.unfinished.forget(serial)
    return outcome
