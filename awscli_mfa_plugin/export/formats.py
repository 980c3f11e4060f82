"""The formats of ``aws mfa export`` and what each is for; completion reads them at each TAB.

A new one has its line here and, if it sets variables, its language in ``shells.py``.
"""

from __future__ import annotations

FORMATS = {
    "sh": "bash, zsh, dash, ksh",
    "fish": "",
    "csh": "",
    "powershell": "",
    "cmd": "",
    "env": "Docker's ``--env-file``",
}
"""Those that set variables: of shells, and of Docker."""

FORMATS_OF_FILES = {
    "json": "what a ``credential_process`` prints",
    "ini": "a section of a credentials file",
}
