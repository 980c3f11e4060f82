"""``aws mfa export``: prints a session for the environment of a shell, or for a file."""

from __future__ import annotations

from awscli_mfa_plugin.declaration import MIN_REMAINING, Command, Option, Result
from awscli_mfa_plugin.errors import UsageError
from awscli_mfa_plugin.export.formats import FORMATS, FORMATS_OF_FILES

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from awscli_mfa_plugin.commands.context import Context
    from awscli_mfa_plugin.session.records import Session


_ABOUT_FORMATS = ", ".join(
    f"``{name}`` ({about})" if about else f"``{name}``"
    for name, about in {**FORMATS, **FORMATS_OF_FILES}.items()
)

COMMAND = Command(
    "export",
    (
        "Prints the session of a managed profile, or of a role profile on one, so that a shell "
        "can put it into its environment. A session that is due is renewed first. That of a role "
        "lasts an hour at most: AWS gives no more on an MFA session.\n\n"
        "It sets ``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY``, ``AWS_SESSION_TOKEN``, "
        "``AWS_CREDENTIAL_EXPIRATION`` and, where a region is known, ``AWS_REGION`` and "
        "``AWS_DEFAULT_REGION``. It unsets ``AWS_PROFILE``, ``AWS_DEFAULT_PROFILE`` and "
        "``AWS_SECURITY_TOKEN``, which would go before them in some tools.\n\n"
        "What is printed holds secrets. Nothing is printed unless all of it is good."
    ),
    (
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
    ),
    (
        Option(
            "format",
            (
                f"{_ABOUT_FORMATS}. Default: that of the shell that runs this command, as far as "
                "it can be told, else ``sh``."
            ),
            (*FORMATS, *FORMATS_OF_FILES),
        ),
        Option("unset", "Print what takes the session out of the environment again."),
        MIN_REMAINING,
    ),
)


def run(arguments: Mapping[str, Any], context: Context) -> Result:
    """Return the session in the format of a shell or a file, or what takes it out again."""
    from awscli_mfa_plugin.export.formats import process_form
    from awscli_mfa_plugin.export.shells import format_of_shell
    from awscli_mfa_plugin.session.credentials import CredentialsRequest

    name = arguments["format"] or format_of_shell(context.parent_process()) or "sh"
    if arguments["unset"]:
        return Result(exact=_unsetting(name))
    request = CredentialsRequest(
        profile=context.session_profile, min_remaining=arguments["min_remaining"]
    )
    session, region = context.session_credentials(request)
    data = process_form(session)
    del data["Version"]
    if context.options.asks_for_data:
        return Result(data)
    text = _text(name, request.profile, session, region)
    _warn(name, request.profile, context)
    return Result(data, exact=text)


def _unsetting(name: str) -> str:
    from awscli_mfa_plugin.export.formats import (
        CONFLICTING_VARIABLES,
        REGION_VARIABLES,
        SESSION_VARIABLES,
    )
    from awscli_mfa_plugin.export.shells import script

    if name in FORMATS_OF_FILES:
        raise UsageError(f"--unset means nothing for {name}.", f"Formats: {', '.join(FORMATS)}.")
    return script(name, {}, (*SESSION_VARIABLES, *REGION_VARIABLES, *CONFLICTING_VARIABLES))


def _text(name: str, profile: str, session: Session, region: str) -> str:
    import json

    from awscli_mfa_plugin.export.formats import (
        CONFLICTING_VARIABLES,
        ini_form,
        process_form,
        variables_of,
    )
    from awscli_mfa_plugin.export.shells import script

    if name == "json":
        return json.dumps(process_form(session), indent=2) + "\n"
    if name == "ini":
        return ini_form(profile, session, region)
    return script(name, variables_of(session, region), CONFLICTING_VARIABLES)


def _warn(name: str, profile: str, context: Context) -> None:
    """Say what of the environment is set aside, and that secrets are on the screen."""
    import shlex

    from awscli_mfa_plugin.export.formats import set_aside
    from awscli_mfa_plugin.export.shells import evaluated

    line = set_aside(context.environment) if name not in FORMATS_OF_FILES else ""
    if line:
        context.note(line)
    if context.screen.is_terminal:
        how = evaluated(name, f"aws mfa export --profile {shlex.quote(profile)}")
        context.note(
            "These are secrets, and they stand on your terminal now."
            + (f" Let the shell take them: {how}" if how else "")
        )
