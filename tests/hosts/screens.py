"""Pictures of a terminal's screen, and the QR codes in them as a real decoder reads them."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.hosts.terminal import Terminal

# A cell's width and height in pixels: terminals' cells are about twice as high as wide.
WIDTH, HEIGHT = 6, 12
# Which parts of a cell are in the foreground's color: the upper and the lower half.
INK = {" ": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}
THEMES = {"dark": (255, 0), "light": (0, 255)}


def picture(terminal: Terminal, theme: str) -> bytes:
    """Return the screen as a PGM image; a theme is the default foreground and background.

    Letters are gray in both halves: only blocks and backgrounds matter to a decoder.
    """
    lines = []
    for cells in terminal.cells():
        for half in (0, 1):
            line = b"".join(bytes([_shade(*cell, theme, half)]) * WIDTH for cell in cells)
            lines += [line] * (HEIGHT // 2)
    size = f"{len(lines[0])} {len(lines)}"
    return f"P5\n{size}\n255\n".encode() + b"".join(lines)


def _shade(character: str, foreground: str, background: str, theme: str, half: int) -> int:
    default = THEMES[theme]
    colors = [
        default[number] if name == "default" else int(name[:2], 16)
        for number, name in enumerate((foreground, background))
    ]
    ink = INK.get(character)
    if ink is None:
        return (colors[0] + colors[1]) // 2
    return colors[0] if ink[half] else colors[1]


def decoded(image: bytes, path: Path) -> list[str]:
    """Return the texts of the codes in a picture, as zbarimg reads them."""
    path.write_bytes(image)
    done = subprocess.run(
        ["zbarimg", "--quiet", "--raw", str(path)], capture_output=True, check=False
    )
    return done.stdout.decode().splitlines()
