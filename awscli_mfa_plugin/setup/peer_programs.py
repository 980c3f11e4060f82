"""Which programs of other MFA tools are on the PATH; they are looked for, never run."""

from __future__ import annotations

import os
import shlex
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_PROGRAMS = ("aws-vault", "awsumepy")


def peer_programs(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the absolute path of each program, quoted for ``credential_process``."""
    folders = environment.get("PATH", "").split(os.pathsep)
    # A program in the current folder may be somebody else's.
    search = os.pathsep.join(folder for folder in folders if os.path.isabs(folder))
    found = {name: shutil.which(name, path=search) for name in _PROGRAMS}
    paths = {name: path for name, path in found.items() if path and os.path.isabs(path)}
    if os.name == "nt":
        return {name: f'"{path}"' for name, path in paths.items()}
    return {name: shlex.quote(path) for name, path in paths.items()}
