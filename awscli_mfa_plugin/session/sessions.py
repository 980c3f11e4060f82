"""Reads and writes the options of a session in a credentials section."""

from __future__ import annotations

from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.session.expiry import parsed_time, rfc3339
from awscli_mfa_plugin.session.other_tools import other_session
from awscli_mfa_plugin.session.records import (
    OUR_NAME,
    Profile,
    Session,
    is_long_lived,
    is_written_key,
    key_digest,
)
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

SESSION_OPTIONS = (
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
    "expiration",
    "issued",
    "issued_key",
    "manager",
)
"""What we write into a credentials section, and take out of it again."""

STALE_OPTIONS = ("aws_security_token",)
"""An older name of the token, which would contradict the new one."""


KEEP_SECTION = "keep_section"
"""Written where a login found its section empty: the logout leaves it so."""


def session_options(session: Session) -> dict[str, str]:
    """Return the options of a session, times as RFC 3339 with offset.

    ``issued`` is ours beside ``expiration``: without it nobody could tell a quarter of the
    lifetime that was granted. ``issued_key`` tells later whether the access key is still the one
    that was written here.
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
        digest = key_digest(session.access_key_id, session.secret_access_key)
        options["issued_key"] = f"{options['issued']} {digest}"
    return options


def session_of(profile: Profile) -> Session | None:
    """Return the session that this plugin wrote into a profile, or None."""
    if not profile.is_ours:
        return None
    expiration = parsed_time(profile.get("expiration"))
    if expiration is None or not profile.get("aws_secret_access_key"):
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


def session_lines(section: Mapping[str, str]) -> tuple[str, ...]:
    """Return the options of a credentials section that a login wrote and a logout may remove.

    Where other keys took the place of ours, the rest of the session goes; a key that we didn't
    write never does. Beside temporary keys of others nothing goes: the token may be theirs.
    """
    has_key = section.get("aws_access_key_id") or section.get("aws_secret_access_key")
    is_marked = section.get("manager") == OUR_NAME
    if is_written_key(section) or (is_marked and not has_key):
        return tuple(name for name in SESSION_OPTIONS if name in section)
    if is_marked and is_long_lived(section):
        return tuple(name for name in SESSION_OPTIONS if name in section and name not in _KEY)
    return ()


_KEY = ("aws_access_key_id", "aws_secret_access_key")


def check_key_is_ours(name: str, section: Mapping[str, str], now: datetime | None) -> None:
    """Raise ConfigurationError if writing a session would replace a key that isn't ours.

    To be asked of what the credentials file holds at the write. Another tool's session may be
    replaced once it has expired.
    """
    if is_written_key(section) or not any(section.get(option) for option in _KEY):
        return
    other = other_session(Profile(name, credentials=section))
    if other and now and not lives(other.expiration, now):
        return
    raise ConfigurationError(
        f"Profile {sanitize(name)} got access keys meanwhile that aws mfa didn't write; they stay.",
        "The session was thrown away. Log in again with the next code.",
    )


def options_without_session(section: Mapping[str, str]) -> dict[str, str]:
    """Return the options of a section that aren't part of our session."""
    gone = session_lines(section)
    return {name: value for name, value in section.items() if name not in gone}
