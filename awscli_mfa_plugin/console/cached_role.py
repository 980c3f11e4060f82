"""The fast path of ``credential-process`` for roles: from the cache of the AWS CLI.

The names in that cache are botocore's (``AssumeRoleCredentialFetcher``) with ours behind
(``aws.roles.CacheOfSource``). What is repeated of them here is compared with them by
``tests/unit/console/test_cached_role.py``.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress

from awscli_mfa_plugin.console import credential_process as fast
from awscli_mfa_plugin.files import paths
from awscli_mfa_plugin.session import LONG_LIVED, OTHER_WAYS, asks_for_session

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Callable

    Options = dict[str, str]

LONGEST_CHAINED_ROLE = 3600
"""A copy of what session.expiry states; a test compares them."""

_NOT_OF_A_ROLE = {*OTHER_WAYS} - {"role_arn"}


def cached_role(
    profile: str,
    config_of: Callable[[str], Options | None],
    credentials_of: Callable[[str], Options],
) -> str:
    """Return what a credential process prints for a role profile, or "".

    "" means that the role isn't cached or expires soon, or that ``aws`` has to decide. The
    functions return a profile's section in each file. Raises OSError, ValueError, KeyError.
    """
    role = config_of(profile) or {}
    source = _source_of(profile, config_of, credentials_of)
    config = config_of(source) if source else None
    if config is None:
        return ""
    name = f"{_name_of(role)}-{_identity(source, config, credentials_of(source))}"
    path = os.path.join(paths.cache_folder(), f"{name}.json")
    with open(path, encoding="utf-8") as file:
        keys = json.load(file)["Credentials"]
    expiration = keys["Expiration"].replace("UTC", "+00:00").replace("Z", "+00:00")
    return fast.output(
        keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], expiration, ""
    )


def _source_of(
    name: str, config_of: Callable[[str], Options | None], credentials_of: Callable[[str], Options]
) -> str:
    """Return the MFA profile on whose session a role is assumed, or ""."""
    seen: list[str] = []
    while name not in seen and fast.is_plain(name):
        seen.append(name)
        config, credentials = config_of(name), credentials_of(name)
        if config is None:
            return ""
        if "role_arn" not in config:
            is_ours = asks_for_session(config) and not fast.other_ways(config, credentials)
            return name if is_ours else ""
        if credentials or config.get("mfa_session") or _NOT_OF_A_ROLE & {*config}:
            return ""
        name = config.get("source_profile", "")
    return ""


def _name_of(role: Options) -> str:
    """Return botocore's name of a role in the cache."""
    asked: dict[str, str | int] = {"RoleArn": role["role_arn"]}
    for argument, option in (
        ("RoleSessionName", "role_session_name"),
        ("ExternalId", "external_id"),
    ):
        if option in role:
            asked[argument] = role[option]
    with suppress(KeyError, ValueError):  # botocore sends none then
        asked["DurationSeconds"] = min(int(role["duration_seconds"]), LONGEST_CHAINED_ROLE)
    return _sha1(json.dumps(asked, sort_keys=True).encode())


def _sha1(content: bytes) -> str:
    """Return the digest: ``hashlib`` would load OpenSSL, which takes longer than the rest."""
    try:
        module = __import__("_sha1")
    except ImportError:
        module = __import__("hashlib")
    return str(module.sha1(content).hexdigest())


def _identity(source: str, config: Options, credentials: Options) -> str:
    """Return what tells the sessions of two users apart, as it is in the cache's names."""
    sections = (credentials, config)
    has_key = any(section.get("aws_access_key_id") for section in sections)
    in_keyring = "" if has_key else fast.key_id_in_keyring(config, credentials)
    key_id = next((has["aws_access_key_id"] for has in sections if _is_long_lived(has)), in_keyring)
    serial = credentials.get("mfa_serial") or config.get("mfa_serial") or ""
    parts = (source, key_id, config.get("mfa_source_profile", ""), serial)
    text = " ".join(parts).encode("utf-8", "surrogatepass")
    return paths.sha256(text)[:16]


def _is_long_lived(section: Options) -> bool:
    key_id = section.get("aws_access_key_id", "")
    has_token = section.get("aws_session_token") or section.get("aws_security_token")
    if not key_id or (section.get("manager") and fast.is_written_key(section)):
        return False
    return key_id.startswith(LONG_LIVED) or not has_token
