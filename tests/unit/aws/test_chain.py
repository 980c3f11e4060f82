"""The keys that botocore's own chain finds, and what is said of a program that gives none."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from botocore.exceptions import CredentialRetrievalError

from awscli_mfa_plugin.aws.clients import BotocoreSessions
from awscli_mfa_plugin.errors import ConfigurationError

PROCESSES = {
    "ours": (
        "awscli-mfa: The keyring can't be used: locked.\nUnlock it, then try again.\n",
        "Can't get the keys of profile work: The keyring can't be used: locked.",
        "Unlock it, then try again.",
    ),
    "ours, without a remedy": (
        "awscli-mfa: Nothing\x1b there.\n",
        "Can't get the keys of profile work: Nothing\\x1b there.",
        "Try it:  aws sts get-caller-identity --profile work",
    ),
    "another": (
        "vault: no\n",
        "Can't get the keys of profile work: "
        + str(CredentialRetrievalError(provider="custom-process", error_msg="vault: no\\n")),
        "Try it:  aws sts get-caller-identity --profile work",
    ),
}


@pytest.mark.parametrize("process", PROCESSES)
def test_a_process_that_fails(process: str) -> None:
    """Our own script, which gets a key from the keyring, is repeated as it spoke."""
    stderr, what, remedy = PROCESSES[process]

    def fail() -> None:
        raise CredentialRetrievalError(provider="custom-process", error_msg=stderr)

    sessions = BotocoreSessions()
    sessions._sessions["work"] = SimpleNamespace(get_credentials=fail)
    with pytest.raises(ConfigurationError) as caught:
        sessions.keys_of("work")
    assert (caught.value.what, caught.value.remedy) == (what, remedy)
