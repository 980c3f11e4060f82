"""The subcommands of ``aws mfa`` in the order of their help, each imported when it is used."""

from __future__ import annotations

import importlib

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from awscli_mfa_plugin.commands.context import Context
    from awscli_mfa_plugin.commands.result import Result
    from awscli_mfa_plugin.declaration import Command

_MODULES = {
    "login": "login",
    "status": "status",
    "logout": "logout",
    "devices": "devices",
    "configure": "configure",
    "export": "export",
    "exec": "exec",
    "credential-process": "credential_process",
    "watch": "watch",
    "doctor": "doctor",
    "alias": "alias",
}

NAMES = tuple(_MODULES)


def command_of(name: str) -> Command:
    """Return what a subcommand declares."""
    command: Command = _module(name).COMMAND
    return command


def function_of(name: str) -> Callable[[Mapping[str, Any], Context], Result]:
    """Return the function that does the work of a subcommand."""
    function: Callable[[Mapping[str, Any], Context], Result] = _module(name).run
    return function


def _module(name: str) -> Any:
    return importlib.import_module(f"awscli_mfa_plugin.commands.{_MODULES[name]}")
