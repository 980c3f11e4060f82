"""Draws a terminal's screen, with its colors, as an SVG."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import pyte

if TYPE_CHECKING:
    from collections.abc import Mapping

LINE, LEFT, TOP, CELL = 20, 20, 56, 8.43
"""In pixels: the height of a line, the margins, and the width of a character of 14 px."""

DARK = {
    "background": "#1d2329",
    "default": "#d5dae0",
    "green": "#8bd49c",
    "brown": "#f2cc6b",  # pyte's word for yellow
    "red": "#ff8f80",
    "blue": "#7fb4ff",
    "brightblack": "#98a2ad",
}
LIGHT = {
    "background": "#ffffff",
    "default": "#24292f",
    "green": "#1a7f37",
    "brown": "#8a6100",
    "red": "#c5221f",
    "blue": "#0550ae",
    "brightblack": "#6e7781",
}


def svg_of(
    output: bytes, columns: int, rows: int, description: str, palette: Mapping[str, str] = DARK
) -> str:
    """Return the picture of a terminal that got ``output``."""
    screen = pyte.Screen(columns, rows)
    pyte.ByteStream(screen).feed(_with_dim_as_a_color(output))
    last = max(y for y, line in enumerate(screen.display) if line.strip())
    lines = [_line(screen, y, palette) for y in range(last + 1)]
    width, height = int(LEFT * 2 + columns * CELL), TOP + LINE * len(lines) + 8
    return _PICTURE.format(
        width=width,
        height=height,
        description=escape(description),
        lines="\n".join(lines),
        background=palette["background"],
    )


def _with_dim_as_a_color(output: bytes) -> bytes:
    # pyte knows no faint text.
    return output.replace(b"\x1b[2m", b"\x1b[90m")


def _line(screen: pyte.Screen, y: int, palette: Mapping[str, str]) -> str:
    """Return one line as text with a span for each run of the same look."""
    row = [screen.buffer[y][x] for x in range(len(screen.display[y].rstrip()))]
    spans = [
        _span("".join(cell.data for cell in run), palette.get(color, palette["default"]), bold=bold)
        for (color, bold), run in groupby(row, key=lambda cell: (cell.fg, cell.bold))
    ]
    return f'    <text x="{LEFT}" y="{TOP + LINE * y}">{"".join(spans)}</text>'


def _span(text: str, color: str, *, bold: bool) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<tspan fill="{color}"{weight}>{escape(text)}</tspan>'


_PICTURE = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" \
height="{height}" role="img" aria-labelledby="title description">
  <title id="title">A terminal session with aws mfa</title>
  <desc id="description">{description}</desc>
  <style>
    text {{ font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", \
monospace; white-space: pre; }}
  </style>
  <rect width="{width}" height="{height}" rx="8" fill="{background}"/>
  <circle cx="22" cy="20" r="6" fill="#ff8f80"/>
  <circle cx="42" cy="20" r="6" fill="#f2cc6b"/>
  <circle cx="62" cy="20" r="6" fill="#8bd49c"/>
  <g xml:space="preserve">
{lines}
  </g>
</svg>
"""
