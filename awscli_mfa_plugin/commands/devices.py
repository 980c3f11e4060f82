"""``aws mfa devices``: lists the user's MFA devices, and which ones work here."""

from __future__ import annotations

from awscli_mfa_plugin.declaration import PROFILES, Command, Option, Result

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from awscli_mfa_plugin.commands.context import Context


COMMAND = Command(
    "devices",
    (
        "Lists your MFA devices, with the profiles that use them and the one that a login takes. "
        "FIDO keys and passkeys have no codes, so they don't work here."
    ),
    (
        "List your devices::\n\n"
        "    $ aws mfa devices\n"
        "    NAME       KIND     SINCE       PROFILES  LOGIN\n"
        "    ana-phone  virtual  2026-02-27  mfa       used\n\n"
        "Use one of them for a profile from now on::\n\n"
        "    $ aws mfa login --profile mfa --serial-number GAHT12345678\n"
    ),
    (Option("source-profile", "The profile with the long-lived keys.", PROFILES),),
)


def run(arguments: Mapping[str, Any], context: Context) -> Result:
    """List the devices."""
    from awscli_mfa_plugin.devices.table import as_text, entry, profiles_by_serial, rows
    from awscli_mfa_plugin.session.devices import devices_of_user

    chosen, devices = devices_of_user(
        context.session_profile,
        arguments["source_profile"],
        context.options.region,
        context.ports,
    )
    table = rows(devices, chosen, profiles_by_serial(context.ports.files))
    data = {"Devices": [entry(row) for row in table]}
    return Result(data, as_text(table, context.screen.style))
