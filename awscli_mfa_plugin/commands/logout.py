"""``aws mfa logout``: removes sessions, and says how long copies of them stay valid."""

from __future__ import annotations

from awscli_mfa_plugin.declaration import Arguments, Command, Option, Result
from awscli_mfa_plugin.errors import UsageError
from awscli_mfa_plugin.session.expiry import rfc3339
from awscli_mfa_plugin.text import moment, sanitize

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from datetime import datetime

    from awscli_mfa_plugin.commands.context import Context
    from awscli_mfa_plugin.session.sessions import LogoutResult

COMMAND = Command(
    "logout",
    (
        "Removes the session of one profile (``--profile``, ``AWS_PROFILE``, or ``mfa``), or "
        "those of all MFA profiles. The profile itself stays, with everything that the plugin "
        "didn't write.\n\n"
        "AWS accepts a copy of the session until it expires. To end it sooner, an administrator "
        "denies the user everything where ``aws:TokenIssueTime`` is earlier than now (IAM user "
        'guide, "Revoke IAM role temporary security credentials").'
    ),
    examples="Log out of profile mfa::\n\n    $ aws mfa logout --profile mfa\n\n"
    "Log out everywhere, and remove the MFA settings of all profiles::\n\n"
    "    $ aws mfa logout --all --forget\n",
    options=(
        Option("all", "Log out of all MFA profiles."),
        Option(
            "forget",
            "Remove ``mfa_source_profile`` and ``mfa_session`` too: the profile is no longer "
            "an MFA profile.",
        ),
    ),
)


def run(arguments: Arguments, context: Context) -> Result:
    """Log out, and report what was removed."""
    from awscli_mfa_plugin.server.private_folder import remove_abandoned
    from awscli_mfa_plugin.session.sessions import logout, mfa_profile_names

    if arguments["all"] and context.options.profile:
        raise UsageError("--all and --profile can't be used together.", "Use one of them.")
    remove_abandoned(context.state, context.locks)
    ports = context.ports
    names = mfa_profile_names(ports) if arguments["all"] else (context.session_profile,)
    results = logout(names, ports, forget=arguments["forget"])
    data = [
        {
            "Profile": result.profile,
            "Removed": result.had_session,
            "Expiration": rfc3339(result.expiration) if result.expiration else None,
        }
        for result in results
    ]
    lines = [_line(result, context.clock.now()) for result in results]
    return Result({"Sessions": data}, "\n".join(lines) or "No MFA sessions to log out of.")


def _line(result: LogoutResult, now: datetime) -> str:
    name = sanitize(result.profile)
    text = f"Logged out of {name}."
    if not result.had_session:
        text = f"Not logged in to {name}."
    elif result.kept_key:
        why = "Its access key isn't from aws mfa login, so it was kept."
        text = f"Removed an old session from {name}. {why}"
    if result.expiration and result.expiration > now:
        text += f" Copies of the session stay valid until {moment(result.expiration, now)}."
    return f"{text} It is no longer an MFA profile." if result.had_mark else text
