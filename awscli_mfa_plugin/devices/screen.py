"""Shows a new device's secret on the terminal, with what to do about it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from awscli_mfa_plugin.devices.picture import picture
from awscli_mfa_plugin.devices.qr import can_make, qr_code
from awscli_mfa_plugin.system.private_screen import can_draw, screen_size, shown
from awscli_mfa_plugin.text import short_device

if TYPE_CHECKING:
    from collections.abc import Iterator

    from awscli_mfa_plugin.aws.mfa_devices import NewDevice
    from awscli_mfa_plugin.session.ports import CountingTerminal


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
        name = short_device(device.mfa_serial)
        terminal.tell(f"Then enter two codes of {name}, one after the other.")
        yield terminal
