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
    found = {name: shutil.which(name, path=environment.get("PATH", "")) for name in _PROGRAMS}
    paths = {name: os.path.abspath(path) for name, path in found.items() if path}
    if os.name == "nt":
        return {name: f'"{path}"' for name, path in paths.items()}
    return {name: shlex.quote(path) for name, path in paths.items()}
