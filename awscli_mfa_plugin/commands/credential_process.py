"""``aws mfa credential-process``: answers an SDK that asks for credentials."""

from __future__ import annotations

from awscli_mfa_plugin.declaration import Command, Result

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from awscli_mfa_plugin.commands.context import Context


PATIENCE = 50
"""Seconds that a prompt may stand: AWS SDKs for Go end a credential process after 60."""

COMMAND = Command(
    "credential-process",
    (
        "Prints the session of a managed profile, or of a role profile on one, as an SDK wants "
        "it of the command in ``credential_process``. A session that is due is renewed first: "
        "a code is asked for on the controlling terminal, never on stdin or stdout. Many that "
        "ask at once spend one code.\n\n"
        "SDKs start the command for each of their clients. ``awscli-mfa credential-process`` "
        "answers from a living session in a fraction of the time."
    ),
    (
        "Let SDKs use the session of profile ``work``, whose keys stay in it, by another name::\n\n"
        "    [profile work-mfa]\n"
        "    credential_process = awscli-mfa credential-process --profile work\n"
    ),
)


def run(arguments: Mapping[str, Any], context: Context) -> Result:
    """Return the session, as an SDK wants it."""
    import json

    from awscli_mfa_plugin.export.formats import process_form
    from awscli_mfa_plugin.session.credentials import CredentialsRequest

    del arguments
    request = CredentialsRequest(profile=context.session_profile, patience=PATIENCE)
    session, _ = context.session_credentials(request)
    return Result(exact=json.dumps(process_form(session)) + "\n")
