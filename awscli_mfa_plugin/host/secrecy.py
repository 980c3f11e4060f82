"""Keeps secrets out of the CLI's debug log and of its history."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from awscli_mfa_plugin.system.redaction import redact_logs

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["history_paused", "redact_logs", "stop_history"]


@contextlib.contextmanager
def history_paused() -> Iterator[None]:
    """Record nothing inside: the calls of a renewal have an MFA code and new keys.

    Turning it on again changes nothing if it was off: without a handler it records nothing.
    """
    from botocore.history import get_global_history_recorder

    recorder = get_global_history_recorder()
    recorder.disable()
    try:
        yield
    finally:
        recorder.enable()


def stop_history() -> None:
    """Record nothing more of this process in ``~/.aws/cli/history/history.db``."""
    from botocore.history import get_global_history_recorder

    get_global_history_recorder().disable()
