"""``awscli-mfa doctor``: the checks that work if ``aws`` doesn't start; it never calls AWS."""

from __future__ import annotations

import argparse
import json
import os
import sys

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Sequence

CANCELLED = 130
"""The exit code after Ctrl-C."""


def diagnose(arguments: list[str], system: Sequence[str]) -> int:
    """Check, fix with ``--fix``, print; return the exit code of the worst finding.

    ``system`` are the folders where an ``aws`` usually is.
    """
    options = _options(arguments)
    from awscli_mfa_plugin.errors import MfaError
    from awscli_mfa_plugin.system.machine import say_error

    try:
        return _diagnosed(options, system)
    except KeyboardInterrupt:
        return CANCELLED
    except BrokenPipeError:
        # Without this, Python would write once more on exit, and report that it can't.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 255
    except MfaError as error:
        say_error("awscli-mfa doctor", error)
        return error.exit_code


def _diagnosed(options: argparse.Namespace, system: Sequence[str]) -> int:
    from awscli_mfa_plugin.commands.doctor import COMMAND, run
    from awscli_mfa_plugin.commands.process import GlobalOptions
    from awscli_mfa_plugin.console.context import context_of
    from awscli_mfa_plugin.system.machine import print_line

    context = context_of({**os.environ}, GlobalOptions(profile=options.profile), system)
    arguments = COMMAND.arguments(
        offline=True, fix=options.fix, verbose=options.verbose, yes=options.yes
    )
    result = run(arguments, context)
    text = json.dumps(result.data, indent=4) if options.json else result.text
    print_line(text)
    return result.exit_code


def _options(arguments: list[str]) -> argparse.Namespace:
    """Return the options; exit with 252 for wrong ones, as AWS CLI v2 does."""
    parser = _Parser(
        prog="awscli-mfa doctor",
        description="Check the AWS CLIs, the plugin, files and profiles, without calling AWS. "
        "Exit code 0: no problems, 1: warnings, 253: errors. Use 'aws mfa doctor' to check the "
        "connection to AWS too.",
        allow_abbrev=False,
    )
    parser.add_argument("--profile", metavar="NAME", help="check only this profile")
    parser.add_argument(
        "--offline", action="store_true", help="accepted, and always on: AWS is never called"
    )
    parser.add_argument("--fix", action="store_true", help="show each change, ask, and make it")
    parser.add_argument("--verbose", action="store_true", help="show what passed too")
    parser.add_argument("--yes", action="store_true", help="make the changes without asking")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    options = parser.parse_args(arguments)
    if options.yes and not options.fix:
        parser.error("--yes goes with --fix")
    return options


class _Parser(argparse.ArgumentParser):
    """A parser with the exit code of ``aws mfa`` for wrong usage."""

    def error(self, message: str) -> None:  # type: ignore[override]
        """Report the error, and exit with 252."""
        from awscli_mfa_plugin.text import sanitize

        self.exit(252, f"{self.prog}: {sanitize(message)}\nSee  {self.prog} --help\n")
