"""Logs out: takes our session out of a profile, and leaves everything else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.session.records import OUR_NAME, SESSION_OPTION, SOURCE_OPTION, Profile
from awscli_mfa_plugin.session.sections import other_session, session_lines
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from awscli_mfa_plugin.session.ports import Ports


@dataclass(frozen=True)
class LogoutResult:
    """What was taken out of a profile; ``expiration`` is until when AWS honours the session.

    ``kept_key`` says that a key which we didn't write had taken the session's place.
    """

    profile: str
    had_session: bool
    expiration: datetime | None = None
    had_mark: bool = False
    kept_key: bool = False


def logout(names: Iterable[str], ports: Ports, *, forget: bool = False) -> tuple[LogoutResult, ...]:
    """Remove the session of each profile, and with ``forget`` the mark that makes it managed.

    Raises ConfigurationError for a profile that doesn't exist or whose session is another
    tool's, before anything is changed.
    """
    profiles = [_checked(ports.files.profile(name)) for name in names]
    return tuple(_logged_out(profile, ports, forget=forget) for profile in profiles)


def managed_names(ports: Ports) -> tuple[str, ...]:
    """Return the names of the profiles that are managed or hold a session of ours."""
    profiles = (ports.files.profile(name) for name in ports.files.profile_names())
    return tuple(
        profile.name
        for profile in profiles
        if profile.is_ours or (profile.is_managed and not other_session(profile))
    )


def _checked(profile: Profile) -> Profile:
    if not profile.exists:
        raise ConfigurationError(
            f"Profile {sanitize(profile.name)} doesn't exist.",
            "List the profiles with sessions:  aws mfa status",
        )
    other = other_session(profile)
    if other:
        raise ConfigurationError(
            f"The session in profile {sanitize(profile.name)} was written by {other.tool}; "
            "it stays as it is.",
            "Remove it with that tool."
            if profile.get("manager") != OUR_NAME
            else "These keys aren't from aws mfa login. Remove them from the credentials file by "
            "hand, or only the lines expiration, issued, issued_key and manager beside them.",
        )
    return profile


def _logged_out(profile: Profile, ports: Ports, *, forget: bool) -> LogoutResult:
    session = ports.files.session_of(profile)
    had_session = ports.files.remove_session(profile.name)
    had_mark = forget and ports.files.remove_settings(profile.name, (SOURCE_OPTION, SESSION_OPTION))
    return LogoutResult(
        profile=profile.name,
        had_session=had_session,
        expiration=session.expiration if session and had_session else None,
        had_mark=had_mark,
        kept_key=had_session and profile.has_own_keys and bool(session_lines(profile.credentials)),
    )
