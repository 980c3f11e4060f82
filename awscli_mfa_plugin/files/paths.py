"""Says where the user's files lie, for a process that has no AWS CLI to ask."""

from __future__ import annotations

import os

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Mapping


def home_folder(environment: Mapping[str, str]) -> str:
    """Return the user's home."""
    name = "USERPROFILE" if os.name == "nt" else "HOME"
    return os.path.abspath(environment.get(name) or os.path.expanduser("~"))


def shared_path(environment: Mapping[str, str], variable: str, name: str) -> str:
    """Return the path of a shared file as the AWS CLI has it.

    It is what ``variable`` names, else ``name`` in ``~/.aws``; ``~`` is the home in
    ``environment``.
    """
    path = os.path.expandvars(environment.get(variable) or os.path.join("~", ".aws", name))
    start, divider, rest = path.partition("/")
    if start == "~":
        path = home_folder(environment) + divider + rest
    return os.path.abspath(os.path.expanduser(path))
