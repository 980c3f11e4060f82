"""The table of devices: names, profiles, and which one a login takes."""

from __future__ import annotations

from awscli_mfa_plugin.devices.table import as_text, profiles_by_serial, rows
from awscli_mfa_plugin.session.records import MfaDevice
from awscli_mfa_plugin.text import Style
from tests.fakes import NOW, SERIAL, FakeFiles

ARN = "arn:aws:iam::123456789012:"
PHONE, TABLET = MfaDevice(SERIAL, "virtual", NOW), MfaDevice(f"{ARN}mfa/tablet", "virtual", NOW)
KEY = MfaDevice(f"{ARN}u2f/user/ada/key", "FIDO", NOW)


def test_profiles_that_use_a_device() -> None:
    """Every profile that names it counts, an MFA profile or not."""
    files = FakeFiles({"mfa": {"mfa_serial": SERIAL}, "ops": {"mfa_serial": SERIAL}, "x": {}})
    assert profiles_by_serial(files) == {SERIAL: ("mfa", "ops")}


def test_the_only_usable_device_is_taken() -> None:
    """A FIDO key doesn't count; with two, only settings choose."""
    assert [row.is_chosen for row in rows([KEY, PHONE], "", {})] == [False, True]
    assert [row.is_chosen for row in rows([PHONE, TABLET], "", {})] == [False, False]
    assert [row.is_chosen for row in rows([PHONE, TABLET], SERIAL, {})] == [True, False]


def test_colors_don_t_move_the_columns() -> None:
    """Green for the one that is used, red for one that doesn't work."""
    table = rows([PHONE, KEY, TABLET], SERIAL, {SERIAL: ("mfa",)})
    plain, colored = as_text(table), as_text(table, Style(is_on=True))
    assert "\x1b[32mused\x1b[0m" in colored
    assert "\x1b[31mdoesn't work here\x1b[0m" in colored
    for code in ("\x1b[32m", "\x1b[31m", "\x1b[2m", "\x1b[0m"):
        colored = colored.replace(code, "")
    assert colored == plain


def test_two_devices_of_one_short_name() -> None:
    """They are told apart by their serials."""
    twin = MfaDevice(f"{ARN}u2f/user/ada/ada", "FIDO")
    text = as_text(rows([PHONE, twin], "", {}))
    assert SERIAL in text
    assert twin.mfa_serial in text
