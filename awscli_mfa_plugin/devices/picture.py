"""The layout of the screen that enrolls a device: the QR code, and where text goes."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING

from awscli_mfa_plugin.text import short_device

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NARROWEST = 28
"""Columns that questions and messages need beside a QR code."""

LOWEST = 8
"""Rows that they need below it."""

SMALLEST = (28, 14)
"""Columns and rows for the secret as text: eight lines of it, and four for questions."""

_GAP = 2
_TITLE = "Enter this secret in your app (time-based, 6 digits):"
_BLOCKS = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}


@dataclass(frozen=True)
class Picture:
    """Lines to draw from the top left corner, and the area for text, in cells from 0.

    A QR code is drawn black on white, ``is_code``; the secret as text in the terminal's colors.
    """

    lines: tuple[str, ...]
    row: int
    column: int
    width: int
    is_code: bool = True


def uri(mfa_serial: str, account: str, seed: str) -> str:
    """Return what authenticator apps read (Key URI format), without what they do without.

    A device's name has only characters that need no escape there. ``account`` may be "".
    """
    label = f"{short_device(mfa_serial)}@{account}" if account else short_device(mfa_serial)
    return f"otpauth://totp/AWS:{label}?secret={seed}"


def picture(
    mfa_serial: str,
    account: str,
    seed: str,
    size: tuple[int, int],
    qr_code: Callable[[str], Sequence[Sequence[int]]] | None,
) -> Picture:
    """Return the picture for a screen of ``size`` columns and rows.

    ``qr_code`` turns text into rows of modules, 1 for dark, the border included; None asks for
    the secret as text. A short URI makes a small code: the account is left out if that helps,
    and the secret is text where no code fits.
    """
    for part in (account, "") if qr_code else ():
        lines = half_blocks(qr_code(uri(mfa_serial, part, seed)))  # type: ignore[misc]
        if placed := _placed(lines, size):
            return placed
    return as_text(seed, size)


def half_blocks(matrix: Sequence[Sequence[int]]) -> tuple[str, ...]:
    """Return a QR code's lines: each character is two modules, one above the other."""
    rows = [*matrix, [0] * len(matrix[0])] if len(matrix) % 2 else [*matrix]
    return tuple(
        "".join(_BLOCKS[bool(top), bool(low)] for top, low in zip(upper, lower, strict=True))
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    )


def _placed(lines: tuple[str, ...], size: tuple[int, int]) -> Picture | None:
    """Return the code with the text area beside it, or else below it, or None if it won't fit."""
    columns, rows = size
    width, height = len(lines[0]), len(lines)
    if columns - width - _GAP >= NARROWEST and height <= rows:
        return Picture(lines, 0, width + _GAP, columns - width - _GAP)
    if columns >= width and rows - height >= LOWEST:
        return Picture(lines, height + 1, 0, columns)
    return None


def as_text(seed: str, size: tuple[int, int]) -> Picture:
    """Return the secret in groups of four, as many on a line as fit."""
    columns, _ = size
    groups = [seed[start : start + 4] for start in range(0, len(seed), 4)]
    per_line = max(1, min(8, (columns + 1) // 5))
    lines = tuple(
        " ".join(groups[start : start + per_line]) for start in range(0, len(groups), per_line)
    )
    lines = (*wrap(_TITLE, max(columns, 1)), "", *lines)
    return Picture(lines, len(lines) + 1, 0, columns, is_code=False)
