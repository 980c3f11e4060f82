"""``awscli-mfa credential-process``: answers an SDK from a valid session, else by ``aws``.

SDKs start it for each of their clients, so a valid session is read with the standard library
alone: importing the rules in ``session`` would take longer than the rest of the answer. What is
repeated of them here is held against them by ``tests/unit/console/test_credential_process.py``.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta, timezone

from awscli_mfa_plugin.files import paths
from awscli_mfa_plugin.files.botocore_parser import sections_about
from awscli_mfa_plugin.session import (
    LONG_LIVED,
    OTHER_WAYS,
    OUR_NAME,
    asks_for_session,
    keyring_key_id,
)

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NOT_CONFIGURED = 253
"""AWS CLI v2's exit code for an error in the configuration."""

# Copies of what session.expiry states; a test compares them.
DEFAULT_LIFETIME = timedelta(hours=12)
LONGEST_WINDOW = timedelta(minutes=15)

_Options = dict[str, str]


def answer(arguments: list[str], system: Sequence[str] | None) -> int:
    """Print the credentials; return the exit code.

    What the fast path can't answer is left to the AWS CLI, found on the PATH or in ``system``, by
    default ``SYSTEM_PLACES``.
    """
    profile = _profile(arguments, os.environ)
    if profile:
        try:
            text = fast_path(profile, os.environ)
        except Exception:  # noqa: BLE001 - aws reports what is wrong
            text = ""
        if text:
            sys.stdout.write(text)
            return 0
    return _by_the_cli(arguments, system)


def _profile(arguments: list[str], environment: os._Environ[str]) -> str:
    """Return the profile to answer for, or "" if ``aws`` has to decide."""
    if len(arguments) == 2 and arguments[0] == "--profile":  # noqa: PLR2004 - option and value
        return arguments[1]
    if len(arguments) == 1 and arguments[0].startswith("--profile="):
        return arguments[0].partition("=")[2]
    if arguments:
        return ""
    named = {environment.get("AWS_PROFILE"), environment.get("AWS_DEFAULT_PROFILE")} - {None, ""}
    return str(next(iter(named), "mfa")) if len(named) <= 1 else ""


def _by_the_cli(arguments: list[str], system: Sequence[str] | None) -> int:
    program = _aws(system)
    if not program:
        from importlib.util import find_spec

        if find_spec("botocore"):
            from awscli_mfa_plugin.console.standalone import run_command

            return run_command(["credential-process", *arguments], system or ())
        sys.stderr.write(
            "awscli-mfa: No valid session, and no aws on the PATH to renew it.\n"
            "Log in first:  aws mfa login\n"
        )
        return NOT_CONFIGURED
    words = [program, "mfa", "credential-process", *arguments]
    if os.name == "nt":
        import subprocess

        return subprocess.run(words, check=False).returncode
    return os.execv(program, words)  # noqa: S606 - no shell is wanted


def _aws(system: Sequence[str] | None) -> str:
    """Return the AWS CLI's path: editors and daemons often have a short PATH."""
    from awscli_mfa_plugin.system.aws_clis import programs_in_usual_places, programs_on_path
    from awscli_mfa_plugin.system.places import SYSTEM_PLACES

    beside = os.path.dirname(os.path.abspath(sys.argv[0]))
    path = os.pathsep.join([os.environ.get("PATH", ""), beside])
    found = next(programs_on_path({"PATH": path}), "")
    folders = SYSTEM_PLACES if system is None else system
    return found or next(programs_in_usual_places(os.environ, folders), "")


def fast_path(profile: str, environment: Mapping[str, str]) -> str:
    """Return what a credential process prints for a managed profile, or "".

    "" means that the session is missing or expires soon, or that ``aws`` has to decide, such as
    for an unusual name. Raises OSError, ValueError, configparser.Error, KeyError.
    """
    if "AWS_MFA_SESSION" in environment or not is_plain(profile):
        return ""
    config_path = paths.config_path(environment)
    credentials_path = paths.credentials_path(environment)
    config_sections = sections_about(config_path)
    credentials_sections = sections_about(credentials_path)

    def config_of(name: str) -> _Options | None:
        return _config_section(config_sections(name), name)

    def credentials_of(name: str) -> _Options:
        return credentials_sections(name).get(name, {})

    config, credentials = config_of(profile), credentials_of(profile)
    if config is not None and "role_arn" in config:
        from awscli_mfa_plugin.console.cached_role import cached_role

        return cached_role(profile, config_of, credentials_of)
    if config is None or not asks_for_session(config) or other_ways(config, credentials):
        return ""
    if credentials.get("aws_session_token"):
        return _stored_session(credentials)
    in_files = credentials.get("aws_access_key_id") or config.get("aws_access_key_id")
    own = in_files or key_id_in_keyring(config, credentials)
    if not own or config.get("aws_session_token") or credentials.get("aws_security_token"):
        return ""
    return _cached_session(own, credentials_path, profile)


def key_id_in_keyring(config: _Options, credentials: _Options) -> str:
    """Return the ID of the access key that the keyring has for a profile, or ""."""
    process = credentials.get("credential_process") or config.get("credential_process")
    return keyring_key_id(process) if process else ""


def other_ways(config: _Options, credentials: _Options) -> set[str]:
    """Return the settings by which a profile gets credentials another way than by its own keys."""
    ours = {"credential_process"} if key_id_in_keyring(config, credentials) else set[str]()
    return {*OTHER_WAYS} & {*config, *credentials} - ours


def is_plain(profile: str) -> bool:
    """Return whether a profile's name needs no quotes in the config file."""
    letters = "".join(character for character in profile if character not in "-_.@+")
    return letters.isascii() and letters.isalnum()


def _config_section(sections: Mapping[str, _Options], profile: str) -> _Options | None:
    """Return the profile's section of the config file; None if it is spelled in two ways."""
    usual = "default" if profile == "default" else f"profile {profile}"
    quotes = str.maketrans({"\\": "", '"': " ", "'": " "})
    others = (name for name in sections if name != usual and name.startswith(("profile", "def")))
    if any(profile in name.translate(quotes).split() for name in others):
        return None
    return sections.get(usual, {})


def _stored_session(credentials: _Options) -> str:
    if not is_written_key(credentials) or credentials.get("aws_security_token"):
        return ""
    return output(
        credentials["aws_access_key_id"],
        credentials["aws_secret_access_key"],
        credentials["aws_session_token"],
        credentials["expiration"],
        credentials.get("issued") or "",
    )


def is_written_key(section: _Options) -> bool:
    """Return whether a section's access key is the one that a login wrote there."""
    key_id = section["aws_access_key_id"]
    issued, _, digest = section.get("issued_key", "").partition(" ")
    if section.get("manager") != OUR_NAME:
        return False
    if digest and issued == section.get("issued"):
        key = f"{key_id}\n{section['aws_secret_access_key']}".encode("utf-8", "surrogateescape")
        return paths.sha256(key)[:32] == digest
    return not key_id.startswith(LONG_LIVED)


def _cached_session(key_id: str, credentials_path: str, profile: str) -> str:
    """Return the output for a profile with its own keys, from the CLI's cache."""
    import json

    name = paths.session_cache_name(credentials_path, profile)
    path = os.path.join(paths.cache_folder(), name)
    with open(path, encoding="utf-8") as file:
        content = json.load(file)
    if content["SourceAccessKeyId"] != key_id:
        return ""
    keys = content["Credentials"]
    return output(
        keys["AccessKeyId"],
        keys["SecretAccessKey"],
        keys["SessionToken"],
        keys["Expiration"],
        content.get("Issued") or "",
    )


def output(key_id: str, secret: str, token: str, expiration: str, issued: str) -> str:
    """Return the session as JSON, or "" if it expires soon or a value would need escaping.

    Importing ``json`` would take longer.
    """
    end = datetime.fromisoformat(expiration)
    lifetime = end - datetime.fromisoformat(issued) if issued else DEFAULT_LIFETIME
    window = min(LONGEST_WINDOW, (lifetime if lifetime > timedelta(0) else DEFAULT_LIFETIME) / 4)
    if end - datetime.now(timezone.utc) < max(window, timedelta(seconds=1)):
        return ""
    keys = (key_id, secret, token)
    plain = (
        key and key.isascii() and key.isprintable() and not {'"', "\\"} & {*key} for key in keys
    )
    if not all(plain):
        return ""
    return (
        f'{{"Version": 1, "AccessKeyId": "{key_id}", "SecretAccessKey": "{secret}", '
        f'"SessionToken": "{token}", '
        f'"Expiration": "{end.astimezone(timezone.utc).isoformat(timespec="seconds")}"}}\n'
    )
