"""Shows a new device's secret on the terminal, with what to do about it."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from awscli_mfa_plugin.devices.picture import SMALLEST, picture
from awscli_mfa_plugin.devices.qr import can_make, qr_code
from awscli_mfa_plugin.errors import CannotAskError, ConfigurationError
from awscli_mfa_plugin.system.private_screen import (
    can_draw,
    check_can_wipe,
    screen_size,
    shown,
)
from awscli_mfa_plugin.text import sanitize, short_device

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from awscli_mfa_plugin.aws.iam import NewDevice
    from awscli_mfa_plugin.session.ports import CountingTerminal


_LONGEST_NAME = 40
"""Characters of a device's name that are shown beside its code; it may have 226."""


def check_screen(environment: Mapping[str, str]) -> None:
    """Raise ConfigurationError where a secret can't be shown, or not be wiped again."""
    check_can_wipe(environment)
    with suppress(CannotAskError):  # another error says that there is no terminal
        columns, rows = screen_size()
        if columns < SMALLEST[0] or rows < SMALLEST[1]:
            raise ConfigurationError(
                f"This terminal is too small to show a secret: {columns} columns, {rows} rows.",
                f"Make it at least {SMALLEST[0]} by {SMALLEST[1]}, or use --seed-command PROGRAM.",
            )


@contextmanager
def secret_on_screen(
    device: NewDevice, account: str, *, is_text: bool
) -> Iterator[CountingTerminal]:
    """Show the secret, as a QR code unless ``is_text``; yield the terminal to ask on meanwhile."""
    size = screen_size()
    code = None if is_text or not can_draw() or not can_make() else qr_code
    drawn = picture(device.mfa_serial, account, device.seed, size, code)
    with shown(drawn, size[1]) as terminal:
        if drawn.is_code:
            terminal.tell("Scan this with your authenticator app.")
        name = sanitize(short_device(device.mfa_serial), _LONGEST_NAME)
        terminal.tell(f"Then enter two codes of {name}, one after the other.")
        yield terminal
