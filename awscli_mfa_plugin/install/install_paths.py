"""Where the installer finds the files to install, and the user's files and folders."""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import os
import sys
from typing import TYPE_CHECKING, NoReturn

from awscli_mfa_plugin.errors import ConfigurationError, UsageError
from awscli_mfa_plugin.files import paths
from awscli_mfa_plugin.files.locks import Locks
from awscli_mfa_plugin.files.shared_file import SharedFile
from awscli_mfa_plugin.files.state import StateFolder
from awscli_mfa_plugin.system.plugin_folder import PluginFolder, data_folder
from awscli_mfa_plugin.text import short_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from awscli_mfa_plugin.files.document import SharedDocument

DEPENDENCIES = ("filelock", "ruamel.yaml", "segno")
"""The packages that the plugin imports, called as their distributions; they need no other."""

# No metadata that pip would take for an installed distribution: it would try to upgrade that.
_LICENSES = "third-party-licenses"
_PACKAGE = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))


class Arguments(argparse.ArgumentParser):
    """argparse, but with our errors and exit codes."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError."""
        raise UsageError(f"{self.prog}: {message}.", f"See:  {self.prog} --help")


class InstallPaths:
    """The user's environment, the machine's usual folders of programs, and what follows.

    ``is_usual_config``: every AWS CLI of the user reads the config file at ``config_path``.
    """

    def __init__(self, environment: Mapping[str, str], system: Sequence[str]) -> None:
        self.environment, self.system = environment, system
        self.home = paths.home_folder(environment)
        self.config_path = paths.config_path(environment)
        self.is_usual_config = not environment.get("AWS_CONFIG_FILE")
        self.state_folder = paths.state_path(self.home)
        self.alias_path = paths.alias_path(self.home)

    def short(self, path: str) -> str:
        """Return a path with ``~`` for the home folder, safe to show."""
        return short_path(path, self.home)

    def folder(self) -> PluginFolder:
        """Return the folder that the plugin is installed into."""
        return PluginFolder(data_folder(self.environment), self.home)

    def config_file(self, path: str = "") -> SharedFile:
        """Return a shared file, by default the config file that the CLI reads."""
        locks = Locks(StateFolder(self.state_folder))
        return SharedFile(path or self.config_path, locks, secret=False)

    def credentials(self) -> SharedDocument:
        """Return the content of the credentials file."""
        return self.config_file(paths.credentials_path(self.environment)).read()

    def check_person(self) -> None:
        """Raise ConfigurationError under sudo: what root made, the user couldn't keep up."""
        if sys.platform == "win32" or os.geteuid() != 0:
            return
        user = self.environment.get("SUDO_USER", "")
        if user and user != "root":
            raise ConfigurationError(
                "Don't run awscli-mfa with sudo: it would leave files of root in your home.",
                "Run it as yourself. To install for root:  env -u SUDO_USER awscli-mfa …",
            )


def is_inside(path: str, folder: str) -> bool:
    """Return whether a path leads to somewhere below the folder."""
    return os.path.realpath(path).startswith(os.path.join(os.path.realpath(folder), ""))


def plugin_files() -> dict[str, bytes]:
    """Return all files that the plugin's folder must hold, by their path in it, with slashes.

    Raises ConfigurationError if a dependency isn't there: the environment is broken.
    """
    name = os.path.basename(_PACKAGE)
    # In a checkout (an editable installation) the alias pack is beside the package.
    files = dict(_tree(os.path.join(os.path.dirname(_PACKAGE), "alias"), f"{name}/alias"))
    files.update(_tree(_PACKAGE, name))
    for package in DEPENDENCIES:
        files.update(_tree(_folder_of(package), package.replace(".", "/")))
        files.update(_licenses(package))
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
