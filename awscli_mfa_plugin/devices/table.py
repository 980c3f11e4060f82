"""The user's devices as a table: name, kind, since when, which profiles, what a login takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from awscli_mfa_plugin.session.devices import FIDO_REASON
from awscli_mfa_plugin.session.expiry import rfc3339
from awscli_mfa_plugin.text import PLAIN, Style, device_name, quoted_list

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from awscli_mfa_plugin.session.ports import SharedFiles
    from awscli_mfa_plugin.session.records import MfaDevice

_HEADER = ("NAME", "KIND", "SINCE", "PROFILES", "LOGIN")


@dataclass(frozen=True)
class Row:
    """A device, the profiles whose ``mfa_serial`` names it, and whether a login would take it."""

    device: MfaDevice
    profiles: tuple[str, ...]
    is_chosen: bool


def profiles_by_serial(files: SharedFiles) -> dict[str, tuple[str, ...]]:
    """Return the names of the profiles that have an ``mfa_serial``, by it."""
    found: dict[str, tuple[str, ...]] = {}
    for name in files.profile_names():
        if serial := files.profile(name).get("mfa_serial"):
            found[serial] = (*found.get(serial, ()), name)
    return found


def rows(
    devices: Iterable[MfaDevice], chosen: str, profiles: dict[str, tuple[str, ...]]
) -> tuple[Row, ...]:
    """Return the table's rows; ``chosen`` is the serial that settings name, or "".

    Without one, a login takes the only usable device.
    """
    devices = tuple(devices)
    usable = [device.mfa_serial for device in devices if device.is_usable]
    if not chosen and len(usable) == 1:
        chosen = usable[0]
    return tuple(
        Row(device, profiles.get(device.mfa_serial, ()), device.mfa_serial == chosen)
        for device in devices
    )


def as_text(table: tuple[Row, ...], style: Style = PLAIN) -> str:
    """Return the table for people."""
    if not table:
        return "You have no MFA device. Add one:  aws mfa devices add"
    serials = [row.device.mfa_serial for row in table]
    cells = [_HEADER, *(_cells(row, device_name(row.device.mfa_serial, serials)) for row in table)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(_HEADER))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]
    text = [style.dim(lines[0])]
    for row, line in zip(table, lines[1:], strict=True):
        color = style.green if row.is_chosen else str if row.device.is_usable else style.red
        last = _login(row)
        text.append(line.removesuffix(last) + color(last))
    if not all(row.device.is_usable for row in table):
        text.append(style.dim(f"{FIDO_REASON}."))
    return "\n".join(text)


def _cells(row: Row, name: str) -> tuple[str, ...]:
    enabled = row.device.enabled
    since = f"{enabled:%Y-%m-%d}" if enabled else "-"
    return (name, row.device.kind, since, quoted_list(row.profiles) or "-", _login(row))


def _login(row: Row) -> str:
    if not row.device.is_usable:
        return "doesn't work here"
    return "used" if row.is_chosen else ""


def entry(row: Row) -> dict[str, Any]:
    """Return a row as data."""
    device = row.device
    return {
        "MfaSerial": device.mfa_serial,
        "Type": device.kind,
        "EnableDate": rfc3339(device.enabled) if device.enabled else None,
        "Usable": device.is_usable,
        "Chosen": row.is_chosen,
        "Profiles": list(row.profiles),
    }
