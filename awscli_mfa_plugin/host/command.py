"""``aws mfa``: the command in the CLI's table, and its subcommands in the CLI's form."""

from __future__ import annotations

import sys
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from awscli.customizations.commands import BasicCommand

from awscli_mfa_plugin.commands import NAMES, command_of, function_of
from awscli_mfa_plugin.commands.error_reporting import (
    LOG,
    no_garbage_collected,
    run_parsing,
    run_reporting,
    without_codes,
)
from awscli_mfa_plugin.declaration import INTEGER, NOTHING, OPTIONAL, SEVERAL
from awscli_mfa_plugin.errors import UsageError
from awscli_mfa_plugin.help_text import HELP, closest, with_help_as_word
from awscli_mfa_plugin.host.context import context_of
from awscli_mfa_plugin.host.loading import compiled_code_kept
from awscli_mfa_plugin.system.machine import print_line, write_exactly
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable

    from awscli_mfa_plugin.declaration import Option
    from awscli_mfa_plugin.host.context import AwsProcess

_CHOICES = f"Choose from: {', '.join(NAMES)}. For help:  aws mfa help"


class MfaCommand(BasicCommand):  # type: ignore[misc]
    """The command table entry of ``aws mfa``."""

    NAME = "mfa"
    DESCRIPTION = (
        "Multi-factor authentication for IAM users. You enter one MFA code, and every ``aws`` "
        "command and every SDK works with ``--profile mfa`` until the session expires.\n\n"
        "``aws mfa login`` starts a session, ``aws mfa status`` shows how long it is valid, "
        "``aws mfa logout`` removes it."
    )
    SYNOPSIS = "aws mfa <subcommand> [options]"
    EXAMPLES = (
        "Log in, check the session, use it::\n\n"
        "    $ aws mfa login --profile mfa\n"
        "    $ aws mfa status\n"
        "    $ aws s3 ls --profile mfa\n"
    )

    def __init__(self, session: Any, process: AwsProcess) -> None:
        """Keep the process and the CLI's session; no subcommand is imported yet."""
        super().__init__(session)
        self._process = process
        self.SUBCOMMANDS = self._subcommands(NAMES)

    def __call__(self, args: list[str], parsed_globals: Any) -> int:
        """Run the subcommand that is named; return its exit code."""
        args = with_help_as_word(args, NAMES)
        first = args[0]
        named = f"aws mfa {first}" if first in NAMES else "aws mfa"
        with compiled_code_kept(), no_garbage_collected():
            run = partial(self._run, first, args, parsed_globals)
            return run_parsing(run, named, parsed_globals.color)

    def _run(self, first: str, args: list[str], parsed_globals: Any) -> Any:
        if args in ([HELP], [first, HELP]) and first in {*NAMES, HELP}:
            return self._help(args, parsed_globals)
        if first in NAMES:
            words, program = command_of(first).divided(args[1:])
            args = [first, *words]
            self.SUBCOMMANDS = self._subcommands([first], program)
        elif not first.startswith("-"):
            self._check_alias(first)
        return super().__call__(args, parsed_globals)

    def _help(self, args: list[str], parsed_globals: Any) -> Any:
        """Show help as the CLI does, or as plain text where groff, less or a file is missing."""
        self.SUBCOMMANDS = self._subcommands(args[:1] if len(args) > 1 else NAMES)
        try:
            return super().__call__(args, parsed_globals)
        except Exception:
            LOG.debug("the CLI can't show this help", exc_info=True)
            return run_reporting(partial(self._plain_help, args[0]))

    def _plain_help(self, name: str) -> int:
        from awscli_mfa_plugin.help_text import command_help, overview

        if name != HELP:
            print_line(command_help(command_of(name)))
        else:
            about = {each: command_of(each).description for each in NAMES}
            print_line(overview(self.DESCRIPTION, self.EXAMPLES, about))
        return 0

    def _run_main(self, _: Any, parsed_globals: Any) -> int:
        del parsed_globals
        raise UsageError("No command given.", _CHOICES)

    def _check_alias(self, name: str) -> None:
        """Raise UsageError if the name isn't in v2's ``[command mfa]``, whose aliases call us."""
        self.SUBCOMMANDS = []
        aliases = self._build_subcommand_table()
        if name not in aliases:
            meant = sanitize(closest(name, [*NAMES, *aliases, HELP]))
            raise UsageError(
                f"Unknown command '{sanitize(without_codes(name))}'.",
                f"Did you mean '{meant}'?" if meant else _CHOICES,
            )

    def _subcommands(
        self, names: Iterable[str], program: list[str] | None = None
    ) -> list[dict[str, Any]]:
        return [
            {"name": name, "command_class": partial(_Subcommand, name, self._process, program)}
            for name in names
        ]


class _Subcommand(BasicCommand):  # type: ignore[misc]
    """A subcommand, made from what it declares."""

    def __init__(
        self, name: str, process: AwsProcess, program: list[str] | None, session: Any
    ) -> None:
        """Say what the CLI reads from its own commands' classes."""
        super().__init__(session)
        self._process = process
        self._program = program
        self._command = command = command_of(name)
        self.NAME = name
        self.DESCRIPTION = command.description
        self.SYNOPSIS = command.synopsis
        self.EXAMPLES = command.examples
        self.ARG_TABLE = [_argument(option) for option in command.options]

    def _run_main(self, parsed_args: Any, parsed_globals: Any) -> int:
        run = partial(self._shown, parsed_args, parsed_globals)
        return run_reporting(run, parsed_globals.color)

    def _shown(self, parsed_args: Any, parsed_globals: Any) -> int:
        """Run the command's function, and show its result; return the exit code."""
        context = context_of(self._process, parsed_globals)
        arguments = self._command.arguments_of(vars(parsed_args), self._program)
        result = function_of(self.NAME)(arguments, context)
        if result.data is not None and context.options.asks_for_data:
            self._print_data(result.data, parsed_globals)
        elif result.exact:
            write_exactly(result.exact)
        elif result.text:
            print_line(result.text)
        return result.exit_code

    def _print_data(self, data: Any, parsed_globals: Any) -> None:
        from awscli.formatter import get_formatter

        kind = parsed_globals.output
        if not kind:
            with suppress(Exception):
                kind = self._session.get_config_variable("output")
        sys.stdout.flush()
        get_formatter(str(kind or "json"), parsed_globals)(f"mfa-{self.NAME}", data, sys.stdout)


def _argument(option: Option) -> dict[str, Any]:
    """Return an option as the CLI's own commands declare theirs (``ARG_TABLE``)."""
    argument: dict[str, Any] = {"name": option.name, "help_text": option.help_text}
    if option.is_word:
        argument |= {"positional_arg": True, "nargs": "?"}
    elif option.takes == NOTHING:
        argument["action"] = "store_true"
    elif option.takes == INTEGER:
        argument["cli_type_name"] = "integer"
    elif option.values == SEVERAL:
        argument["nargs"] = "+"
    elif option.values == OPTIONAL:
        argument |= {"nargs": "?", "default": ""}
    return argument
