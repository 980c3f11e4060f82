"""Gives our errors inside another command the CLI's form and exit code 253, on v1 and v2."""

from __future__ import annotations

import sys
from typing import Any


class MfaSessionError(Exception):
    """An error of ours on its way through a CLI that has no class for it (v1)."""


def command_failure(error: Exception) -> Exception:
    """Return the exception to raise inside a command: never SystemExit, which v2 takes for 0."""
    try:
        from awscli.customizations.exceptions import ConfigurationError
    except ImportError:
        return MfaSessionError(str(error))
    failure: Exception = ConfigurationError(str(error))
    return failure


class ReportingCommand:
    """A command of v1's table that ends with 253 and our error's text, and not with 255."""

    def __init__(self, command: Any) -> None:
        """Keep the command itself."""
        self._command = command

    def __call__(self, args: Any, parsed_globals: Any) -> Any:
        """Run the command; return its exit code, or 253."""
        try:
            return self._command(args, parsed_globals)
        except MfaSessionError as error:
            sys.stdout.flush()
            sys.stderr.write(f"\n{error}\n")
            return 253

    def __getattr__(self, name: str) -> Any:
        """Answer as the command itself."""
        return getattr(self._command, name)
