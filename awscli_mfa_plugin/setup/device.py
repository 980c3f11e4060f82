"""Lets a person choose the MFA device of a session profile from those that IAM lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import MfaError, PermissionDeniedError
from awscli_mfa_plugin.session.devices import list_devices, none_usable
from awscli_mfa_plugin.session.serials import WHERE_THE_SERIAL_STANDS, checked_serial, region_of
from awscli_mfa_plugin.setup.questions import asked, chosen
from awscli_mfa_plugin.text import shown

if TYPE_CHECKING:
    from awscli_mfa_plugin.session.ports import Ports
    from awscli_mfa_plugin.session.records import Profile
    from awscli_mfa_plugin.session.source import Source


def choose_device(profile: Profile, source: Source, region: str, ports: Ports) -> str:
    """Return the MFA serial: the user's only one, the chosen one, or the one that was typed.

    Raises ConfigurationError where the user has no device that gives codes.
    """
    of_source = ports.files.profile(source.profile).get("mfa_serial") if source.profile else ""
    known = profile.get("mfa_serial") or of_source
    try:
        devices = list_devices(source, region or region_of(known), ports)
    except PermissionDeniedError:
        return _typed("This user may not list its MFA devices.", known, ports)
    except MfaError as error:
        return _typed(error.what, known, ports)
    usable = [device.mfa_serial for device in devices if device.is_usable]
    if not usable:
        raise none_usable(source, devices)
    if len(usable) == 1:
        ports.terminal.tell(f"MFA device: {shown(usable[0])}, the only one of this user\n")
        return usable[0]
    ports.terminal.tell("MFA devices of this user:\n")
    default = usable.index(known) + 1 if known in usable else 1
    return usable[chosen([shown(serial) for serial in usable], default, ports.terminal) - 1]


def _typed(why: str, known: str, ports: Ports) -> str:
    ports.terminal.tell(f"{why}\n  {WHERE_THE_SERIAL_STANDS}\n")
    return asked("MFA serial", known, checked_serial, ports.terminal)
