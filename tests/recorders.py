"""Fake programs that record what they were given, each a script of sh in its own folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_END = "\x1e\n"


def recorder(folder: Path, name: str, script: str) -> Path:
    """Make a program that records its arguments, then runs ``script``; return its path.

    What ``script`` writes to descriptor 9 goes into ``NAME.environment``.
    """
    program = folder / name
    program.write_text(
        "#!/bin/sh\n"
        f"{{ for word; do printf '%s\\0' \"$word\"; done; printf '\\036\\n'; }}"
        f" >> '{program}.recorded'\n"
        f"exec 9> '{program}.environment'\n{script}\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    return program


def recorded(program: Path) -> list[list[str]]:
    """Return the arguments of each call so far."""
    path = program.with_name(f"{program.name}.recorded")
    if not path.exists():
        return []
    calls = path.read_text("utf-8").split(_END)[:-1]
    return [call.split("\0")[:-1] for call in calls]
