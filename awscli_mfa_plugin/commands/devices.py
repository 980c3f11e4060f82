"""``aws mfa devices``: lists the user's MFA devices, and which ones work here."""

from __future__ import annotations

from awscli_mfa_plugin.declaration import PROFILES, Command, Option, Result
from awscli_mfa_plugin.text import sanitize

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from awscli_mfa_plugin.commands.context import Context
    from awscli_mfa_plugin.session.records import MfaDevice
    from awscli_mfa_plugin.text import Style


COMMAND = Command(
    "devices",
    (
        "Lists your MFA devices, as IAM knows them: virtual and hardware devices, whose codes "
        "work here, and FIDO keys and passkeys, which have no codes."
    ),
    (
        "List your devices::\n\n"
        "    $ aws mfa devices\n"
        "    arn:aws:iam::123456789012:mfa/ana-phone  virtual\n\n"
        "Use one of them for a profile from now on::\n\n"
        "    $ aws mfa login --profile mfa --serial-number GAHT12345678\n"
    ),
    (Option("source-profile", "The profile with the long-lived keys.", PROFILES),),
)


def run(arguments: Mapping[str, Any], context: Context) -> Result:
    """List the devices."""
    from awscli_mfa_plugin.session.devices import devices_of_user

    chosen, devices = devices_of_user(
        context.session_profile,
        arguments["source_profile"],
        context.options.region,
        context.ports,
    )
    data = {"Devices": [_entry(device, chosen) for device in devices]}
    return Result(data, _text(devices, chosen, context.screen.style))


def _entry(device: MfaDevice, chosen: str) -> dict[str, Any]:
    from awscli_mfa_plugin.session.expiry import rfc3339

    return {
        "MfaSerial": device.mfa_serial,
        "Type": device.kind,
        "EnableDate": rfc3339(device.enabled) if device.enabled else None,
        "Usable": device.is_usable,
        "Chosen": device.mfa_serial == chosen,
    }


def _text(devices: tuple[MfaDevice, ...], chosen: str, style: Style) -> str:
    from awscli_mfa_plugin.session.devices import FIDO_REASON

    if not devices:
        return "You have no MFA device."
    width = max(len(sanitize(device.mfa_serial)) for device in devices)
    lines = []
    for device in devices:
        note = "" if device.is_usable else style.red("doesn't work here")
        note = style.green("chosen") if device.mfa_serial == chosen else note
        words = ", ".join(filter(None, (device.kind, note)))
        lines.append(f"{sanitize(device.mfa_serial):<{width}}  {words}")
    if not all(device.is_usable for device in devices):
        lines.append(style.dim(f"{FIDO_REASON}."))
    return "\n".join(lines)
