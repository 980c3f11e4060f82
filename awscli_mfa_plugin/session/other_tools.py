"""Recognises the sessions that other tools keep in the shared files, and when they end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone

from awscli_mfa_plugin.session.expiry import parsed_time
from awscli_mfa_plugin.session.records import OUR_NAME, Profile
from awscli_mfa_plugin.text import sanitize


@dataclass(frozen=True)
class OtherSession:
    """A session of another tool; ``expiration`` is aware UTC, None where it isn't written."""

    tool: str
    expiration: datetime | None


_EXPIRY_OPTIONS = (
    ("awsmfa_expiration", "awsmfa"),
    ("aws_session_expiry", "awscli-mfa.sh"),
    ("aws_session_expiration", "awscli-bastion"),
    ("aws_credential_expiration", "aws-vault"),
    ("x_security_token_expires", "saml2aws"),
)
"""The peers' own names for an expiration, and which tool writes each."""


def other_session(profile: Profile) -> OtherSession | None:
    """Return the session that another tool wrote into a profile, or None."""
    if not profile.has_session_token or profile.is_ours:
        return None
    if profile.get("manager"):
        return _of_manager(profile)
    for option, tool in _EXPIRY_OPTIONS:
        if profile.get(option):
            return OtherSession(tool, parsed_time(profile.get(option)))
    if profile.get("expiration"):
        is_aws_mfa = profile.get("aws_security_token") or profile.get("assumed_role")
        return OtherSession(
            "aws-mfa" if is_aws_mfa else "another tool", parsed_time(profile.get("expiration"))
        )
    if profile.name.startswith("session-"):
        return OtherSession("aws configure mfa-login", None)
    return OtherSession("another tool", None)


def _of_manager(profile: Profile) -> OtherSession | None:
    """Read awsume's expiration as the naive local time that it is, others' as UTC.

    Lines of ours beside a key that we didn't write say nothing of that key.
    """
    manager = profile.get("manager")
    if manager == OUR_NAME:
        return OtherSession("another tool", None) if profile.key_section else None
    zone = None if manager == "awsume" else timezone.utc
    return OtherSession(sanitize(manager, 40), parsed_time(profile.get("expiration"), zone))
