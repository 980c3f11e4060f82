"""Reads a living session of a managed profile with the standard library alone.

It repeats a part of the session's rules, since importing these would take longer than the rest of
the answer; a suite holds both against each other. Where it isn't sure it answers nothing.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta, timezone

from awscli_mfa_plugin.files.paths import shared_path
from awscli_mfa_plugin.files.plain_sections import sections_of

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_OURS = "awscli-mfa-plugin"

_OTHER_WAYS = {
    "role_arn",
    "sso_session",
    "sso_start_url",
    "sso_account_id",
    "sso_role_name",
    "sso_region",
    "credential_process",
    "web_identity_token_file",
    "credential_source",
    "login_session",
}

_DEFAULT = timedelta(hours=12)

_Options = dict[str, str]
_Answer = dict[str, str]


def living_answer(profile: str, environment: Mapping[str, str]) -> str:
    """Return what a credential process prints for a managed profile, or "".

    "" says that the session isn't there, is due, or that the answer isn't plain to see: a role,
    an unusual name, a file that doesn't parse. Raises OSError, ValueError.
    """
    if "AWS_MFA_SESSION" in environment or not _is_plain(profile):
        return ""
    config_path = shared_path(environment, "AWS_CONFIG_FILE", "config")
    credentials_path = shared_path(environment, "AWS_SHARED_CREDENTIALS_FILE", "credentials")
    config = _config_section(sections_of(config_path), profile)
    credentials = sections_of(credentials_path).get(profile, {})
    if config is None or not _is_managed(config) or _OTHER_WAYS & {*config, *credentials}:
        return ""
    if credentials.get("aws_session_token"):
        session = _stored(credentials)
    else:
        session = _cached(config, credentials, credentials_path, profile)
    return _as_json(session) if session else ""


def _as_json(answer: _Answer) -> str:
    """Return the answer as JSON, or "" if a value isn't plain: importing ``json`` takes longer."""
    parts = []
    for name, value in answer.items():
        if not (value.isascii() and value.isprintable()) or '"' in value or "\\" in value:
            return ""
        parts.append(f'"{name}": "{value}"')
    return f'{{"Version": 1, {", ".join(parts)}}}\n'


def _is_plain(profile: str) -> bool:
    letters = "".join(character for character in profile if character not in "-_.@+")
    return letters.isascii() and letters.isalnum()


def _config_section(sections: Mapping[str, _Options], profile: str) -> _Options | None:
    """Return the profile's section of the config file; None if two spellings could be meant."""
    usual = "default" if profile == "default" else f"profile {profile}"
    others = (name for name in sections if name != usual and name.startswith(("profile", "def")))
    spelled_otherwise = any(profile in _unquoted(name).split() for name in others)
    return None if spelled_otherwise else sections.get(usual, {})


def _unquoted(name: str) -> str:
    """Return a header's words without what shlex would take for quoting."""
    return name.replace("\\", "").replace('"', " ").replace("'", " ")


def _is_managed(config: _Options) -> bool:
    switch = config.get("mfa_session", "").lower()
    return switch != "off" and (switch == "on" or bool(config.get("mfa_source_profile")))


def _stored(credentials: _Options) -> _Answer | None:
    if not _is_written_key(credentials) or credentials.get("aws_security_token"):
        return None
    return _living(
        credentials["aws_access_key_id"],
        credentials["aws_secret_access_key"],
        credentials["aws_session_token"],
        credentials["expiration"],
        credentials.get("issued") or "",
    )


def _is_written_key(section: _Options) -> bool:
    """Tell whether a section's access key is the one that a login wrote there."""
    key_id = section["aws_access_key_id"]
    issued, _, digest = section.get("issued_key", "").partition(" ")
    if section.get("manager") != _OURS:
        return False
    if digest and issued == section.get("issued"):
        key = f"{key_id}\n{section['aws_secret_access_key']}".encode("utf-8", "surrogateescape")
        return bool(_sha256(key).hexdigest()[:32] == digest)
    return not key_id.startswith("AKIA")


def _cached(
    config: _Options, credentials: _Options, credentials_path: str, profile: str
) -> _Answer | None:
    """Return the session beside a profile's own keys, from the CLI's cache."""
    key_id = credentials.get("aws_access_key_id") or config.get("aws_access_key_id")
    if not key_id or config.get("aws_session_token") or credentials.get("aws_security_token"):
        return None
    import json

    name = _sha256(f"{credentials_path}\n{profile}".encode("utf-8", "surrogatepass")).hexdigest()
    cache = os.path.expanduser(os.path.join("~", ".aws", "cli", "cache"))
    with open(os.path.join(cache, f"{_OURS}-{name[:32]}.json"), encoding="utf-8") as file:
        content = json.load(file)
    if content["SourceAccessKeyId"] != key_id:
        return None
    keys = content["Credentials"]
    return _living(
        keys["AccessKeyId"],
        keys["SecretAccessKey"],
        keys["SessionToken"],
        keys["Expiration"],
        content.get("Issued") or "",
    )


def _sha256(content: bytes) -> Any:
    """Return the digest: ``hashlib`` would load OpenSSL, which takes longer than the rest."""
    for name in ("_sha2", "_sha256"):  # of Python 3.12 and newer, and of older ones
        try:
            return __import__(name).sha256(content)
        except ImportError:  # noqa: PERF203 - two rounds
            continue
    from hashlib import sha256

    return sha256(content)


def _living(key_id: str, secret: str, token: str, expiration: str, issued: str) -> _Answer | None:
    """Return the answer, or None if the session is due."""
    end = datetime.fromisoformat(expiration)
    lifetime = end - datetime.fromisoformat(issued) if issued else _DEFAULT
    window = min(timedelta(minutes=15), (lifetime if lifetime > timedelta(0) else _DEFAULT) / 4)
    if end - datetime.now(timezone.utc) < max(window, timedelta(seconds=1)):
        return None
    if not (key_id and secret and token):
        return None
    return {
        "AccessKeyId": key_id,
        "SecretAccessKey": secret,
        "SessionToken": token,
        "Expiration": end.astimezone(timezone.utc).isoformat(timespec="seconds"),
    }
