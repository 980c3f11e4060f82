"""The system's programs without ``aws``, whatever the machine has installed."""

from __future__ import annotations

from pathlib import Path


def link_tools(folder: Path) -> Path:
    """Fill a new folder with links to the programs in /usr/bin and /bin, except the AWS CLI's."""
    folder.mkdir()
    for place in (Path("/usr/bin"), Path("/bin")):
        for program in place.iterdir():
            link = folder / program.name
            if not program.name.startswith("aws") and not link.is_symlink():
                link.symlink_to(program)
    return folder
