"""Reads a setup manifest: a team's YAML file with session profiles and roles on them."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.files.yaml_reader import root_of, text_of
from awscli_mfa_plugin.setup.manifest import KIND, manifest_of
from awscli_mfa_plugin.setup.settings import check_no_secrets
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from awscli_mfa_plugin.setup.manifest import SetupManifest

LARGEST = 64 * 1024
"""Bytes of a manifest; one with a hundred profiles has a tenth of that."""

STDIN = "-"


def read_setup_manifest(path: str) -> SetupManifest:
    """Return the manifest in the file at ``path``, or on stdin for ``-``.

    Raises ConfigurationError with line and column for whatever isn't as it must be.
    """
    name = "stdin" if path == STDIN else path
    text = text_of(_content(path), name, KIND)
    check_no_secrets(text, name)
    return manifest_of(root_of(text, name, KIND), name)


def _content(path: str) -> bytes:
    try:
        if path == STDIN:
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
