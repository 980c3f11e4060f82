"""``aws mfa console``: opens the AWS console with the session of a role."""

from __future__ import annotations

from awscli_mfa_plugin.declaration import Arguments, Command, Option, Result
from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.signin.urls import SERVICES

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from awscli_mfa_plugin.commands.context import Context

COMMAND = Command(
    "console",
    "Opens the AWS console in your browser, signed in as the role of a role profile on an MFA "
    "profile. The session is renewed first if necessary. The console session lasts as long "
    "as the role's, one hour.\n\n"
    "AWS doesn't let the session of an MFA code itself sign in, only roles.\n\n"
    "With ``--print`` the sign-in URL is printed instead. Whoever has it can sign in for 15 "
    "minutes.",
    examples="Open the console, and the page of a service::\n\n"
    "    $ aws mfa console --profile admin\n"
    "    $ aws mfa console --profile admin --service s3 --region eu-west-1\n\n"
    "Copy the URL to another machine's browser::\n\n"
    "    $ aws mfa console --profile admin --print\n",
    options=(
        Option("service", "The page to open. Default: the start page.", tuple(SERVICES)),
        Option("print", "Print the sign-in URL instead of opening a browser."),
    ),
)


def run(arguments: Arguments, context: Context) -> Result:
    """Sign in, and open the browser or return the URL."""
    from urllib.parse import urlencode

    from awscli_mfa_plugin.session.credentials import CredentialsRequest
    from awscli_mfa_plugin.signin.urls import destination, federation_form, signin_query

    name = context.session_profile
    federation, console = _addresses(name, context)
    request = CredentialsRequest(name, default_duration=True)
    session, region = context.session_credentials(request)
    token = context.signin_token(name, federation, federation_form(session))
    page = destination(console, arguments["service"], region)
    url = f"{federation}?{urlencode(signin_query(token, page))}"
    if arguments["print"]:
        if context.screen.is_terminal:
            warning = "Warning: whoever has this URL can sign in for 15 minutes."
            context.note(context.note_style.yellow(warning))
        return Result(exact=f"{url}\n")
    why = context.open_browser(url)
    if why:
        raise ConfigurationError(
            f"The browser didn't open: {why}.", "Print the URL instead, with --print."
        )
    return Result(text="Opened the AWS console in your browser.")


def _addresses(name: str, context: Context) -> tuple[str, str]:
    """Return where the role of a profile signs in; raise ConfigurationError without a role."""
    from awscli_mfa_plugin.session.credentials import way_to_source
    from awscli_mfa_plugin.signin.urls import addresses_of
    from awscli_mfa_plugin.text import sanitize

    files = context.ports.files
    if len(way_to_source(name, context.environment, files)) == 1:
        raise ConfigurationError(
            f"Profile {sanitize(name)} has no role, and AWS lets only roles sign in to the "
            "console, not an MFA session.",
            f"Name a role profile with source_profile = {sanitize(name)}:  "
            "aws mfa console --profile ROLE",
        )
    role_arn = files.profile(name).get("role_arn")
    addresses = addresses_of(role_arn)
    if addresses is None:
        raise ConfigurationError(
            f"The console of {sanitize(role_arn)} isn't known.", "Check role_arn in ~/.aws/config."
        )
    return addresses
