"""The subcommands of ``aws mfa`` in the order of their help, each imported when it is used."""

from __future__ import annotations

import importlib

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from awscli_mfa_plugin.declaration import Command, Result

NAMES = (
    "login",
    "status",
    "logout",
    "devices",
    "policy",
    "keys",
    "configure",
    "export",
    "exec",
    "credential-process",
    "console",
    "watch",
    "doctor",
    "alias",
)


def command_of(name: str) -> Command:
    """Return what a subcommand declares."""
    command: Command = _module(name).COMMAND
    return command


def function_of(name: str) -> Callable[..., Result]:
    """Return the function that does a subcommand's work: (arguments, Context) → Result."""
    function: Callable[..., Result] = _module(name).run
    return function


def _module(name: str) -> Any:
    return importlib.import_module(f"{__name__}.{name.replace('-', '_')}")
