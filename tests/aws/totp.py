"""Codes of MFA devices: RFC 6238 over RFC 4226, each code once, never an older one after."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from tests.aws.state import Device, State

STEP_SECONDS = 30  # RFC 6238, section 5.2
DRIFT_STEPS = 1
DIGITS = 6


def step_at(moment: datetime) -> int:
    """Return the time step T of RFC 6238, section 4.2 (T0 = 0)."""
    return int(moment.timestamp()) // STEP_SECONDS


def code_of_step(secret: str, step: int, digits: int = DIGITS) -> str:
    """Return the code (RFC 4226, section 5.3) of a base32 secret."""
    padded = secret.upper() + "=" * (-len(secret) % 8)
    digest = hmac.new(base64.b32decode(padded), struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    (number,) = struct.unpack(">I", digest[offset : offset + 4])
    return str((number & 0x7FFFFFFF) % 10**digits).zfill(digits)


def open_steps(state: State, device: Device, now: datetime) -> list[int]:
    """Return the steps whose codes would be taken now, oldest first."""
    last = state.last_steps.get(device.serial, -1)
    current = step_at(now) + device.drift_steps
    drift = range(current - DRIFT_STEPS, current + DRIFT_STEPS + 1)
    return [step for step in drift if step > last]


def use(state: State, device: Device, code: str, now: datetime) -> bool:
    """Take the code if it is right, not used, and not older than one that was used."""
    with state.lock:
        for step in open_steps(state, device, now):
            if hmac.compare_digest(code_of_step(device.secret, step), code):
                state.last_steps[device.serial] = step
                return True
        return False
