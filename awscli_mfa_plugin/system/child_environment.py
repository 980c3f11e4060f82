"""The environment that a child process gets: no keys, no code, nothing of the CLI's own."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

WITHHELD = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_MFA_TOKEN_CODE",
)

_DATA_OF_THE_CLI = os.path.join("awscli", "data")


def child_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return a copy of ``environment`` that a program other than ``aws`` can run in.

    PyInstaller keeps the library path that was there before under ``…_ORIG``, and names of its
    own begin with ``_PYI_`` (PyInstaller manual, «Run-time Information»). The CLI puts its own
    data before what ``AWS_DATA_PATH`` held; an SDK would read that in place of its own.
    """
    child = {
        name: value
        for name, value in environment.items()
        if name not in WITHHELD and not name.startswith("_PYI_")
    }
    for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LIBPATH"):
        original = child.pop(f"{name}_ORIG", None)
        if original is not None:
            child[name] = original
        elif getattr(sys, "frozen", False):
            child.pop(name, None)
    first, divider, rest = child.pop("AWS_DATA_PATH", "").partition(os.pathsep)
    kept = rest if first.endswith(_DATA_OF_THE_CLI) else first + divider + rest
    return {**child, "AWS_DATA_PATH": kept} if kept else child
