"""Remembers in which version of each AWS CLI doctor last found that commands use the sessions."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import MfaError
from awscli_mfa_plugin.files.atomic import ChangedMeanwhileError, replace_file
from awscli_mfa_plugin.files.leftovers import remove_leftovers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from awscli_mfa_plugin.files.state import StateFolder


class CheckedClis:
    """``clis.json`` in the plugin's folder: a version for each path of an ``aws``."""

    def __init__(self, folder: StateFolder) -> None:
        """Name the file; nothing is read yet."""
        self._folder = folder
        self._path = folder.file("clis.json")

    def versions(self) -> dict[str, str]:
        """Return the version by path; empty if nothing was remembered."""
        try:
            with open(self._path, encoding="ascii") as file:
                return {str(path): str(version) for path, version in json.load(file).items()}
        except (OSError, ValueError, AttributeError, RecursionError):
            return {}

    def remember(self, versions: Mapping[str, str]) -> None:
        """Write the versions, where ``aws mfa`` was used already; failing to costs another look."""
        if versions == self.versions() or not os.path.isdir(self._folder.path):
            return
        with suppress(OSError, ChangedMeanwhileError, MfaError):
            self._folder.make()
            remove_leftovers(self._path)
            replace_file(self._path, json.dumps(versions).encode("ascii"), durable=False)
