"""``aws mfa credential-process``: answers an SDK that asks for credentials."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from awscli_mfa_plugin.commands.base import MfaSubcommand, write_exactly
from awscli_mfa_plugin.core.handing_out import HandoutRequest, process_form

PATIENCE = 50
"""Seconds that a prompt may stand: AWS SDKs for Go end a credential process after 60."""


class CredentialProcessCommand(MfaSubcommand):
    """The subcommand ``credential-process``."""

    NAME = "credential-process"
    DESCRIPTION = (
        "Prints the session of a managed profile, or of a role profile on one, as an SDK wants "
        "it of the command in ``credential_process``. A session that is due is renewed first: "
        "a code is asked for on the controlling terminal, never on stdin or stdout. Many that "
        "ask at once spend one code.\n\n"
        "SDKs start the command for each of their clients. ``awscli-mfa credential-process`` "
        "answers from a living session in a fraction of the time."
    )
    EXAMPLES = (
        "Let SDKs use the session of profile ``work``, whose keys stay in it, by another name::\n\n"
        "    [profile work-mfa]\n"
        "    credential_process = awscli-mfa credential-process --profile work\n"
    )
    ARG_TABLE: ClassVar[list[dict[str, Any]]] = []

    def run(self, parsed_args: Any, parsed_globals: Any) -> int:
        """Print the session."""
        del parsed_args
        request = HandoutRequest(profile=self.session_profile, patience=PATIENCE)
        session, _ = self.world.handed_out(request, parsed_globals)
        write_exactly(json.dumps(process_form(session)) + "\n")
        return 0
