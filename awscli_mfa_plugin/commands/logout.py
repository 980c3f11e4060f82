"""``aws mfa logout``: removes a session, and says until when AWS still honours it."""

from __future__ import annotations

from awscli_mfa_plugin.declaration import Command, Option, Result
from awscli_mfa_plugin.errors import UsageError
from awscli_mfa_plugin.session.expiry import rfc3339
from awscli_mfa_plugin.text import moment, sanitize

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from awscli_mfa_plugin.commands.context import Context
    from awscli_mfa_plugin.session.sessions import LogoutResult


_REVOCATION = (
    "To end it before that, an administrator denies the user everything for sessions issued "
    "until now: a policy with Effect Deny and the condition DateLessThan on aws:TokenIssueTime."
)

COMMAND = Command(
    "logout",
    (
        "Removes the session of one profile (``--profile``, ``AWS_PROFILE``, else ``mfa``) or of "
        "all managed ones from the credentials file, or from the CLI's cache where the profile "
        "has long-lived keys. The profile stays, and everything in it "
        "that this plugin didn't write.\n\n"
        "AWS itself honours a session until it expires, also one that was removed here: a copy "
        "of it elsewhere stays good. An administrator revokes it with a policy that denies the "
        "user everything where ``aws:TokenIssueTime`` is earlier than now (IAM user guide, "
        '"Revoke IAM role temporary security credentials").'
    ),
    (
        "Remove the session of profile mfa::\n\n    $ aws mfa logout --profile mfa\n\n"
        "Remove every session, and let the plugin manage none of the profiles any more::\n\n"
        "    $ aws mfa logout --all --forget\n"
    ),
    (
        Option("all", "All managed profiles."),
        Option(
            "forget",
            (
                "Remove also ``mfa_source_profile`` and ``mfa_session``, which make the profile "
                "a managed one."
            ),
        ),
    ),
)


def run(arguments: Mapping[str, Any], context: Context) -> Result:
    """Log out, and tell what was removed."""
    from awscli_mfa_plugin.session.sessions import logout, mfa_profile_names

    if arguments["all"] and context.options.profile:
        raise UsageError("--all and --profile exclude each other.", "Give one of them.")
    ports = context.ports
    names = mfa_profile_names(ports) if arguments["all"] else (context.session_profile,)
    results = logout(names, ports, forget=arguments["forget"])
    return Result(_data(results), _text(results, context.clock.now()))


def _data(results: tuple[LogoutResult, ...]) -> dict[str, Any]:
    return {
        "Sessions": [
            {
                "Profile": result.profile,
                "Removed": result.had_session,
                "Expiration": rfc3339(result.expiration) if result.expiration else None,
            }
            for result in results
        ]
    }


def _text(results: tuple[LogoutResult, ...], now: datetime) -> str:
    if not results:
        return "No profile is managed; there is nothing to log out of."
    lines = [_line(result, now) for result in results]
    if any(result.expiration and result.expiration > now for result in results):
        lines.append(_REVOCATION)
    return "\n".join(lines)


def _line(result: LogoutResult, now: datetime) -> str:
    name = sanitize(result.profile)
    forgotten = f" Profile {name} is no longer managed." if result.had_mark else ""
    if not result.had_session:
        return f"Profile {name} holds no session.{forgotten}"
    text = f"Removed the session of profile {name}."
    if result.kept_key:
        text = (
            f"Removed what an old session left in profile {name}. Its access key isn't from "
            "aws mfa login; it stays."
        )
    if result.expiration and result.expiration > now:
        text += f" AWS honours copies of it until {moment(result.expiration, now)}."
    return text + forgotten
