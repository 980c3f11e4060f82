"""QR codes: black and white modules with a border of two."""

from __future__ import annotations

import pytest

from awscli_mfa_plugin.devices.picture import half_blocks, uri
from awscli_mfa_plugin.devices.qr import qr_code

pytest.importorskip("segno", reason="make .venv installs it")


@pytest.mark.parametrize(
    ("name", "account", "width", "height"),
    [("ana-phone", "", 41, 21), ("ana-phone", "123456789012", 45, 23)],
)
def test_the_size_on_the_screen(name: str, account: str, width: int, height: int) -> None:
    """A short URI fits 80 by 24."""
    text = uri(f"arn:aws:iam::123456789012:mfa/{name}", account, "A" * 64)
    matrix = qr_code(text)
    lines = half_blocks(matrix)
    assert (len(lines[0]), len(lines)) == (width, height)
    assert not any(any(row[:2] + row[-2:]) for row in matrix)
    assert not any(matrix[0] + matrix[1] + matrix[-1] + matrix[-2])
