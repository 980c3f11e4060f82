"""Reads and writes the options of a session in a credentials section."""

from __future__ import annotations

from typing import TYPE_CHECKING

from awscli_mfa_plugin.core.expiry import parsed_time, rfc3339
from awscli_mfa_plugin.core.records import OUR_NAME, Profile, Session

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

SESSION_OPTIONS = (
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
    "expiration",
    "issued",
    "manager",
)
"""What we write into a credentials section, and take out of it again."""

STALE_OPTIONS = ("aws_security_token",)
"""An older name of the token, which would contradict the new one."""


def session_options(session: Session) -> dict[str, str]:
    """Return the options of a session, times as RFC 3339 with offset.

    ``issued`` is ours beside ``expiration``: without it nobody could tell a quarter of the
    lifetime that was granted.
    """
    options = {
        "aws_access_key_id": session.access_key_id,
        "aws_secret_access_key": session.secret_access_key,
        "aws_session_token": session.session_token,
        "expiration": rfc3339(session.expiration),
        "manager": OUR_NAME,
    }
    if session.issued is not None:
        options["issued"] = rfc3339(session.issued)
    return options


def session_of(profile: Profile) -> Session | None:
    """Return the session that this plugin wrote into a profile, or None."""
    if not profile.is_ours:
        return None
    expiration = parsed_time(profile.get("expiration"))
    if expiration is None:
        return None
    return Session(
        access_key_id=profile.get("aws_access_key_id"),
        secret_access_key=profile.get("aws_secret_access_key"),
        session_token=profile.get("aws_session_token"),
        expiration=expiration,
        issued=parsed_time(profile.get("issued")),
    )


def lives(expiration: datetime | None, now: datetime) -> bool:
    """Tell whether a session may still be good; one without a known end may."""
    return expiration is None or expiration > now


def options_without_session(section: Mapping[str, str]) -> dict[str, str]:
    """Return the options of a section that aren't part of our session."""
    return {name: value for name, value in section.items() if name not in SESSION_OPTIONS}
