"""``awscli-mfa prompt``: the profile and the time left of its session, for a shell's prompt.

A shell runs it at each prompt, so it must end before a person notices: nothing but ``os`` and
``time`` is imported, and the files are scanned, not parsed. It calls nobody and writes nothing.
"""

from __future__ import annotations

import os
import sys
import time

from awscli_mfa_plugin.console.main import WRONG_USAGE
from awscli_mfa_plugin.files import paths
from awscli_mfa_plugin.session import LONG_LIVED, asks_for_session, named_profile

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Mapping

USAGE = """\
usage: awscli-mfa prompt [--profile NAME] [--format TEXT]

Prints the profile and the time left, such as 'mfa 11h58m', or nothing if there is no session.
In TEXT, {profile} and {left} stand for them. Default: '{profile} {left}'.
"""

FORMAT = "{profile} {left}"

_MOST_SOURCES = 5
"""Roles that are followed to the profile with the session; more are a mistake."""

_DAYS_TO_1970 = 719_469

_PUNCTUATION = frozenset(" -_.@+/=,")
"""What a name may show beside letters and digits: no shell or tmux takes these for a command."""


def print_prompt(arguments: list[str]) -> int:
    """Print the segment, or nothing; return the exit code."""
    options = _options(arguments)
    if options is None:
        sys.stderr.write(USAGE)
        return WRONG_USAGE
    if "help" in options:
        sys.stdout.write(USAGE)
        return 0
    try:
        text = segment(options.get("profile", ""), os.environ, time.time())
        if text:
            profile, left = text
            filled = options.get("format", FORMAT).replace("{left}", left)
            sys.stdout.write(filled.replace("{profile}", profile) + "\n")
            sys.stdout.flush()
    except (OSError, ValueError, KeyError):
        pass  # a prompt is no place for errors: the next command reports them
    return 0


def _options(arguments: list[str]) -> dict[str, str] | None:
    """Return the values by option, or None for wrong usage."""
    values, words = {}, iter(arguments)
    for word in words:
        name, divider, value = word.partition("=")
        if word in {"--help", "-h", "help"}:
            values["help"] = ""
        elif name not in {"--profile", "--format"}:
            return None
        else:
            given = value if divider else next(words, None)
            if given is None:
                return None
            values[name[2:]] = given
    return values


def segment(profile: str, environment: Mapping[str, str], now: float) -> tuple[str, str] | None:
    """Return the profile and the time left, both safe in a prompt, or None without a session.

    Without ``profile`` it is the session in the environment, as ``exec`` and ``export`` put it
    there, else the profile that the CLI uses, else ``mfa``. ``now`` is in seconds since 1970.
    Raises OSError, ValueError, KeyError.
    """
    name = profile or _first(environment, ("AWSUME_PROFILE", "AWS_MFA_PROFILE"))
    expiration = "" if profile else environment.get("AWS_CREDENTIAL_EXPIRATION", "")
    if not (name and expiration and environment.get("AWS_SESSION_TOKEN")):
        usual = _first(environment, ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"))
        name = profile or named_profile(usual, environment) or "mfa"
        expiration = _expiration(name, environment)
    if not expiration:
        return None
    return _safe(name), _left(int(seconds_of(expiration) - now))


def seconds_of(text: str) -> int:
    """Return an RFC 3339 time in seconds since 1970; raise ValueError for anything else.

    ``datetime`` would take a tenth of the whole run. Days are counted from a year's March, so
    that a leap day is its year's last.
    """
    year, month, day = map(int, text[:10].split("-"))
    hour, minute, second = map(int, text[11:19].split(":"))
    year, month = (year, month - 3) if month > 2 else (year - 1, month + 9)  # noqa: PLR2004
    days = 365 * year + year // 4 - year // 100 + year // 400 + (153 * month + 2) // 5 + day
    seconds = (days - _DAYS_TO_1970) * 86400 + hour * 3600 + minute * 60 + second
    zone = text[19:].lstrip(".0123456789")
    if zone in {"Z", "z"}:
        return seconds
    hours, minutes = map(int, zone[1:].split(":"))
    return seconds - (hours * 3600 + minutes * 60) * {"+": 1, "-": -1}[zone[:1]]


def _first(environment: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next(filter(None, map(environment.get, names)), "")


def _expiration(profile: str, environment: Mapping[str, str]) -> str:
    """Return when the session of a profile expires, as it is written, or "".

    A role's own credentials are renewed without a code: its source has the session.
    """
    for _ in range(_MOST_SOURCES):
        credentials = _section(paths.credentials_path(environment), profile)
        key_id = credentials.get("aws_access_key_id", "")
        if credentials.get("aws_session_token") and not key_id.startswith(LONG_LIVED):
            return credentials.get("expiration", "")
        section = profile if profile == "default" else f"profile {profile}"
        config = _section(paths.config_path(environment), section)
        if config.get("role_arn"):
            profile = config.get("source_profile", "")
            continue
        key_id = key_id or config.get("aws_access_key_id", "")
        return _cached(profile, key_id, environment) if asks_for_session(config) and key_id else ""
    return ""


def _cached(profile: str, key_id: str, environment: Mapping[str, str]) -> str:
    """Return the expiration of a session beside long-lived keys, or ""."""
    name = paths.session_cache_name(paths.credentials_path(environment), profile)
    values = {}
    with open(os.path.join(paths.cache_folder(), name), encoding="utf-8") as file:
        for line in file:  # of JSON with a value in each line
            key, _, value = line.strip().rstrip(",").partition(": ")
            values[key.strip('"')] = value.strip('"')
    return values["Expiration"] if values["SourceAccessKeyId"] == key_id else ""


def _section(path: str, name: str) -> dict[str, str]:
    """Return the options of a section; nested settings and continued lines are ignored."""
    found: dict[str, str] = {}
    is_here = False
    try:
        with open(path, encoding="utf-8") as file:
            for line in file:
                if line.startswith("["):
                    header = line[1 : line.rfind("]")]
                    is_here = " ".join(header.replace('"', " ").replace("'", " ").split()) == name
                elif is_here and not line[0].isspace() and line[0] not in "#;":
                    option, _, value = line.partition("=")
                    found[option.strip().lower()] = value.strip()
    except FileNotFoundError:
        pass
    return found


def _safe(name: str) -> str:
    """Return a name in which nothing is a command to a shell's prompt or a terminal."""
    return "".join(
        character if character.isalnum() or character in _PUNCTUATION else "?"
        for character in name[:40]
    )


def _left(seconds: int) -> str:
    if seconds <= 0:
        return "expired"
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    if hours:
        return f"{hours}h{minutes:02}m"
    return f"{minutes}m" if minutes else f"{seconds}s"
