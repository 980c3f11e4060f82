"""``aws mfa exec``: runs a program with a session in its environment."""

from __future__ import annotations

from awscli_mfa_plugin.declaration import MIN_REMAINING, Arguments, Command, Option, Result
from awscli_mfa_plugin.errors import UsageError
from awscli_mfa_plugin.session import PROFILE_VARIABLE

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from awscli_mfa_plugin.commands.context import Context

COMMAND = Command(
    "exec",
    "Runs a program with a session in its environment: that of an MFA profile, or of a role "
    "on one. The session is renewed first if necessary. The program replaces ``aws``, so "
    "input, output, signals and exit code are its own; 127 means that it wasn't found, 126 "
    "that it can't be run.\n\n"
    "Without a program it starts your shell. ``AWS_MFA_PROFILE`` and ``AWSUME_PROFILE`` "
    "hold the profile's name, for your prompt.\n\n"
    "The program can't renew the session: when it expires, calls fail with "
    "``ExpiredToken``. For a long job, use ``--server`` or ``--min-remaining``. The session "
    "of a role lasts one hour at most, because AWS allows no more for role chaining.\n\n"
    "With ``--server`` there are no keys in the environment. ``aws`` stays, and gives the "
    "program's SDK a session whenever it asks for one. It renews the session by "
    "``mfa_process``, or notifies you when it expires soon and uses the one that you make "
    "with ``aws mfa login`` in another terminal. It asks for the code on the terminal only "
    "if the program's stdin isn't the terminal. ``AWS_CONFIG_FILE`` names a copy of your "
    "config file, in which the profile ``awscli-mfa-exec`` has no keys.",
    examples="Run a program with a session that is valid for two more hours::\n\n"
    "    $ aws mfa exec --profile mfa --min-remaining 7200 -- terraform apply\n\n"
    "Run a program for longer than a session is valid::\n\n"
    "    $ aws mfa exec --profile mfa --server -- terraform apply\n\n"
    "Start a shell with the session, and leave it::\n\n"
    "    $ aws mfa exec --profile mfa\n"
    "    $ exit\n",
    options=(
        Option(
            "server",
            "Renew the session while the program runs, by the container credentials endpoint of "
            "AWS SDKs.",
        ),
        MIN_REMAINING,
    ),
    synopsis=(
        "aws mfa exec [--profile NAME] [--server] [--min-remaining SECONDS] "
        "[-- COMMAND [ARGUMENT ...]]"
    ),
    runs_a_program=True,
)


def run(arguments: Arguments, context: Context) -> Result:
    """Run the program in place of this process; return only where that isn't possible."""
    from awscli_mfa_plugin.export import formats
    from awscli_mfa_plugin.session.credentials import CredentialsRequest
    from awscli_mfa_plugin.system.exec_program import exit_status_ahead

    words = arguments["program"]
    if words == []:
        raise UsageError("No command given after '--'.", "To start your shell, leave out '--'.")
    failed = exit_status_ahead(words or [], context.environment)
    if failed:  # before the prompt
        return Result(exit_code=failed)
    request = CredentialsRequest(
        profile=context.session_profile, min_remaining=arguments["min_remaining"]
    )
    if arguments["server"]:
        context.note_ignored_variables()
        return Result(exit_code=context.serve_program(request, words or []))
    session, region = context.session_credentials(request)
    context.note_ignored_variables()
    variables = {
        **dict.fromkeys(formats.CONFLICTING_VARIABLES, ""),
        **formats.variables_of(session, region),
        PROFILE_VARIABLE: request.profile,
        formats.PROMPT_VARIABLE: request.profile,
    }
    return Result(exit_code=context.exec_program(words or [], variables))
