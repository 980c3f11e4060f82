"""``aws mfa exec``: runs a program with a session in its environment."""

from __future__ import annotations

from awscli_mfa_plugin.declaration import MIN_REMAINING, Command, Result
from awscli_mfa_plugin.errors import UsageError

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from awscli_mfa_plugin.commands.context import Context


PROFILE_VARIABLE = "AWS_MFA_PROFILE"
"""Names the profile whose session is in the environment, for a shell's prompt."""

COMMAND = Command(
    "exec",
    (
        "Runs a program with the session of a managed profile, or of a role profile on one, in "
        "its environment. A session that is due is renewed first. The program takes the place "
        "of ``aws``: its options, its input and output, signals and its exit status are its "
        "own. 127 says that it wasn't found, 126 that it can't be run.\n\n"
        "Without a program your shell is started. ``AWS_MFA_PROFILE`` names the profile, for "
        "its prompt.\n\n"
        "The session doesn't renew itself inside: a program that runs longer ends with "
        "``ExpiredToken``. ``--min-remaining`` makes a new one before. The session of a role "
        "lasts an hour at most: AWS gives no more on an MFA session."
    ),
    (
        "Run a program with at least two hours ahead of it::\n\n"
        "    $ aws mfa exec --profile mfa --min-remaining 7200 -- terraform apply\n\n"
        "Start a shell with the session, and leave it again::\n\n"
        "    $ aws mfa exec --profile mfa\n"
        "    $ exit\n"
    ),
    (MIN_REMAINING,),
    synopsis="aws mfa exec [--profile NAME] [--min-remaining SECONDS] [-- COMMAND [ARGUMENT ...]]",
    runs_a_program=True,
)


def run(arguments: Mapping[str, Any], context: Context) -> Result:
    """Run the program; return only where it couldn't take this process's place."""
    from awscli_mfa_plugin.export.formats import CONFLICTING_VARIABLES, set_aside, variables_of
    from awscli_mfa_plugin.session.credentials import CredentialsRequest

    words = arguments["program"]
    if words == []:
        raise UsageError("No command stands behind «--».", "Leave «--» out to start your shell.")
    request = CredentialsRequest(
        profile=context.session_profile, min_remaining=arguments["min_remaining"]
    )
    session, region = context.session_credentials(request)
    line = set_aside(context.environment)
    if line:
        context.note(line)
    variables = {
        **dict.fromkeys(CONFLICTING_VARIABLES, ""),
        **variables_of(session, region),
        PROFILE_VARIABLE: request.profile,
    }
    return Result(exit_code=context.exec_program(words or [], variables))
