"""Run the main job in a real terminal and save what it shows as an SVG.

``make picture`` writes ``docs/images/terminal.svg`` with the AWS CLI v1 of the virtual
environment, against the embedded AWS.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.aws import EmbeddedAws
from tests.demo.__main__ import USER, environment_of, write_home
from tests.hosts.terminal import Terminal
from tests.picture.svg import svg_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CHECKOUT = Path(__file__).parents[2]
TARGET = CHECKOUT / "docs" / "images" / "terminal.svg"
COLUMNS, ROWS = 80, 40
DESCRIPTION = (
    "A call is denied. One MFA code makes a session. The status shows how long it is valid. "
    "The same call is allowed."
)
STEPS = (
    ("s3", "ls"),
    ("mfa", "login", "--profile", "mfa"),
    ("mfa", "status"),
    ("s3", "ls", "--profile", "mfa"),
)


def main() -> int:
    """Write the picture; print where it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--aws", default=str(Path(sys.executable).with_name("aws")))
    parser.add_argument("--to", type=Path, default=TARGET)
    chosen = parser.parse_args()
    chosen.to.write_text(svg_of(recorded(chosen.aws), COLUMNS, ROWS, DESCRIPTION), "utf-8")
    print(chosen.to)
    return 0


def recorded(program: str) -> bytes:
    """Return what the terminal got for all steps, each after the command as it is typed."""
    shown = b""
    with tempfile.TemporaryDirectory() as folder, EmbeddedAws(None) as aws:
        home = Path(folder)
        write_home(home, aws, None)
        environment = {
            **environment_of(home, aws),
            "PYTHONPATH": str(CHECKOUT),
            "TERM": "xterm-256color",
            "TZ": "UTC",
        }
        for words in STEPS:
            typed = " ".join(("aws", *words))
            shown += f"\x1b[34m$\x1b[0m \x1b[1m{typed}\x1b[0m\r\n".encode()
            shown += run(program, words, environment, aws) + b"\r\n"
    return shown


def run(
    program: str, words: Sequence[str], environment: Mapping[str, str], aws: EmbeddedAws
) -> bytes:
    """Return what one command writes to its terminal; a login gets its code typed."""
    terminal = Terminal(
        [program, *words],
        env=environment,
        cwd=Path(environment["HOME"]),
        columns=COLUMNS,
        rows=ROWS,
    )
    if "login" in words:
        terminal.expect("profile mfa")
        terminal.send_line(aws.fresh_code(aws.user(USER).devices[0].serial))
    terminal.wait()
    return terminal.output


if __name__ == "__main__":
    sys.exit(main())
