"""Everything that a command needs from the world, in one value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from awscli_mfa_plugin.session.protocols import (
        Clock,
        CredentialChain,
        IdentityAndAccessManagement,
        Locks,
        Notes,
        SecurityTokenService,
        SharedFiles,
        Terminal,
        TokenProcess,
        UsedCodes,
        Wait,
    )


@dataclass(frozen=True)
class Ports:
    """Everything that a command needs from the world.

    ``environment_code`` returns what ``AWS_MFA_TOKEN_CODE`` held once in a process, then "".
    """

    clock: Clock
    notes: Notes
    terminal: Terminal
    wait: Wait
    environment: Mapping[str, str] = field(repr=False)
    files: SharedFiles
    chain: CredentialChain
    sts: SecurityTokenService
    iam: IdentityAndAccessManagement
    token_process: TokenProcess
    used_codes: UsedCodes
    locks: Locks
    read_stdin: Callable[[], str]
    environment_code: Callable[[], str]
