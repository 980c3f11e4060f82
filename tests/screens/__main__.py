"""Write the expected text of every scene: ``python -m tests.screens [--pictures FOLDER] [NAME…]``.

``make screens`` does; the diff is for you to read aloud. With ``PICTURES=folder`` it draws the
main scenes too, at 80 and 100 columns, dark and light, with colors and without.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from tests.hosts.installed import install_plugin
from tests.hosts.installer import make_installer
from tests.picture.svg import DARK, LIGHT, svg_of
from tests.screens.masks import masked
from tests.screens.scenes import PICTURED, SCENES
from tests.screens.stage import ROWS, Programs, stage

if TYPE_CHECKING:
    from collections.abc import Sequence

EXPECTED = Path(__file__).parent / "expected"
THEMES = {"dark": DARK, "light": LIGHT}


def main() -> int:
    """Write the files; print where they are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("names", nargs="*", default=list(SCENES))
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        programs = make_programs(Path(scratch))
        if chosen.pictures:
            draw(programs, Path(scratch), chosen.pictures, chosen.names)
        else:
            write(programs, Path(scratch), chosen.names)
    return 0


def make_programs(scratch: Path) -> Programs:
    """Install the plugin for v2, and ``awscli-mfa`` into a virtual environment."""
    install_plugin(scratch / "plugin", scratch / "build")
    tools = scratch / "tools"
    tools.mkdir()
    (tools / "sh").symlink_to("/bin/sh")
    installer = make_installer(scratch / "venv", scratch / "build")
    return Programs(scratch / "plugin", installer, tools)


def write(programs: Programs, scratch: Path, names: Sequence[str]) -> None:
    """Write the expected text of these scenes."""
    EXPECTED.mkdir(exist_ok=True)
    for name in names:
        with stage(programs, scratch / "homes" / name, colors=False) as on:
            SCENES[name](on)
            path = EXPECTED / f"{name}.txt"
            path.write_text(masked(on), "utf-8")
        print(path, flush=True)


def draw(programs: Programs, scratch: Path, folder: Path, names: Sequence[str]) -> None:
    """Draw those of the main scenes that are named."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, columns, colors in product(PICTURED, (80, 100), (True, False)):
        if name not in names:
            continue
        home = scratch / "pictures" / f"{name}-{columns}-{colors}"
        with stage(programs, home, columns, colors=colors) as on:
            SCENES[name](on)
        for theme, palette in THEMES.items():
            kind = "color" if colors else "plain"
            path = folder / f"{name}-{columns}-{theme}-{kind}.svg"
            path.write_text(svg_of(on.shown, columns, ROWS, name, palette), "utf-8")
            print(path, flush=True)


if __name__ == "__main__":
    sys.exit(main())
