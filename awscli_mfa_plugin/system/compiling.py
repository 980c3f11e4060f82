"""Compiles a folder of Python ahead, by the interpreter that will run it."""

from __future__ import annotations

import os

from awscli_mfa_plugin.system.subprocesses import run_to_end

_TIME_LIMIT = 60
_NOT_FOR_IT = ("PYTHONPATH", "PYTHONHOME", "PYTHONPYCACHEPREFIX")


def compile_folder(python: str, folder: str) -> None:
    """Let ``python`` compile what lies in ``folder``; if it can't, starts are slower, that is all.

    AWS's frozen build has no interpreter to call: it compiles when it runs ``aws mfa``.
    """
    environment = {name: value for name, value in os.environ.items() if name not in _NOT_FOR_IT}
    if not environment.get("PYTHONDONTWRITEBYTECODE"):
        run_to_end([python, "-I", "-m", "compileall", "-q", folder], environment, _TIME_LIMIT)
