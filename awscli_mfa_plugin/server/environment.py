"""The program's environment and config: all of them lead its SDK to the endpoint.

SDKs look there last. Keys in the environment are removed, and ``AWS_PROFILE`` names a profile
without credentials, since SDKs otherwise take the long-lived keys of ``[default]``. That profile
is in a copy of the config file, so that no file of the user's changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from awscli_mfa_plugin.files.document import SharedDocument
from awscli_mfa_plugin.session import EXEC_PROFILE, OTHER_WAYS, PROFILE_VARIABLE
from awscli_mfa_plugin.session.records import SESSION_OPTION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_REMOVED = (
    "AWS_DEFAULT_PROFILE",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_CREDENTIAL_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
)
"""Variables that SDKs read before the endpoint's own, beside those of keys."""

_CREDENTIAL_OPTIONS = frozenset(
    {
        *OTHER_WAYS,
        *("source_profile", "external_id", "role_session_name", "duration_seconds"),
        *("aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_security_token"),
        *("sso_registration_scopes", "aws_account_id", "manager", "issued", "issued_key"),
        *("expiration", "aws_expiration", "x_security_token_expires"),
    }
)
_OUR_PREFIX = "mfa_"

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_NO_PROXY = ("NO_PROXY", "no_proxy")
_LOOPBACK = "127.0.0.1"

BOTO_VARIABLE = "BOTO_CONFIG"


def private_config(content: bytes, settings: Mapping[str, str]) -> bytes:
    """Return the config file ``content`` with the program's profile.

    It gets ``settings``, those of the profile that was asked for, except what leads to
    credentials. Raises UnparsableFileError.
    """
    document = SharedDocument.parse(content)
    section = f"profile {EXEC_PROFILE}"
    # One program may start another in the same way.
    others = [line for line in document.lines if line.section != section]
    text = document.with_lines(others).render()
    kept = {
        name: value
        for name, value in settings.items()
        if name not in _CREDENTIAL_OPTIONS and not name.startswith(_OUR_PREFIX)
    }
    lines = [f"[{section}]", f"{SESSION_OPTION} = off"]
    # A nested option's value is lines, the first of them empty.
    lines += [f"{name} = {value}".replace("\n", "\n    ") for name, value in kept.items()]
    added = "\n".join([*(line.rstrip() for line in lines), ""])
    divider = b"\n" if text and not text.endswith(b"\n") else b""
    return text + divider + added.encode("utf-8", "surrogateescape")


def server_variables(
    profile: str, url: str, token: str, config_path: str, region_variables: Mapping[str, str]
) -> dict[str, str]:
    """Return the variables that a program needs for the endpoint; empty ones are to be removed."""
    return {
        **dict.fromkeys(_REMOVED, ""),
        **region_variables,
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": url,
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": token,
        "AWS_CONFIG_FILE": config_path,
        "AWS_PROFILE": EXEC_PROFILE,
        PROFILE_VARIABLE: profile,
        # The SDKs of version 1 for Go and 2 for JavaScript read the config file only then.
        "AWS_SDK_LOAD_CONFIG": "1",
    }


def boto_config_paths(environment: Mapping[str, str]) -> list[str]:
    """Return where botocore looks for the keys of boto 2, before it asks the endpoint."""
    named = environment.get(BOTO_VARIABLE)
    return [named] if named else ["/etc/boto.cfg", "~/.boto"]


def boto_variables(contents: Iterable[bytes], no_file: str) -> dict[str, str]:
    """Return a variable that keeps botocore off the files of boto 2 if one of them has a key.

    ``no_file`` is a path at which there is nothing.
    """
    has_key = any(b"aws_access_key_id" in content for content in contents)
    return {BOTO_VARIABLE: no_file} if has_key else {}


def no_proxy_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Return variables that keep requests to the endpoint, and so its token, off a proxy."""
    if not any(environment.get(name) or environment.get(name.lower()) for name in _PROXIES):
        return {}
    given = next((environment[name] for name in _NO_PROXY if environment.get(name)), "")
    hosts = [host.strip() for host in given.split(",") if host.strip()]
    if "*" in hosts or _LOOPBACK in hosts:
        return {}
    return dict.fromkeys(_NO_PROXY, ",".join([*hosts, _LOOPBACK]))
