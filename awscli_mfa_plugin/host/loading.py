"""Loads the real ``aws mfa`` command when it is asked for."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def load_command(session: Any) -> Any:
    """Return the ``aws mfa`` command of the CLI's session."""
    with compiled_code_kept():
        from awscli_mfa_plugin.host.command import MfaCommand

        return MfaCommand(session)


@contextlib.contextmanager
def compiled_code_kept() -> Iterator[None]:
    """Let Python keep the compiled form of what is imported inside.

    The frozen build of AWS CLI v2 never writes any, so it would compile the plugin anew at
    every start. Where the user forbids it (PYTHONDONTWRITEBYTECODE), it stays forbidden.
    """
    forbidden = not getattr(sys, "frozen", False) or os.environ.get("PYTHONDONTWRITEBYTECODE")
    before = sys.dont_write_bytecode
    if not forbidden:
        sys.dont_write_bytecode = False
    try:
        yield
    finally:
        sys.dont_write_bytecode = before


@contextlib.contextmanager
def no_garbage_collected() -> Iterator[None]:
    """Let Python look for no garbage inside: a command that lives a second needs none collected.

    Reading botocore's data makes so many objects that looking through them took 7 % of a login.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
