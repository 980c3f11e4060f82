"""Where the installer finds the user's files and folders."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from awscli_mfa_plugin.errors import ConfigurationError, UsageError
from awscli_mfa_plugin.files import paths
from awscli_mfa_plugin.files.locks import Locks
from awscli_mfa_plugin.files.shared_file import SharedFile
from awscli_mfa_plugin.files.state import StateFolder
from awscli_mfa_plugin.system.plugin_folder import PluginFolder, data_folder
from awscli_mfa_plugin.text import short_path

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from awscli_mfa_plugin.files.document import SharedDocument


class Arguments(argparse.ArgumentParser):
    """argparse, but with our errors and exit codes."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError."""
        raise UsageError(f"{self.prog}: {message}.", f"See:  {self.prog} --help")


@dataclass(frozen=True)
class InstallPaths:
    """The user's environment, the machine's usual folders of programs, and what follows."""

    environment: Mapping[str, str]
    system: Sequence[str]

    @property
    def home(self) -> str:
        """Return the home folder."""
        return paths.home_folder(self.environment)

    @property
    def config_path(self) -> str:
        """Return the config file that the CLI reads."""
        return paths.config_path(self.environment)

    @property
    def is_usual_config(self) -> bool:
        """Whether every AWS CLI of the user reads that config file."""
        return not self.environment.get("AWS_CONFIG_FILE")

    @property
    def cli_folder(self) -> str:
        """Return the folder for aliases, caches and states."""
        return paths.cli_folder(self.home)

    @property
    def state_folder(self) -> str:
        """Return the plugin's state folder."""
        return paths.state_path(self.home)

    @property
    def alias_path(self) -> str:
        """Return the CLI's alias file."""
        return paths.alias_path(self.home)

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

    def config(self) -> SharedDocument:
        """Return the content of the config file."""
        return self.config_file().read()

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
