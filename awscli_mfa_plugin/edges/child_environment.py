"""The environment that a child process gets: no keys, no code, no frozen build's libraries."""

from __future__ import annotations

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


def child_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return a copy of ``environment`` that a program other than ``aws`` can run in.

    PyInstaller keeps the library path that was there before under ``…_ORIG`` (PyInstaller
    manual, «Run-time Information»).
    """
    child = {name: value for name, value in environment.items() if name not in WITHHELD}
    for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LIBPATH"):
        original = child.pop(f"{name}_ORIG", None)
        if original is not None:
            child[name] = original
        elif getattr(sys, "frozen", False):
            child.pop(name, None)
    return child
