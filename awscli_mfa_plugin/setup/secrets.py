"""Finds in a setup manifest what looks like a secret: such a file lies in a repository."""

from __future__ import annotations

import re

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.text import shown

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

Access key IDs: IAM user guide, «Understanding unique ID prefixes»; their length is 16 to 128
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
    """Return what kind of secret a line seems to hold and where (from 0), or None."""
    patterns = _IN_COMMAND if is_command else _TELLING
    # Names in an ARN may be as long as a secret; what remains keeps its place.
    searched = _ARN.sub(lambda match: " " * len(match[0]), text)
    found = ((kind, pattern.search(searched)) for kind, pattern in patterns)
    places = [(kind, match.start()) for kind, match in found if match]
    return min(places, key=lambda place: place[1]) if places else None


def check_no_secrets(text: str, file: str) -> None:
    """Raise ConfigurationError, with line and column, if a file seems to hold a secret.

    Comments count: what stands in a repository is read by many. The secret isn't repeated.
    """
    for number, line in enumerate(text.split("\n"), 1):
        found = secret_in(line)
        if found:
            raise secret_found(file, number, found[1] + 1, found[0])


def secret_found(file: str, line: int, column: int, kind: str) -> ConfigurationError:
    """Return the error for a secret at a place (counted from 1)."""
    return ConfigurationError(
        f"{shown(file)}, line {line}, column {column}: that looks like {kind}; a manifest holds "
        "no secrets.",
        "Nothing was changed. Take it out, and make it useless if others could read it.",
    )
