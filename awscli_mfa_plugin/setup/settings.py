"""Which settings a setup manifest may have, and what looks like a secret in it."""

from __future__ import annotations

import re
import shlex
import unicodedata
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.session.devices import checked_serial
from awscli_mfa_plugin.session.expiry import LONGEST, LONGEST_ROLE, SHORTEST
from awscli_mfa_plugin.session.records import SESSION_OPTION, SOURCE_OPTION
from awscli_mfa_plugin.session.sections import check_profile_name
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SESSION_PROFILE, MARKED_PROFILE, ROLE = "session profile", "marked profile", "role"
"""The kinds of a profile: with a source profile, with ``mfa_session = on`` alone, with a role."""

COMMAND, KEYS_COMMAND = "mfa_process", "credential_process"
"""What prints MFA codes, and what prints keys."""

SESSION_SETTINGS = (
    SOURCE_OPTION,
    SESSION_OPTION,
    "mfa_serial",
    "duration_seconds",
    "region",
    COMMAND,
    "mfa_prompt",
)
ROLE_SETTINGS = (
    "role_arn",
    "source_profile",
    SESSION_OPTION,
    "mfa_serial",
    "duration_seconds",
    "region",
    "external_id",
    "role_session_name",
)
_LONGEST_COMMAND = 1000
_MOST_DIGITS = 9


def settings_of(kind: str) -> tuple[str, ...]:
    """Return the settings that a profile of this kind may have."""
    return ROLE_SETTINGS if kind == ROLE else SESSION_SETTINGS


def kind_of(settings: Mapping[str, object]) -> str:
    """Return the kind of profile that the settings make, or "" if they make none."""
    if "role_arn" in settings:
        return ROLE
    if SOURCE_OPTION in settings:
        return SESSION_PROFILE
    return MARKED_PROFILE if SESSION_OPTION in settings else ""


def unfit(kind: str, setting: str, value: str) -> str:
    """Return why a profile of this kind can't have the value, or ""."""
    if not value:
        return f"{setting} has no value"
    if any(unicodedata.category(character)[0] == "C" for character in value):
        return f"{setting} contains a control character or an invisible one"
    if setting == "duration_seconds":
        return _unfit_duration(value, LONGEST_ROLE if kind == ROLE else LONGEST)
    if setting == SESSION_OPTION:
        wanted = "off" if kind == ROLE else "on"
        return "" if value == wanted else f"{SESSION_OPTION} of a {kind} must be '{wanted}'"
    return _CHECKS[setting](value)


def _unfit_duration(value: str, longest: int) -> str:
    is_number = value.isascii() and value.isdigit() and len(value) <= _MOST_DIGITS
    if is_number and SHORTEST <= int(value) <= longest:
        return ""
    return f"duration_seconds must be a whole number from {SHORTEST} to {longest}"


def _fits(pattern: str, what: str) -> Callable[[str], str]:
    compiled = re.compile(pattern, re.ASCII)
    return lambda value: "" if compiled.fullmatch(value) else what


def _told_by(check: Callable[[str], object]) -> Callable[[str], str]:
    """Return a check that says in words what ``check`` raises."""

    def why(value: str) -> str:
        try:
            check(value)
        except ConfigurationError as error:
            return error.clause
        return ""

    return why


def _unfit_command(value: str) -> str:
    if len(value) > _LONGEST_COMMAND:
        return f"{COMMAND} is longer than {_LONGEST_COMMAND} characters"
    try:
        is_command = value == value.strip() and shlex.split(value)
    except ValueError:
        is_command = False
    return "" if is_command else f"{COMMAND} is no command: its quotes or blanks don't fit"


_CHECKS: Mapping[str, Callable[[str], str]] = {
    SOURCE_OPTION: _told_by(check_profile_name),
    "source_profile": _told_by(check_profile_name),
    "mfa_serial": _told_by(checked_serial),
    COMMAND: _unfit_command,
    "mfa_prompt": _fits("hidden|never", "mfa_prompt must be 'hidden' or 'never'"),
    "region": _fits(
        r"[a-z]{2,8}(-[a-z]{2,12}){1,3}-\d{1,2}", "region must be a name such as eu-west-1"
    ),
    "role_arn": _fits(
        r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]{1,576}",
        "role_arn must look like arn:aws:iam::123456789012:role/NAME",
    ),
    "external_id": _fits(
        r"[\w+=,.@:/-]{2,1224}", "external_id has 2 to 1224 letters, digits and _+=,.@:/-"
    ),
    "role_session_name": _fits(
        r"[\w+=,.@-]{2,64}", "role_session_name has 2 to 64 letters, digits and _+=,.@-"
    ),
}

_ARN = re.compile(r"arn:aws[a-z-]*:[\w+=/:,.@*-]+", re.ASCII)

_TELLING = (
    ("an access key ID", re.compile(r"(?<![A-Za-z0-9])A[KS]IA[A-Z0-9]{12,124}(?![A-Za-z0-9])")),
    (
        "an otpauth:// link with a TOTP seed",
        re.compile(r"otpauth(?:-migration)?://", re.IGNORECASE),
    ),
    (
        "a secret access key",
        re.compile(
            r"(?<![A-Za-z0-9/+=])(?=[^\s]{0,39}[a-z])(?=[^\s]{0,39}[A-Z])(?=[^\s]{0,39}\d)"
            r"[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])"
        ),
    ),
    ("a TOTP seed", re.compile(r"(?<![A-Za-z0-9_])[A-Z2-7]{16,}={0,6}(?![A-Za-z0-9_])")),
    (
        "a TOTP seed",
        re.compile(r"(?<![A-Za-z0-9_])(?=(?:[a-z]*[2-7]){2})[a-z2-7]{16,}={0,6}(?![A-Za-z0-9_])"),
    ),
    (
        "a TOTP seed",
        re.compile(
            r"(?<![A-Za-z0-9_])"
            r"(?=(?:[A-Za-z]{4}[ -])*(?=[A-Za-z2-7]{4}(?![A-Za-z0-9_]))[A-Za-z]{0,3}[2-7])"
            r"(?:[A-Za-z2-7]{4}[ -]){3,15}[A-Za-z2-7]{4}(?![A-Za-z0-9_])"
        ),
    ),
)
"""What a secret looks like, and what it is called.

Access key IDs: IAM user guide, "Understanding unique ID prefixes"; their length is 16 to 128
(IAM API reference, AccessKey). Seeds: base32 as authenticator apps show them.
"""

_IN_COMMAND = (
    ("a TOTP seed", re.compile(r"(?<![A-Za-z0-9_])[0-9A-Fa-f]{32,}(?![A-Za-z0-9_])")),
    *_TELLING,
)
"""The same in a command, where a long hexadecimal number is a seed; an external ID may be one."""

SECRET_KEYS = frozenset(
    {
        "aws_access_key_id",
        "aws_secret_access_key",
        "aws_session_token",
        "aws_security_token",
        "mfa_token",
        "mfa_secret",
        "password",
        "secret",
        "token",
    }
)
"""Keys whose values are secrets, whatever they look like."""


def secret_in(text: str, *, is_command: bool = False) -> tuple[str, int] | None:
    """Return what kind of secret a line seems to have and where (from 0), or None."""
    patterns = _IN_COMMAND if is_command else _TELLING
    # Names in an ARN may be as long as a secret; what remains keeps its place.
    searched = _ARN.sub(lambda match: " " * len(match[0]), text)
    found = ((kind, pattern.search(searched)) for kind, pattern in patterns)
    places = [(kind, match.start()) for kind, match in found if match]
    return min(places, key=lambda place: place[1]) if places else None


def check_no_secrets(text: str, file: str) -> None:
    """Raise ConfigurationError, with line and column, if a file seems to hold a secret.

    In comments too: many users read a repository. The secret isn't repeated.
    """
    for number, line in enumerate(text.split("\n"), 1):
        found = secret_in(line)
        if found:
            raise secret_found(file, number, found[1] + 1, found[0])


def secret_found(file: str, line: int, column: int, kind: str) -> ConfigurationError:
    """Return the error for a secret at a place (counted from 1)."""
    return ConfigurationError(
        f"{sanitize(file)}, line {line}, column {column}: this looks like {kind}. A manifest must "
        "not hold secrets.",
        "Nothing was changed. Remove it, and replace the secret if others could read it.",
    )
