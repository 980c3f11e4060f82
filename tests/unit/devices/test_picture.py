"""The screen that enrolls a device: a QR code if it fits, or the secret as text."""

from __future__ import annotations

import pytest

from awscli_mfa_plugin.devices.picture import SMALLEST, half_blocks, picture, uri

SERIAL = "arn:aws:iam::123456789012:mfa/ana"
SEED = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 2


def square(size: int) -> list[list[int]]:
    """Return a matrix of this size."""
    return [[1] * size for _ in range(size)]


def test_half_blocks() -> None:
    """Two rows of modules make a line; an odd number of rows ends in white."""
    assert half_blocks([[1, 1, 0, 0], [1, 0, 1, 0], [1, 0, 0, 1]]) == ("█▀▄ ", "▀  ▀")


def test_the_uri_has_only_what_is_needed() -> None:
    """The label is what an app shows."""
    assert uri(SERIAL, "123456789012", "ABC") == ("otpauth://totp/AWS:ana@123456789012?secret=ABC")
    assert uri(SERIAL, "", "ABC") == "otpauth://totp/AWS:ana?secret=ABC"


def drawn(text: str) -> list[list[int]]:
    """Return a code that is larger for a longer text."""
    return square(45 if "@" in text else 41)


@pytest.mark.parametrize(
    ("size", "place"),
    [
        ((80, 24), (0, 47, 33)),  # beside the longer one
        ((80, 22), (0, 43, 37)),  # beside the shorter one
        ((60, 40), (24, 0, 60)),  # below
        ((44, 30), (22, 0, 44)),  # below the shorter one
    ],
)
def test_a_code_that_fits(size: tuple[int, int], place: tuple[int, int, int]) -> None:
    """The area for text is beside it if there is room, otherwise below."""
    found = picture(SERIAL, "123456789012", SEED, size, drawn)
    assert found.is_code
    assert (found.row, found.column, found.width) == place
    assert len(found.lines) <= size[1]


@pytest.mark.parametrize("size", [(80, 20), (40, 60), (44, 27), (1, 1)])
def test_a_screen_that_is_too_small(size: tuple[int, int]) -> None:
    """The secret in groups of four; all of it, on any screen."""
    found = picture(SERIAL, "123456789012", SEED, size, drawn)
    assert not found.is_code
    secret = found.lines[found.lines.index("") + 1 :]
    assert "".join(secret).replace(" ", "") == SEED
    assert all(len(line) <= max(size[0], 4) for line in found.lines)


def test_the_smallest_screen_has_room_for_questions() -> None:
    """Two lines of a message, a question, and a last row that stays free."""
    found = picture(SERIAL, "123456789012", SEED, SMALLEST, drawn)
    assert found.width == SMALLEST[0]
    assert found.row + 4 <= SMALLEST[1]


def test_the_secret_on_request() -> None:
    """Without a code at all."""
    assert not picture(SERIAL, "", SEED, (200, 100), None).is_code
