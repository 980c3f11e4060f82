"""Checks the environment: what of it goes before a profile, or names one that isn't there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from awscli_mfa_plugin.doctor.findings import ERROR, NOTE, OK, WARNING, Finding
from awscli_mfa_plugin.text import quoted_list, sanitize

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    from awscli_mfa_plugin.doctor.findings import ObservedNetwork

_KEY_ID, _SECRET = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"
_TOKENS = ("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")
_FILES = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")


def check_environment(
    environment: Mapping[str, str], profiles: Container[str]
) -> Iterator[Finding]:
    """Yield what the environment changes; values that hold a secret aren't shown."""
    found = [*_keys(environment), *_names(environment, profiles)]
    yield from found
    if not any(finding.state in {WARNING, ERROR} for finding in found):
        yield Finding("environment", OK, "No keys in it that go before a profile.")


def _keys(environment: Mapping[str, str]) -> Iterator[Finding]:
    has_id, has_secret = bool(environment.get(_KEY_ID)), bool(environment.get(_SECRET))
    token = next((name for name in _TOKENS if environment.get(name)), "")
    if has_id != has_secret:
        there, lacks = (_KEY_ID, _SECRET) if has_id else (_SECRET, _KEY_ID)
        yield Finding(
            "environment-keys",
            ERROR,
            f"{there} is set without {lacks}: commands without --profile fail.",
            f"unset {there}",
        )
    elif has_id:
        kind = "temporary keys, which are no source of a session either" if token else "keys"
        yield Finding(
            "environment-keys",
            WARNING,
            f"{_KEY_ID} is set: commands without --profile use these {kind}, whatever session "
            "there is.",
            " ".join(["unset", _KEY_ID, _SECRET, *([token] if token else [])]),
        )
    elif token:
        yield Finding(
            "environment-keys", NOTE, f"{token} is set without keys: a leftover.", f"unset {token}"
        )


def _names(environment: Mapping[str, str], profiles: Container[str]) -> Iterator[Finding]:
    for variable in _FILES:
        if environment.get(variable):
            yield Finding("environment", NOTE, f"{variable} = {sanitize(environment[variable])}")
    named = {
        variable: environment[variable]
        for variable in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")
        if environment.get(variable)
    }
    if len(set(named.values())) > 1:
        yield Finding(
            "environment-profile",
            WARNING,
            "AWS_PROFILE and AWS_DEFAULT_PROFILE name different profiles: v1 takes the second, v2 "
            "the first.",
            "unset AWS_DEFAULT_PROFILE",
        )
    for variable, name in named.items():
        if name not in profiles:
            yield Finding(
                "environment-profile",
                WARNING,
                f"{variable} names profile {sanitize(name)}, which isn't there.",
                f"Correct {variable}, or make the profile: «aws mfa login».",
            )
    if environment.get("AWS_MFA_SESSION", "").lower() == "off":
        yield Finding(
            "environment",
            NOTE,
            "AWS_MFA_SESSION = off: no command uses or renews a session.",
            "unset AWS_MFA_SESSION",
        )


def check_network_settings(network: ObservedNetwork) -> Iterator[Finding]:
    """Yield the proxies and CA bundles that are set; of a proxy the variable's name alone."""
    names = quoted_list(network.proxies)
    yield Finding("proxy", OK, f"Set: {names}." if names else "None is set.")
    for where, path, is_readable in network.bundles:
        seen = f"{sanitize(where)} = {sanitize(path)}"
        if is_readable:
            yield Finding("ca-bundle", OK, f"{seen}.")
        else:
            yield Finding(
                "ca-bundle",
                ERROR,
                f"{seen}, which can't be read: no connection is trusted.",
                f"Correct {sanitize(where)}, or remove it.",
            )
