"""Sections of the shared AWS files: which one is a profile's, and the session in it."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.session import OUR_NAME
from awscli_mfa_plugin.session.expiry import parsed_time, rfc3339
from awscli_mfa_plugin.session.records import (
    Profile,
    Session,
    is_long_lived,
    is_written_key,
    key_digest,
)
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DEFAULT_SECTION = "DEFAULT"
"""The section whose options ``configparser`` gives to every other one; it may appear twice."""

_DEFAULT = "default"
_PLAIN_SECTION = re.compile(r"profile[ \t]+([\w.@+-]+)", re.ASCII)
_UNFIT_FOR_A_NAME = re.compile("[\\]\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def config_section(profile_name: str, existing_sections: Iterable[str]) -> str:
    """Return the config file's section of the profile: the one it has, else its usual header.

    A profile that two sections spell (``[profile a]`` and ``[profile "a"]``, ``[default]`` and
    ``[profile default]``) is the later one in the file: botocore
    (``configloader.build_profile_map``) lets that one replace the other, unmerged.
    """
    found = [name for name in existing_sections if config_profile(name) == profile_name]
    if found:
        return found[-1]
    return profile_name if profile_name == _DEFAULT else f"profile {_word(profile_name)}"


def config_profile(section: str) -> str | None:
    """Return the profile that a section of the config file is for, None if it is for none."""
    if section == _DEFAULT:
        return section
    # As botocore does it: a blank after `profile` isn't required, and quoting counts.
    if not section.startswith("profile"):
        return None
    plain = _PLAIN_SECTION.fullmatch(section)  # shlex is slow where there are many profiles
    if plain:
        return plain[1]
    try:
        words = shlex.split(section)
    except ValueError:
        return None
    return words[1] if len(words) == 2 else None  # noqa: PLR2004 - the word profile and its name


def credentials_section(profile_name: str) -> str:
    """Return the credentials file's section of the profile: its bare name, never quoted."""
    return profile_name


def check_profile_name(name: str) -> None:
    """Raise ConfigurationError for a name that can't be a section of both shared files."""
    reasons = {
        "it is empty": not name,
        "it starts or ends with a blank": name != name.strip(),
        f"[{DEFAULT_SECTION}] gives its settings to every other profile": name == DEFAULT_SECTION,
        "it contains ']', a newline or a control character": _UNFIT_FOR_A_NAME.search(name),
    }
    why = next((reason for reason, is_so in reasons.items() if is_so), "")
    if why:
        message = f"That can't be a profile name: {why}."
        raise ConfigurationError(message, "Nothing was changed. Choose another profile name.")


def _word(profile_name: str) -> str:
    """Return the name as one word of a header, quoted (as `aws configure` does) if it has to be."""
    try:
        plain = shlex.split(profile_name) == [profile_name]
    except ValueError:
        plain = False
    return profile_name if plain else shlex.quote(profile_name)


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
"""Written where a login found its section empty: the logout keeps the empty section."""


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


def may_be_valid(expiration: datetime | None, now: datetime) -> bool:
    """Return whether a session may be valid; one without a known expiration may."""
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

    Called with the credentials file's content at the write. Another tool's session may be
    replaced once it has expired.
    """
    if is_written_key(section) or not any(section.get(option) for option in _KEY):
        return
    other = other_session(Profile(name, credentials=section))
    if other and now and not may_be_valid(other.expiration, now):
        return
    raise ConfigurationError(
        f"Profile {sanitize(name)} got access keys during the login that aws mfa didn't write; "
        "they were kept.",
        "The new session was discarded. Log in again with the next code.",
    )


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
    manager = profile.get("manager")
    if manager == OUR_NAME:  # our lines don't describe a key that we didn't write
        return OtherSession("another tool", None) if profile.key_section else None
    if manager:
        zone = None if manager == "awsume" else timezone.utc  # awsume writes naive local time
        return OtherSession(sanitize(manager, 40), parsed_time(profile.get("expiration"), zone))
    is_aws_mfa = profile.get("aws_security_token") or profile.get("assumed_role")
    usual = ("expiration", "aws-mfa" if is_aws_mfa else "another tool")
    for option, tool in (*_EXPIRY_OPTIONS, usual):
        if profile.get(option):
            return OtherSession(tool, parsed_time(profile.get(option)))
    is_mfa_login = profile.name.startswith("session-")
    return OtherSession("aws configure mfa-login" if is_mfa_login else "another tool", None)
