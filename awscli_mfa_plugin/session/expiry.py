"""Tells when a session is due: its expiration, and the window before it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

DEFAULT_LIFETIME = timedelta(hours=12)
"""What GetSessionToken grants an IAM user who asks for nothing else (STS API reference)."""

LONGEST_WINDOW = timedelta(minutes=15)
"""botocore's own advisory window: nobody expects a session to be renewed earlier."""


YEARS = range(1971, 3001)
"""What the C libraries of all systems can turn into local time."""


def expiry_window(lifetime: timedelta) -> timedelta:
    """Return how long before its expiration a session is due: 15 minutes, or a quarter of it."""
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
    """Spell «Z» and four-digit offsets as Python 3.10's ``fromisoformat`` wants them."""
    if text[-1:] in {"Z", "z"}:
        return text[:-1] + "+00:00"
    if text[-5:-4] in {"+", "-"} and text[-4:].isdigit() and ":" in text[:-5]:
        return f"{text[:-2]}:{text[-2:]}"
    return text
