"""Says which profile may get a session: the one rule for where a session lives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.session.other_tools import other_session
from awscli_mfa_plugin.session.records import OUR_NAME, SWITCH, Profile
from awscli_mfa_plugin.session.sessions import lives
from awscli_mfa_plugin.text import shown

if TYPE_CHECKING:
    from datetime import datetime

DEFAULT_SESSION_PROFILE = "mfa"


def check_session_profile(profile: Profile, now: datetime) -> None:
    """Raise ConfigurationError if the profile may not get a session, with the remedy."""
    name = shown(profile.name)
    another = f"Name another session profile: --profile {_another(profile.name)}."
    if profile.is_switched_off:
        raise ConfigurationError(
            f"Profile {name} has {SWITCH} = off.",
            f"Remove that line from its section in the config file. {another}",
        )
    if profile.other_way:
        raise ConfigurationError(
            f"Profile {name} gets its credentials by {profile.other_way}; it stays as it is.",
            another,
        )
    if profile.has_session_token and profile.get("manager") == OUR_NAME and not profile.is_ours:
        _refuse_keys(profile, another)
    other = other_session(profile)
    if other and lives(other.expiration, now):
        raise ConfigurationError(
            f"Profile {name} holds a session of {other.tool}; it stays as it is.", another
        )


def _refuse_keys(profile: Profile, another: str) -> None:
    """Refuse keys of others beside lines of ours; without any key such lines are no obstacle."""
    if not profile.key_section:
        return
    name = shown(profile.name)
    raise ConfigurationError(
        f"Profile {name} has access keys that aws mfa didn't write, next to lines of an old "
        "session. They stay.",
        "If these keys are to stay, remove the lines expiration, issued, issued_key and manager "
        f"from [{name}] in the credentials file (and aws_session_token, if they came without). "
        f"{another}",
    )


def _another(name: str) -> str:
    """Return the name of a session profile that isn't the refused one."""
    return DEFAULT_SESSION_PROFILE if name != DEFAULT_SESSION_PROFILE else f"{name}-session"
