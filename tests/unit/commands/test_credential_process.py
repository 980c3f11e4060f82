"""``aws mfa credential-process``: exactly what an SDK expects."""

from __future__ import annotations

import json

from awscli_mfa_plugin.commands import credential_process
from awscli_mfa_plugin.commands.process import GlobalOptions
from tests.unit.commands.run import run, with_credentials


def test_credential_process_prints_what_sdks_expect() -> None:
    """Whatever output is configured; a prompt ends after 50 s."""
    here, process = with_credentials(GlobalOptions(output="text"))
    result = run(credential_process, here)
    answer = json.loads(result.exact)
    assert (answer["Version"], answer["AccessKeyId"]) == (1, "ASIA1")
    assert result.data is None
    [request] = process.requests
    assert (request.profile, request.patience) == ("work", 50)
