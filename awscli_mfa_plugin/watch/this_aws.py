"""Finds how another process can start the ``aws`` that this one is: path, words, environment."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.watch.jobs import job_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from awscli_mfa_plugin.watch.jobs import Job


def path_of_this_aws(
    environment: Mapping[str, str], program: str | None = None, executable: str | None = None
) -> str:
    """Return the path; the name on the PATH is preferred, since it survives an update.

    ``program`` is ``sys.argv[0]``; ``executable`` is the frozen build's own, which is ``aws``
    itself, or None where a Python runs a script. Raises ConfigurationError if neither leads there.
    """
    if executable is None and getattr(sys, "frozen", False):
        executable = sys.executable
    started = executable or (sys.argv[0] if program is None else program)
    path = environment.get("PATH", "")
    on_path = shutil.which("aws", path=path)
    if not os.path.isabs(started):
        started = shutil.which(started, path=path) or os.path.abspath(started)
    if on_path and os.path.realpath(on_path) == os.path.realpath(started):
        return os.path.abspath(on_path)
    name = os.path.basename(started).lower().removesuffix(".exe").removesuffix(".cmd")
    if name == "aws" and os.path.isfile(started):
        return started
    raise ConfigurationError(
        "The path of this aws can't be told, so no scheduler could start it.",
        "Run the command by the name aws, with its folder on the PATH.",
    )


def job_of_this_aws(
    words: Sequence[str], environment: Mapping[str, str], config_path: str, credentials_path: str
) -> tuple[Job, tuple[str, ...]]:
    """Return the job that runs ``aws`` with these words, and what its environment lacks.

    It starts in another folder, so every path in its environment is absolute.
    """
    environment = dict(environment)
    for name, path in (
        ("AWS_CONFIG_FILE", config_path),
        ("AWS_SHARED_CREDENTIALS_FILE", credentials_path),
    ):
        if environment.get(name):
            environment[name] = path
    bundle = environment.get("AWS_CA_BUNDLE")
    if bundle:
        environment["AWS_CA_BUNDLE"] = os.path.abspath(bundle)
    folders = environment.get("PATH", "").split(os.pathsep)
    absolute = dict.fromkeys(folder for folder in folders if os.path.isabs(folder))
    environment["PATH"] = os.pathsep.join(absolute)
    return job_of((path_of_this_aws(environment), *words), environment)
