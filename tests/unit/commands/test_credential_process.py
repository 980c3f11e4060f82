"""``aws mfa credential-process``: exactly what an SDK expects."""

from __future__ import annotations

import json

from awscli_mfa_plugin.commands import credential_process
from awscli_mfa_plugin.commands.process import GlobalOptions
from tests.unit.commands.run import run, with_credentials


def test_credential_process_answers_as_an_sdk_wants_it() -> None:
    """Exactly, whatever output is configured; a prompt may stand for 50 s."""
    here, process = with_credentials(GlobalOptions(output="text"))
    result = run(credential_process, here)
    answer = json.loads(result.exact)
    assert (answer["Version"], answer["AccessKeyId"]) == (1, "ASIA1")
    assert result.data is None
    [request] = process.requests
    assert (request.profile, request.patience) == ("work", 50)
