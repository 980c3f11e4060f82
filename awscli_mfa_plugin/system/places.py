"""Where an ``aws`` usually is, on POSIX systems and on Windows."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ON_WINDOWS = os.name == "nt"

_ON_POSIX = (
    "/usr/local/bin",
    "/opt/homebrew/bin",
    "/usr/bin",
    "/usr/local/aws-cli/v2/current/bin",
    "/usr/local/aws-cli",
)


def places_on_windows(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return where AWS's installers for Windows put v2 and v1."""
    roots = (environment.get(name, "") for name in ("ProgramW6432", "ProgramFiles"))
    programs = ("AWSCLIV2", r"AWSCLI\bin")
    return tuple(
        rf"{root}\Amazon\{program}"
        for root in dict.fromkeys(filter(None, roots))
        for program in programs
    )


SYSTEM_PLACES = places_on_windows(os.environ) if ON_WINDOWS else _ON_POSIX
"""What those who compose the program pass on as ``system``: folders of the whole machine."""

# Beside the last ones lies pip's extensionless script, which Windows can't start.
NAMES = ("aws.exe", "aws.cmd", "aws.bat") if ON_WINDOWS else ("aws",)
BIN = "Scripts" if ON_WINDOWS else "bin"
PIPX_HOMES = ("pipx", "AppData/Local/pipx") if ON_WINDOWS else (".local/share/pipx", ".local/pipx")
HOME_PLACES = (".local/bin", *(f"{home}/venvs/awscli/{BIN}" for home in PIPX_HOMES))


def trusted(folders: Sequence[str]) -> Sequence[str]:
    r"""Return those of the machine's folders whose programs may be started unasked.

    On Windows everybody may make a folder in a drive's root, so ``C:\\Tools`` may be anybody's.
    """
    if not ON_WINDOWS:
        return folders
    from awscli_mfa_plugin.system.trust import others_can_change

    return [each for each in folders if os.path.isdir(each) and not others_can_change(each)]
