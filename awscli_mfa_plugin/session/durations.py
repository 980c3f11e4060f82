"""Says how long a session is asked for: within the bounds of GetSessionToken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError, UsageError
from awscli_mfa_plugin.text import shown

if TYPE_CHECKING:
    from awscli_mfa_plugin.session.records import Profile

SHORTEST, LONGEST, DEFAULT = 900, 129_600, 43_200
"""Seconds: 15 minutes, 36 hours, 12 hours (STS API reference, GetSessionToken)."""

_TOO_LONG = 10
"""Digits that no length of time needs; Python refuses to read thousands of them."""


def resolve_duration(option: int | None, session_profile: Profile) -> int:
    """Return the seconds to ask for: the option's, the profile's, or twelve hours.

    Raises UsageError or ConfigurationError if they aren't between 900 and 129600.
    """
    if option is not None:
        if not SHORTEST <= option <= LONGEST:
            raise UsageError(f"--duration-seconds {option} {_BOUNDS}")
        return option
    setting = session_profile.config.get("duration_seconds")
    if not setting:
        return DEFAULT
    is_number = setting.isascii() and setting.isdigit()
    if not (is_number and len(setting) < _TOO_LONG and SHORTEST <= int(setting) <= LONGEST):
        raise ConfigurationError(
            f"duration_seconds = {shown(setting, 40)} in profile {shown(session_profile.name)} "
            + (_BOUNDS if is_number else "is no whole number of seconds."),
            "Correct it in the config file, or override it by --duration-seconds.",
        )
    return int(setting)


_BOUNDS = f"is out of range: a session lasts {SHORTEST} to {LONGEST} seconds (15 min to 36 h)."
