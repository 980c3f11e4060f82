"""The formats in which a session can be printed; completion reads them at each TAB."""

from __future__ import annotations

FORMATS = ("sh", "fish", "csh", "powershell", "cmd", "env")
"""Those of shells, and of Docker's ``--env-file``."""

FORMATS_OF_FILES = ("json", "ini")
