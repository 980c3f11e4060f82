"""Compiles a folder of Python ahead, by the interpreter that will run it."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress

from awscli_mfa_plugin.edges.child_environment import child_environment

_TIME_LIMIT = 60


def compile_folder(python: str, folder: str) -> None:
    """Let ``python`` compile what lies in ``folder``; if it can't, starts are slower, that is all.

    AWS's frozen build has no interpreter to call: it compiles when it runs ``aws mfa``.
    """
    environment = child_environment(os.environ)
    for name in ("PYTHONPATH", "PYTHONHOME", "PYTHONPYCACHEPREFIX"):
        environment.pop(name, None)
    if environment.get("PYTHONDONTWRITEBYTECODE"):
        return
    with suppress(OSError, ValueError, subprocess.SubprocessError):
        subprocess.run(
            [python, "-I", "-m", "compileall", "-q", folder],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIME_LIMIT,
            check=False,
        )
