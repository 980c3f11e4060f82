"""What a setup reads from the machine: a manifest's file, and which programs are on the PATH."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.files.yaml_reader import root_of, text_of
from awscli_mfa_plugin.setup.manifest import KIND, manifest_of
from awscli_mfa_plugin.setup.settings import check_no_secrets
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Mapping

    from awscli_mfa_plugin.setup.manifest import SetupManifest

LARGEST = 64 * 1024
"""Bytes of a manifest; one with a hundred profiles has a tenth of that."""

_OUR_SCRIPT = "awscli-mfa"
_PEERS = ("aws-vault", "awsumepy")


def read_setup_manifest(path: str) -> SetupManifest:
    """Return the manifest in the file at ``path``, or on stdin for ``-``.

    Raises ConfigurationError with line and column for whatever isn't as it must be.
    """
    name = "stdin" if path == "-" else path
    text = text_of(_content(path), name, KIND)
    check_no_secrets(text, name)
    return manifest_of(root_of(text, name, KIND), name)


def _content(path: str) -> bytes:
    try:
        if path == "-":
            content = sys.stdin.buffer.read(LARGEST + 1)
        else:
            # A pipe is as good as a file: --from <(git show team:mfa.yaml).
            with open(os.path.expanduser(path), "rb") as file:
                content = file.read(LARGEST + 1)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else "it can't be read"
        raise ConfigurationError(
            f"{sanitize(path)} can't be read: {reason}.", "Name the YAML file of a setup manifest."
        ) from None
    if len(content) > LARGEST:
        raise ConfigurationError(
            f"{sanitize(path)} is larger than {LARGEST // 1024} KiB; nothing was read.",
            "A setup manifest is a few kilobytes of YAML.",
        )
    return content


def peer_programs(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the paths of other MFA tools on the PATH, quoted for ``credential_process``.

    They aren't run.
    """
    folders = environment.get("PATH", "").split(os.pathsep)
    # A program in the current folder may be somebody else's.
    search = os.pathsep.join(folder for folder in folders if os.path.isabs(folder))
    found = {name: shutil.which(name, path=search) for name in _PEERS}
    return {
        name: f'"{path}"' if os.name == "nt" else shlex.quote(path)
        for name, path in found.items()
        if path and os.path.isabs(path)
    }


def our_script(environment: Mapping[str, str]) -> str:
    """Return the path of ``awscli-mfa``, or its name if it isn't on the PATH."""
    running = os.path.abspath(sys.argv[0])
    if os.path.basename(running).startswith(_OUR_SCRIPT):
        return running
    return shutil.which(_OUR_SCRIPT, path=environment.get("PATH")) or _OUR_SCRIPT
