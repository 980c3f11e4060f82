"""QR codes, by segno; loaded only when one is drawn."""

from __future__ import annotations

BORDER = 2
"""Modules of white around the code. The standard wants four; cameras read two, and it fits."""


def can_make() -> bool:
    """Tell whether segno is there: an older installation may lack it."""
    try:
        import segno  # noqa: F401 - whether it can be
    except ImportError:
        return False
    return True


def qr_code(text: str) -> list[list[int]]:
    """Return a QR code's rows of modules, 1 for dark, with its border."""
    import segno

    code = segno.make_qr(text, error="l")
    return [[int(bool(module)) for module in row] for row in code.matrix_iter(border=BORDER)]
