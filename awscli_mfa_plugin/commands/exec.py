"""``aws mfa exec``: runs a program with a session in its environment."""

from __future__ import annotations

from typing import Any, ClassVar

from awscli_mfa_plugin.commands.base import MIN_REMAINING, MfaSubcommand, whole_number
from awscli_mfa_plugin.core.handing_out import (
    SPOILING_VARIABLES,
    HandoutRequest,
    set_aside,
    variables_of,
)
from awscli_mfa_plugin.errors import UsageError

PROFILE_VARIABLE = "AWS_MFA_PROFILE"
"""Names the profile whose session is in the environment, for a shell's prompt."""


class ExecCommand(MfaSubcommand):
    """The subcommand ``exec``."""

    NAME = "exec"
    DESCRIPTION = (
        "Runs a program with the session of a managed profile, or of a role profile on one, in "
        "its environment. A session that is due is renewed first. The program takes the place "
        "of ``aws``: its options, its input and output, signals and its exit status are its "
        "own. 127 says that it wasn't found, 126 that it can't be run.\n\n"
        "Without a program your shell is started. ``AWS_MFA_PROFILE`` names the profile, for "
        "its prompt.\n\n"
        "The session doesn't renew itself inside: a program that runs longer ends with "
        "``ExpiredToken``. ``--min-remaining`` makes a new one before. The session of a role "
        "lasts an hour at most: AWS gives no more on an MFA session."
    )
    SYNOPSIS = "aws mfa exec [--profile NAME] [--min-remaining SECONDS] [-- COMMAND [ARGUMENT ...]]"
    EXAMPLES = (
        "Run a program with at least two hours ahead of it::\n\n"
        "    $ aws mfa exec --profile mfa --min-remaining 7200 -- terraform apply\n\n"
        "Start a shell with the session, and leave it again::\n\n"
        "    $ aws mfa exec --profile mfa\n"
        "    $ exit\n"
    )
    ARG_TABLE: ClassVar[list[dict[str, Any]]] = [
        MIN_REMAINING,
    ]

    def run(self, parsed_args: Any, parsed_globals: Any) -> int:
        """Run the program; return only where it couldn't take this process's place."""
        words = self.world.command_words
        if words == []:
            raise UsageError(
                "No command stands behind «--».", "Leave «--» out to start your shell."
            )
        request = HandoutRequest(
            profile=self.session_profile,
            min_remaining=whole_number("--min-remaining", parsed_args.min_remaining),
        )
        session, region = self.world.handed_out(request, parsed_globals)
        line = set_aside(self.world.environment)
        if line:
            self.world.note(line)
        variables = {
            **dict.fromkeys(SPOILING_VARIABLES, ""),
            **variables_of(session, region),
            PROFILE_VARIABLE: request.profile,
        }
        return self.world.become(words or [], variables)
