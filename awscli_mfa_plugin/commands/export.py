"""``aws mfa export``: prints a session for a shell's environment, or for a file."""

from __future__ import annotations

import shlex

from awscli_mfa_plugin.declaration import MIN_REMAINING, Arguments, Command, Option, Result
from awscli_mfa_plugin.errors import UsageError
from awscli_mfa_plugin.export.formats import FORMATS, FORMATS_OF_FILES

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from awscli_mfa_plugin.commands.context import Context
    from awscli_mfa_plugin.session.records import Session

_ABOUT_FORMATS = ", ".join(
    f"``{name}`` ({about})" if about else f"``{name}``"
    for name, about in {**FORMATS, **FORMATS_OF_FILES}.items()
)

COMMAND = Command(
    "export",
    "Prints the session of an MFA profile, or of a role on one, as commands that set environment "
    "variables, or as a file. The session is renewed first if necessary. The session of a role "
    "lasts one hour at most, because AWS allows no more for role chaining.\n\n"
    "It sets ``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY``, ``AWS_SESSION_TOKEN``, "
    "``AWS_CREDENTIAL_EXPIRATION`` and, if there is a region, ``AWS_REGION`` and "
    "``AWS_DEFAULT_REGION``, and for your prompt ``AWSUME_PROFILE``. It unsets ``AWS_PROFILE``, "
    "``AWS_DEFAULT_PROFILE`` and ``AWS_SECURITY_TOKEN``, which override the session in some "
    "tools.\n\n"
    "The output contains secrets. If anything goes wrong, nothing is printed.",
    examples="Use the session in this shell (bash, zsh)::\n\n"
    '    $ eval "$(aws mfa export --profile mfa)"\n\n'
    "Remove it from this shell::\n\n"
    '    $ eval "$(aws mfa export --unset)"\n\n'
    "In fish, and in PowerShell::\n\n"
    "    > aws mfa export --profile mfa | source\n"
    "    > aws mfa export --profile mfa | Out-String | Invoke-Expression\n\n"
    "Pass it to a container::\n\n"
    "    $ aws mfa export --profile mfa --format env > aws.env\n"
    "    $ docker run --env-file aws.env IMAGE\n",
    options=(
        Option(
            "format",
            f"{_ABOUT_FORMATS}. Default: the format of your shell, or ``sh``.",
            (*FORMATS, *FORMATS_OF_FILES),
        ),
        Option("unset", "Print the commands that remove the session from the environment."),
        MIN_REMAINING,
    ),
)


def run(arguments: Arguments, context: Context) -> Result:
    """Return the session in the format of a shell or a file, or what removes it again."""
    from awscli_mfa_plugin.export import formats, shells
    from awscli_mfa_plugin.session.credentials import CredentialsRequest

    name = arguments["format"] or shells.format_of_shell(context.parent_process()) or "sh"
    if arguments["unset"]:
        return Result(exact=_unsetting(name))
    request = CredentialsRequest(
        profile=context.session_profile, min_remaining=arguments["min_remaining"]
    )
    session, region = context.session_credentials(request)
    data = formats.process_form(session)
    del data["Version"]
    if context.options.asks_for_data:
        return Result(data)
    text = _text(name, request.profile, session, region)
    if name not in FORMATS_OF_FILES:
        context.note_ignored_variables()
    if context.screen.is_terminal:
        option = f" --profile {shlex.quote(request.profile)}"
        how = shells.evaluated(
            name, f"aws mfa export{option if context.process.named_profile else ''}"
        )
        warning = f"{context.note_style.yellow('Warning:')} this printed secrets to your terminal."
        context.note(f"{warning} Use:  {how}" if how else warning)
    return Result(data, exact=text)


def _unsetting(name: str) -> str:
    from awscli_mfa_plugin.export import formats, shells

    if name in FORMATS_OF_FILES:
        raise UsageError(
            f"--unset doesn't work with --format {name}.", f"Choose from: {', '.join(FORMATS)}."
        )
    names = (*formats.SESSION_VARIABLES, *formats.REGION_VARIABLES, formats.PROMPT_VARIABLE)
    return shells.script(name, {}, (*names, *formats.CONFLICTING_VARIABLES))


def _text(name: str, profile: str, session: Session, region: str) -> str:
    import json

    from awscli_mfa_plugin.export import formats, shells

    if name == "json":
        return json.dumps(formats.process_form(session), indent=2) + "\n"
    if name == "ini":
        return formats.ini_form(profile, session, region)
    variables, prompt = formats.variables_of(session, region), formats.PROMPT_VARIABLE
    conflicting = formats.CONFLICTING_VARIABLES
    if shells.can_hold(name, prompt, profile):
        return shells.script(name, {**variables, prompt: profile}, conflicting)
    return shells.script(name, variables, (*conflicting, prompt))
