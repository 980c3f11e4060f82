"""``aws mfa credential-process``: prints a session as an SDK expects it."""

from __future__ import annotations

from awscli_mfa_plugin.declaration import Arguments, Command, Result

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from awscli_mfa_plugin.commands.context import Context

PATIENCE = 50
"""Seconds after which a prompt gives up: AWS SDKs for Go end a credential process after 60."""

COMMAND = Command(
    "credential-process",
    "Prints the session of an MFA profile, or of a role on one, in the form that AWS SDKs "
    "expect of a ``credential_process``. A session that has expired, or is about to, is "
    "renewed first. The prompt for the MFA code uses the terminal, never stdin or stdout, "
    "and processes that ask at the same time share one code.\n\n"
    "SDKs run the command once for each client. ``awscli-mfa credential-process`` prints a "
    "valid session in a fraction of the time.",
    examples="Keep the long-lived keys in profile ``work``, and let SDKs use its session::\n\n"
    "    [profile work-mfa]\n"
    "    credential_process = awscli-mfa credential-process --profile work\n",
)


def run(_: Arguments, context: Context) -> Result:
    """Return the session in the form of a ``credential_process``."""
    import json

    from awscli_mfa_plugin.export.formats import process_form
    from awscli_mfa_plugin.session.credentials import CredentialsRequest

    request = CredentialsRequest(profile=context.session_profile, patience=PATIENCE)
    form = process_form(context.session_credentials(request)[0])
    return Result(exact=json.dumps(form) + "\n")
