"""Tells what is a token code, and when the next one appears (RFC 6238, RFC 4226)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

STEP_SECONDS = 30
"""The time step of AWS's devices (RFC 6238, section 5.2)."""

ENVIRONMENT_CODE = "AWS_MFA_TOKEN_CODE"
"""The variable that may hold a token code: ours, since the CLI has none."""

_CODE = re.compile(r"[0-9]{6}")
_FILLING = re.compile(r"[\s-]")


def token_code(typed: str) -> str | None:
    """Return the six ASCII digits in ``typed``, blanks and hyphens aside, or None."""
    code = _FILLING.sub("", typed)
    return code if _CODE.fullmatch(code) else None


def seconds_to_next_code(now: datetime) -> int:
    """Return the whole seconds (1 to 30) until a device shows its next code."""
    return STEP_SECONDS - int(now.timestamp()) % STEP_SECONDS
