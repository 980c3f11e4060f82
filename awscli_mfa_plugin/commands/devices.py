"""``aws mfa devices``: lists the MFA devices of the user, and which can serve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from awscli_mfa_plugin.commands.base import MfaSubcommand
from awscli_mfa_plugin.core.devices import devices_of_user
from awscli_mfa_plugin.core.expiry import rfc3339
from awscli_mfa_plugin.core.serials import FIDO_REASON
from awscli_mfa_plugin.core.text import shown

if TYPE_CHECKING:
    from awscli_mfa_plugin.core.records import MfaDevice


class DevicesCommand(MfaSubcommand):
    """The subcommand ``devices``."""

    NAME = "devices"
    DESCRIPTION = (
        "Lists the MFA devices of the user whose long-lived keys the session profile is made "
        "from: virtual and hardware devices, which can serve here, and FIDO keys, which "
        "can't."
    )
    EXAMPLES = (
        "List the devices::\n\n"
        "    $ aws mfa devices\n"
        "    arn:aws:iam::123456789012:mfa/ada  virtual\n\n"
        "Take one for a session profile, which then keeps it::\n\n"
        "    $ aws mfa login --profile mfa --serial-number GAHT12345678\n"
    )
    ARG_TABLE: ClassVar[list[dict[str, Any]]] = [
        {"name": "source-profile", "help_text": "The profile with the long-lived keys."},
    ]

    def run(self, parsed_args: Any, parsed_globals: Any) -> int:
        """List the devices."""
        ports = self.world.ports(parsed_globals)
        chosen, devices = devices_of_user(
            self.session_profile, parsed_args.source_profile, parsed_globals.region, ports
        )
        data = {"Devices": [_entry(device, chosen) for device in devices]}
        self.show(parsed_globals, data, _text(devices, chosen))
        return 0


def _entry(device: MfaDevice, chosen: str) -> dict[str, Any]:
    return {
        "MfaSerial": device.mfa_serial,
        "Type": device.kind,
        "EnableDate": rfc3339(device.enabled) if device.enabled else None,
        "Usable": device.is_usable,
        "Chosen": device.mfa_serial == chosen,
    }


def _text(devices: tuple[MfaDevice, ...], chosen: str) -> str:
    if not devices:
        return "This user has no MFA device."
    width = max(len(shown(device.mfa_serial)) for device in devices)
    lines = []
    for device in devices:
        note = "" if device.is_usable else ", not usable here"
        note = ", chosen" if device.mfa_serial == chosen else note
        lines.append(f"{shown(device.mfa_serial):<{width}}  {device.kind}{note}")
    if not all(device.is_usable for device in devices):
        lines.append(f"{FIDO_REASON}.")
    return "\n".join(lines)
