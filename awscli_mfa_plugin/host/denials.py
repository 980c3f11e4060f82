"""Explains a denied call after the CLI's own error: the MFA session may be too old for a policy."""

from __future__ import annotations

import atexit
import sys
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from awscli_mfa_plugin.session.expiry import advice_on_denial

if TYPE_CHECKING:
    from collections.abc import Mapping

    from awscli_mfa_plugin.session.records import Session

_said: list[str] = []
"""The line, once it is known: a command may be denied a thousand times."""


def explain_at_exit(error: Mapping[str, str], session: Session, profile: str) -> None:
    """Have one line written to stderr when the process ends, if the session's age may be why.

    The CLI writes its error after every event that a plugin hears of.
    """
    message = str(error.get("Message", ""))
    advice = advice_on_denial(message, session, profile, datetime.now(timezone.utc))
    if advice and not _said:
        _said.append(advice)
        atexit.register(_say, advice)


def _say(advice: str) -> None:
    try:
        sys.stderr.write(f"{advice}\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        # Nobody reads it. Python would try again, and end with 120 in place of the CLI's code.
        sys.stderr = None
