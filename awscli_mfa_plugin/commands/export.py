"""``aws mfa export``: prints a session for the environment of a shell, or for a file."""

from __future__ import annotations

import json
import shlex
import sys
from typing import TYPE_CHECKING, Any, ClassVar

from awscli_mfa_plugin.commands.base import (
    MIN_REMAINING,
    MfaSubcommand,
    one_of,
    whole_number,
    write_exactly,
)
from awscli_mfa_plugin.core.formats import FORMATS
from awscli_mfa_plugin.core.handing_out import (
    REGION_VARIABLES,
    SESSION_VARIABLES,
    SPOILING_VARIABLES,
    HandoutRequest,
    ini_form,
    process_form,
    set_aside,
    variables_of,
)
from awscli_mfa_plugin.core.shells import format_of_shell, script
from awscli_mfa_plugin.errors import UsageError

if TYPE_CHECKING:
    from awscli_mfa_plugin.core.records import Session

FILES = ("json", "ini")

_EVALUATED = {
    "sh": 'eval "$(aws mfa export --profile {name})"',
    "fish": "aws mfa export --profile {name} | source",
    "csh": 'eval "`aws mfa export --profile {name}`"',
    "powershell": "aws mfa export --profile {name} | Out-String | Invoke-Expression",
}


class ExportCommand(MfaSubcommand):
    """The subcommand ``export``."""

    NAME = "export"
    DESCRIPTION = (
        "Prints the session of a managed profile, or of a role profile on one, so that a shell "
        "can put it into its environment. A session that is due is renewed first. That of a role "
        "lasts an hour at most: AWS gives no more on an MFA session.\n\n"
        "It sets ``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY``, ``AWS_SESSION_TOKEN``, "
        "``AWS_CREDENTIAL_EXPIRATION`` and, where a region is known, ``AWS_REGION`` and "
        "``AWS_DEFAULT_REGION``. It unsets ``AWS_PROFILE``, ``AWS_DEFAULT_PROFILE`` and "
        "``AWS_SECURITY_TOKEN``, which would go before them in some tools.\n\n"
        "What is printed holds secrets. Nothing is printed unless all of it is good."
    )
    EXAMPLES = (
        "Put the session into the environment of bash, zsh or another sh::\n\n"
        '    $ eval "$(aws mfa export --profile mfa)"\n\n'
        "Take it out again::\n\n"
        '    $ eval "$(aws mfa export --unset)"\n\n'
        "In fish, and in PowerShell::\n\n"
        "    > aws mfa export --profile mfa | source\n"
        "    > aws mfa export --profile mfa | Out-String | Invoke-Expression\n\n"
        "Hand it to a container::\n\n"
        "    $ aws mfa export --profile mfa --format env > aws.env\n"
        "    $ docker run --env-file aws.env IMAGE\n"
    )
    ARG_TABLE: ClassVar[list[dict[str, Any]]] = [
        {
            "name": "format",
            "help_text": (
                "``sh`` (bash, zsh, dash), ``fish``, ``csh``, ``powershell``, ``cmd``, ``env`` "
                "(Docker's ``--env-file``), ``json`` (what a ``credential_process`` prints) or "
                "``ini`` (a section of a credentials file). Default: that of the shell that "
                "runs this command, as far as it can be told, else ``sh``."
            ),
        },
        {
            "name": "unset",
            "action": "store_true",
            "help_text": "Print what takes the session out of the environment again.",
        },
        MIN_REMAINING,
    ]

    def run(self, parsed_args: Any, parsed_globals: Any) -> int:
        """Print the session, or what takes it out again."""
        named = one_of("--format", parsed_args.format, (*FORMATS, *FILES))
        name = named or format_of_shell(self.world.parent_process()) or "sh"
        if parsed_args.unset:
            if name in FILES:
                raise UsageError(
                    f"--unset means nothing for {name}.", f"Formats: {', '.join(FORMATS)}."
                )
            names = (*SESSION_VARIABLES, *REGION_VARIABLES, *SPOILING_VARIABLES)
            write_exactly(script(name, {}, names))
            return 0
        request = HandoutRequest(
            profile=self.session_profile,
            min_remaining=whole_number("--min-remaining", parsed_args.min_remaining),
        )
        session, region = self.world.handed_out(request, parsed_globals)
        if parsed_globals.output is not None or parsed_globals.query is not None:
            data = process_form(session)
            del data["Version"]
            self.show(parsed_globals, data, "")
            return 0
        text = self._text(name, request.profile, session, region)
        self._say(name, request.profile)
        write_exactly(text)
        return 0

    def _text(self, name: str, profile: str, session: Session, region: str) -> str:
        if name == "json":
            return json.dumps(process_form(session), indent=2) + "\n"
        if name == "ini":
            return ini_form(profile, session, region)
        return script(name, variables_of(session, region), SPOILING_VARIABLES)

    def _say(self, name: str, profile: str) -> None:
        line = set_aside(self.world.environment) if name not in FILES else ""
        if line:
            self.world.note(line)
        if sys.stdout.isatty():
            how = _EVALUATED.get(name, "").format(name=shlex.quote(profile))
            self.world.note(
                "These are secrets, and they stand on your terminal now."
                + (f" Let the shell take them: {how}" if how else "")
            )
