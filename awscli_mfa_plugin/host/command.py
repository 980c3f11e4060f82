"""``aws mfa``: the command in the CLI's table, and its subcommands, imported when used."""

from __future__ import annotations

import importlib
from functools import partial
from typing import Any

from awscli.customizations.commands import BasicCommand

from awscli_mfa_plugin.commands.running import UsageProblems, run_reporting, without_codes
from awscli_mfa_plugin.core.text import shown
from awscli_mfa_plugin.errors import UsageError
from awscli_mfa_plugin.host.loading import compiled_code_kept, no_garbage_collected
from awscli_mfa_plugin.host.wiring import Wiring

SUBCOMMANDS = {
    "login": "LoginCommand",
    "status": "StatusCommand",
    "logout": "LogoutCommand",
    "devices": "DevicesCommand",
    "configure": "ConfigureCommand",
    "export": "ExportCommand",
    "exec": "ExecCommand",
    "credential-process": "CredentialProcessCommand",
    "watch": "WatchCommand",
    "doctor": "DoctorCommand",
    "alias": "AliasCommand",
}
"""The subcommands in the order of their help, and the class of each in its module."""


class MfaCommand(BasicCommand):  # type: ignore[misc]
    """The command table entry of ``aws mfa``."""

    NAME = "mfa"
    DESCRIPTION = (
        "Multi-factor authentication for IAM users: one token code of an MFA device becomes a "
        "session in a profile, which every ``aws`` command and every SDK uses by "
        "``--profile`` until it ends.\n\n"
        "``aws mfa login --profile mfa`` makes the session, ``aws mfa status`` tells how long it "
        "lives, ``aws mfa logout`` removes it."
    )
    SYNOPSIS = "aws mfa <subcommand> [options]"
    EXAMPLES = (
        "Log in, look at the session, use it::\n\n"
        "    $ aws mfa login --profile mfa\n"
        "    $ aws mfa status\n"
        "    $ aws s3 ls --profile mfa\n"
    )

    def __init__(self, session: Any, table: dict[str, Any]) -> None:
        """Keep the CLI's session and command table; no subcommand is imported yet."""
        super().__init__(session)
        self._wiring = Wiring(session)
        self._wiring.command_table = table
        self._wiring.subcommands = (*SUBCOMMANDS, "help")
        self.SUBCOMMANDS = self._subcommands(SUBCOMMANDS)

    def __call__(self, args: list[str], parsed_globals: Any) -> int:
        """Run the subcommand that is named; return its exit code."""
        first = args[0] if args else "help"
        if first == "exec" and "--" in args:
            # What stands behind is another program's: no parser of ours may see it.
            divide = args.index("--")
            args, self._wiring.command_words = args[:divide], args[divide + 1 :]
        elif first == "exec" and args[1:] and not args[1].startswith("-") and args[1] != "help":
            return run_reporting(_refuse_command)
        if first in SUBCOMMANDS:
            self.SUBCOMMANDS = self._subcommands([first])
        elif first != "help" and not first.startswith("-") and not self._is_alias(first):
            return run_reporting(
                partial(_refuse, f"there is no subcommand '{shown(without_codes(first))}'")
            )
        named = f"aws mfa {first}" if first in SUBCOMMANDS else "aws mfa"
        with UsageProblems(named) as outcome, compiled_code_kept(), no_garbage_collected():
            outcome.code = super().__call__(args, parsed_globals)
        return outcome.code

    def _run_main(self, _: Any, __: Any) -> int:
        return run_reporting(partial(_refuse, "a subcommand is missing"))

    def _is_alias(self, name: str) -> bool:
        """Tell whether the name is an alias in v2's ``[command mfa]``, which calls us again."""
        self.SUBCOMMANDS = []
        return name in self._build_subcommand_table()

    def _subcommands(self, names: Any) -> list[dict[str, Any]]:
        return [
            {"name": name, "command_class": partial(_subcommand, name, self._wiring)}
            for name in names
        ]


def _refuse(what: str) -> int:
    raise UsageError(f"{what}: {', '.join(SUBCOMMANDS)}.", "«aws mfa help» explains them.")


def _refuse_command() -> int:
    raise UsageError(
        "The command to run stands behind «--».", "aws mfa exec [--profile NAME] -- COMMAND …"
    )


def _subcommand(name: str, wiring: Wiring, session: Any) -> Any:
    module = importlib.import_module(f"awscli_mfa_plugin.commands.{name.replace('-', '_')}")
    return getattr(module, SUBCOMMANDS[name])(session, wiring)
