"""The files to install: the plugin and its dependencies, from this process's environment."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator

DEPENDENCIES = {"filelock": "filelock", "ruamel.yaml": "ruamel.yaml", "segno": "segno"}
"""The packages that the plugin imports, and their distributions; these import nothing more."""

# No metadata that pip would take for an installed distribution: it would try to upgrade that.
_LICENSES = "third-party-licenses"
_PACK = "alias"
_PACKAGE = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))


def plugin_files() -> dict[str, bytes]:
    """Return all files that the plugin's folder must hold, by their path in it, with slashes.

    Raises ConfigurationError if a dependency isn't there: the environment is broken.
    """
    name = os.path.basename(_PACKAGE)
    # In a checkout (an editable installation) the alias pack is beside the package.
    beside = os.path.join(os.path.dirname(_PACKAGE), _PACK)
    files = dict(_tree(beside, f"{name}/{_PACK}"))
    files.update(_tree(_PACKAGE, name))
    for package, distribution in DEPENDENCIES.items():
        files.update(_tree(_folder_of(package), package.replace(".", "/")))
        files.update(_licenses(distribution))
    return files


def _folder_of(package: str) -> str:
    try:
        spec = importlib.util.find_spec(package)
    except ImportError:
        spec = None
    if spec is None or not spec.origin:
        raise ConfigurationError(
            f"{package} is missing from this installation of awscli-mfa. Nothing was changed.",
            "Install awscli-mfa-plugin again with pipx or pip, then try again.",
        )
    return os.path.dirname(spec.origin)


def _tree(folder: str, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield the pure Python below a folder, and the data that lie in it."""
    for path, folders, names in os.walk(folder):
        folders[:] = [part for part in folders if part != "__pycache__"]
        inside = os.path.relpath(path, folder).replace(os.sep, "/")
        for file_name in names:
            if not file_name.endswith((".pyc", ".so", ".pyd", ".pth", ".orig", ".swp")):
                parts = [name, *([] if inside == "." else [inside]), file_name]
                yield "/".join(parts), _content(os.path.join(path, file_name))


def _licenses(distribution: str) -> Iterator[tuple[str, bytes]]:
    try:
        files = importlib.metadata.files(distribution) or []
    except importlib.metadata.PackageNotFoundError:
        return
    for file in files:
        if file.name.upper().startswith(("LICENSE", "LICENCE", "COPYING")):
            path = os.fspath(file.locate())
            if os.path.isfile(path):
                yield f"{_LICENSES}/{distribution}/{file.name}", _content(path)


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise ConfigurationError(
            f"{path} can't be read: {error.strerror}.",
            "Install awscli-mfa-plugin again with pipx or pip, then try again.",
        ) from error
