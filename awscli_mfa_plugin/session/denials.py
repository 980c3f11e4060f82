"""AWS's refusal of a session that may be too old for a policy."""

from __future__ import annotations

import shlex
from datetime import timedelta
from typing import TYPE_CHECKING

from awscli_mfa_plugin.session.expiry import SHORTEST
from awscli_mfa_plugin.text import length_of_time, sanitize

if TYPE_CHECKING:
    from datetime import datetime

    from awscli_mfa_plugin.session.records import Session

_EXPLICIT = "explicit deny"
"""What AWS's message says of a deny, of whatever kind of policy (IAM user guide, "Troubleshoot
access denied error messages"); a limit on aws:MultiFactorAuthAge is one, a missing allow isn't."""

_YOUNGEST = timedelta(seconds=SHORTEST)
"""No session is shorter, and ``aws mfa policy`` limits none to less."""


def advice_on_denial(message: str, session: Session, profile: str, now: datetime) -> str:
    """Return the line that tells how to get a newer session, or "" if its age isn't a reason.

    AWS doesn't say which condition denied the call.
    """
    if session.issued is None or now - session.issued < _YOUNGEST or _EXPLICIT not in message:
        return ""
    age = length_of_time((now - session.issued).total_seconds())
    return (
        f"The MFA session of profile {sanitize(profile)} is {age} old. If a policy limits its "
        f"age, renew it:  aws mfa login --profile {shlex.quote(sanitize(profile))} --force"
    )
