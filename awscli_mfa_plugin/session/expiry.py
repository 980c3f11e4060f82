"""When a session expires, is renewed, or is too old, and how long it and a role on it may last."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from awscli_mfa_plugin.errors import ConfigurationError, UsageError
from awscli_mfa_plugin.text import length_of_time, sanitize

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from awscli_mfa_plugin.session.records import Profile, Session

SHORTEST, LONGEST, DEFAULT = 900, 129_600, 43_200
"""Seconds of a session: 15 minutes, 36 hours, 12 hours (STS API reference, GetSessionToken)."""

LONGEST_ROLE, LONGEST_CHAINED_ROLE = 43_200, 3600
"""Seconds of a role's session (STS API reference, AssumeRole).

One hour is AWS's limit for role chaining: assuming a role with a session's keys.
"""

DEFAULT_LIFETIME = timedelta(seconds=DEFAULT)
LONGEST_WINDOW = timedelta(minutes=15)
"""botocore's own advisory window: nobody expects a session to be renewed earlier."""

YEARS = range(1971, 3001)
"""What the C libraries of all systems can turn into local time."""


def expiry_window(lifetime: timedelta) -> timedelta:
    """Return how long before its end a session counts as expiring: a quarter, at most 15 min."""
    return min(LONGEST_WINDOW, lifetime / 4)


def seconds_left(expiration: datetime, now: datetime) -> int:
    """Return the whole seconds until ``expiration``, never less than 0."""
    return max(0, int((expiration - now).total_seconds()))


def rfc3339(when: datetime) -> str:
    """Return an aware datetime as RFC 3339 in UTC with its offset, to the second."""
    return when.astimezone(timezone.utc).isoformat(timespec="seconds")


def parsed_time(text: str, zone: timezone | None = timezone.utc) -> datetime | None:
    """Return an ISO 8601 or ``%Y-%m-%d %H:%M:%S`` time as aware UTC, or None.

    A time without an offset is in ``zone``; ``zone=None`` means local time, as awsume
    writes it. None too for a year that no session has: some programs write 0001 for "never",
    and nearly no system can show it in its own time zone.
    """
    try:
        when = datetime.fromisoformat(_with_offset(text.strip()))
    except ValueError:
        return None
    if when.tzinfo is None and zone is not None:
        when = when.replace(tzinfo=zone)
    return when.astimezone(timezone.utc) if when.year in YEARS else None


def _with_offset(text: str) -> str:
    """Spell "Z" and four-digit offsets as Python 3.10's ``fromisoformat`` wants them."""
    if text[-1:] in {"Z", "z"}:
        return text[:-1] + "+00:00"
    if text[-5:-4] in {"+", "-"} and text[-4:].isdigit() and ":" in text[:-5]:
        return f"{text[:-2]}:{text[-2:]}"
    return text


_TOO_LONG = 10
"""Digits that no length of time needs; Python refuses to read thousands of them."""


def check_seconds_left(min_remaining: int | None) -> None:
    """Raise UsageError if ``--min-remaining`` is negative."""
    if min_remaining is not None and min_remaining < 0:
        raise UsageError("--min-remaining must be 0 or more seconds.")


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
            f"duration_seconds = {sanitize(setting, 40)} in profile "
            f"{sanitize(session_profile.name)} "
            + (_BOUNDS if is_number else "isn't a whole number of seconds."),
            "Correct it in ~/.aws/config, or override it with --duration-seconds.",
        )
    return int(setting)


_BOUNDS = f"is out of range: a session lasts {SHORTEST} to {LONGEST} seconds (15 min to 36 h)."


def seconds_asked(role: Profile) -> int | None:
    """Return the ``duration_seconds`` of a role as the CLI reads it: what isn't a number is None.

    The CLI then sends none, and AWS gives an hour.
    """
    return _number(role.config.get("duration_seconds", ""))


def capped(setting: str) -> str:
    """Return a ``duration_seconds`` as AWS takes it with a session's keys: an hour at most."""
    return str(LONGEST_CHAINED_ROLE) if (_number(setting) or 0) > LONGEST_CHAINED_ROLE else setting


def _number(setting: str) -> int | None:
    try:
        return int(setting)
    except ValueError:
        return None


def is_session(source: Profile) -> bool:
    """Whether the keys that the CLI takes from a source profile are temporary ones."""
    if "role_arn" in source.config or source.has_session_token:
        return True
    return source.is_managed and not source.has_own_keys


def check_long_lived(role: Profile, source: Profile) -> None:
    """Raise ConfigurationError if the CLI would ask for more than a session's keys can get.

    Checked before the prompt: AWS would reject the call with the code.
    """
    if (seconds_asked(role) or 0) > LONGEST_CHAINED_ROLE and is_session(source):
        raise refused_by_chaining(role, source.name)


def refused_by_chaining(role: Profile, source: str) -> ConfigurationError:
    """Return the error of a role that is assumed with a session's keys for more than an hour."""
    return ConfigurationError(
        f"Role profile {sanitize(role.name)} has duration_seconds = "
        f"{sanitize(role.config.get('duration_seconds', ''), 40)}, but its source_profile "
        f"{sanitize(source)} has session keys. AWS limits that to one hour (role chaining).",
        "Set source_profile to the profile with your long-lived keys, or set "
        f"duration_seconds = {LONGEST_CHAINED_ROLE}, or remove mfa_session = off.",
    )


_EXPLICIT_DENY = "explicit deny"
"""What AWS's message says of a deny, of whatever kind of policy (IAM user guide, "Troubleshoot
access denied error messages"); a limit on aws:MultiFactorAuthAge is one, a missing allow isn't."""


def advice_on_denial(message: str, session: Session, profile: str, now: datetime) -> str:
    """Return the line that tells how to get a newer session, or "" if its age isn't a reason.

    AWS doesn't say which condition denied the call. No session is shorter than ``SHORTEST``, and
    ``aws mfa policy`` limits none to less.
    """
    age = (now - session.issued).total_seconds() if session.issued else 0
    if age < SHORTEST or _EXPLICIT_DENY not in message:
        return ""
    import shlex

    shown = sanitize(profile)
    return (
        f"The MFA session of profile {shown} is {length_of_time(age)} old. If a policy limits its "
        f"age, renew it:  aws mfa login --profile {shlex.quote(shown)} --force"
    )
