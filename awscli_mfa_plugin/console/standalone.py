"""``awscli-mfa login`` and the rest of ``aws mfa`` without an ``aws``: on botocore alone."""

from __future__ import annotations

import argparse
import importlib.util
import json
import logging
import os
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin import commands
from awscli_mfa_plugin.commands import command_of, function_of
from awscli_mfa_plugin.commands.error_reporting import (
    no_garbage_collected,
    run_reporting,
    usage_text,
)
from awscli_mfa_plugin.commands.process import GlobalOptions
from awscli_mfa_plugin.declaration import NOTHING, OPTIONAL, SEVERAL
from awscli_mfa_plugin.errors import ConfigurationError, UsageError
from awscli_mfa_plugin.help_text import HELP, command_help, with_help_as_word
from awscli_mfa_plugin.system.machine import print_line, write_exactly
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from awscli_mfa_plugin.declaration import Command, Option, Result

NAMES = tuple(name for name in commands.NAMES if name not in {"watch", "doctor", "alias"})
"""The commands that work without an AWS CLI; the others are about the CLI itself."""


def run_command(words: Sequence[str], system: Sequence[str]) -> int:
    """Run a command, its name first; return the exit code that ``aws mfa`` would have.

    ``system`` are the folders where an ``aws`` usually is.
    """
    with no_garbage_collected():
        return run_reporting(lambda: _run(words, system), _color_of(words))


def _run(words: Sequence[str], system: Sequence[str]) -> int:
    words = with_help_as_word(words, NAMES)
    command = command_of(words[0])
    if words[-1] == HELP:
        print_line(command_help(command, "awscli-mfa"))
        return 0
    given, program = command.divided(words[1:])
    parsed = vars(_parser(command).parse_args(given))
    options = _global_options(parsed)
    if parsed["debug"]:  # as the CLI logs, with secrets masked
        from awscli_mfa_plugin.system.redaction import redact_logs

        redact_logs()
        form = "%(asctime)s - %(threadName)s - %(name)s - %(levelname)s - %(message)s"
        logging.basicConfig(level=logging.DEBUG, format=form, force=True)
    if importlib.util.find_spec("botocore") is None:
        raise ConfigurationError(
            f"awscli-mfa {command.name} needs botocore.",
            "Install it:  pip install 'awscli-mfa-plugin[standalone]'",
        )
    from awscli_mfa_plugin.console.context import context_of

    context = context_of(os.environ, options, system)
    arguments = command.arguments_of(parsed, program)
    result = function_of(command.name)(arguments, context)
    _show(result, options)
    return result.exit_code


def _color_of(words: Sequence[str]) -> str | None:
    """Return ``--color`` for errors that come before the options are parsed."""
    before = words[: words.index("--")] if "--" in words else words
    return next((b for a, b in pairwise(before) if a == "--color"), None)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        what = usage_text(message).removesuffix(".")
        raise UsageError(f"{what}.", f"For help:  {self.prog} --help")


def _parser(command: Command) -> _Parser:
    """Return a parser of the command's options and of the CLI's global ones that count here."""
    parser = _Parser(prog=f"awscli-mfa {command.name}", add_help=False, allow_abbrev=False)
    for option in command.options:
        _add(parser, option)
    for name in ("profile", "region", "output", "query", "endpoint-url", "ca-bundle"):
        parser.add_argument(f"--{name}")
    for name in ("cli-connect-timeout", "cli-read-timeout"):
        parser.add_argument(f"--{name}", type=int, metavar="SECONDS")
    parser.add_argument("--color", choices=("on", "off", "auto"))
    # Nothing here is paged.
    for name in ("no-verify-ssl", "debug", "no-cli-pager"):
        parser.add_argument(f"--{name}", action="store_true")
    return parser


def _add(parser: argparse.ArgumentParser, option: Option) -> None:
    if option.is_word:
        parser.add_argument(option.key, nargs="?")
    elif option.takes == NOTHING:
        parser.add_argument(f"--{option.name}", action="store_true")
    else:
        values = {SEVERAL: "+", OPTIONAL: "?"}.get(option.values)
        default = "" if option.values == OPTIONAL else None
        parser.add_argument(f"--{option.name}", nargs=values, default=default)


def _global_options(parsed: dict[str, Any]) -> GlobalOptions:
    """Return the CLI's global options; raise UsageError for values that it refuses too."""
    if parsed["output"] not in {None, "json", "text"}:
        raise UsageError(
            f"--output {sanitize(parsed['output'])} works only inside the AWS CLI.",
            "Use --output json or --output text.",
        )
    endpoint = parsed["endpoint_url"]
    if endpoint is not None and "://" not in endpoint:
        raise UsageError(f"--endpoint-url {sanitize(endpoint)} has no scheme, such as https://.")
    return GlobalOptions(
        profile=parsed["profile"],
        region=parsed["region"],
        output=parsed["output"],
        query=_query(parsed["query"]),
        endpoint_url=endpoint,
        verify_ssl=False if parsed["no_verify_ssl"] else parsed["ca_bundle"],
        connect_timeout=parsed["cli_connect_timeout"],
        read_timeout=parsed["cli_read_timeout"],
        color=parsed["color"],
    )


def _query(expression: str | None) -> Any:
    if expression is None:
        return None
    import jmespath  # type: ignore[import-untyped]

    try:
        return jmespath.compile(expression)
    except jmespath.exceptions.JMESPathError:
        raise UsageError(f"--query {sanitize(expression)} isn't a JMESPath expression.") from None


def _show(result: Result, options: GlobalOptions) -> None:
    if result.data is not None and options.asks_for_data:
        data = options.query.search(result.data) if options.query else result.data
        if options.output == "text":
            from awscli_mfa_plugin.console.text_output import as_text

            write_exactly(as_text(data))
        else:
            write_exactly(json.dumps(data, indent=4, ensure_ascii=False) + "\n")
    elif result.exact:
        write_exactly(result.exact)
    elif result.text:
        print_line(result.text)


def diagnose(words: list[str], system: Sequence[str]) -> int:
    """Make the checks of doctor that work if ``aws`` doesn't start; it never calls AWS.

    Returns the exit code of the worst finding. Raises MfaError, BrokenPipeError.
    """
    from awscli_mfa_plugin.commands.doctor import COMMAND, run
    from awscli_mfa_plugin.console.context import context_of

    options = _doctor_options(words)
    context = context_of({**os.environ}, GlobalOptions(profile=options.profile), system)
    arguments = COMMAND.arguments(
        offline=True, fix=options.fix, verbose=options.verbose, yes=options.yes
    )
    result = run(arguments, context)
    print_line(json.dumps(result.data, indent=4) if options.json else result.text)
    return result.exit_code


def _doctor_options(words: list[str]) -> argparse.Namespace:
    """Return the options; exit with 252 for wrong ones, as AWS CLI v2 does."""
    parser = _DoctorParser(
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
    options = parser.parse_args(words)
    if options.yes and not options.fix:
        parser.error("--yes goes with --fix")
    return options


class _DoctorParser(argparse.ArgumentParser):
    """A parser with the exit code of ``aws mfa`` for wrong usage."""

    def error(self, message: str) -> None:  # type: ignore[override]
        """Report the error, and exit with 252."""
        self.exit(252, f"{self.prog}: {sanitize(message)}\nSee  {self.prog} --help\n")
