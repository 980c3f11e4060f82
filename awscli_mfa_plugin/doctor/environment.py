"""Checks what is around the profiles: the environment, network settings, and the keyring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from awscli_mfa_plugin.doctor.findings import ERROR, NOTE, OK, WARNING, Finding, Observations
from awscli_mfa_plugin.session.records import SOURCE_OPTION
from awscli_mfa_plugin.text import quoted_list, sanitize

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping


_KEY_ID, _SECRET = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"


def check_environment(machine: Observations) -> Iterator[Finding]:
    """Yield what the environment changes; secret values aren't shown."""
    found = [*_keys(machine.environment), *_names(machine.environment, machine.profiles())]
    yield from found
    if not any(finding.state in {WARNING, ERROR} for finding in found):
        yield Finding("environment", OK, "No keys override a profile.")


def _keys(environment: Mapping[str, str]) -> Iterator[Finding]:
    check = "environment-keys"
    has_id, has_secret = bool(environment.get(_KEY_ID)), bool(environment.get(_SECRET))
    tokens = ("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")
    token = next((name for name in tokens if environment.get(name)), "")
    if has_id != has_secret:
        there, lacks = (_KEY_ID, _SECRET) if has_id else (_SECRET, _KEY_ID)
        what = f"{there} is set without {lacks}, so commands without --profile fail."
        yield Finding(check, ERROR, what, f"unset {there}")
    elif has_id:
        kind = "temporary keys, which can't be a source profile either" if token else "keys"
        what = f"{_KEY_ID} is set. Commands without --profile use these {kind}."
        yield Finding(check, WARNING, what, f"unset {_KEY_ID} {_SECRET} {token}".rstrip())
    elif token:
        yield Finding(check, NOTE, f"{token} is set without keys.", f"unset {token}")


def _names(environment: Mapping[str, str], profiles: Container[str]) -> Iterator[Finding]:
    for variable in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        if environment.get(variable):
            yield Finding("environment", NOTE, f"{variable} = {sanitize(environment[variable])}")
    check, variables = "environment-profile", ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")
    named = {each: environment[each] for each in variables if environment.get(each)}
    if len(set(named.values())) > 1:
        what = f"{' and '.join(named)} name different profiles. v1 uses the second, v2 the first."
        yield Finding(check, WARNING, what, "unset AWS_DEFAULT_PROFILE")
    for variable, name in named.items():
        if name not in profiles:
            what = f"{variable} names profile {sanitize(name)}, which doesn't exist."
            remedy = f"Correct {variable}, or create the profile:  aws mfa login"
            yield Finding(check, WARNING, what, remedy)
    if environment.get("AWS_MFA_SESSION", "").lower() == "off":
        what = "AWS_MFA_SESSION is off, so commands neither use nor renew MFA sessions."
        yield Finding("environment", NOTE, what, "unset AWS_MFA_SESSION")


def check_network_settings(machine: Observations) -> Iterator[Finding]:
    """Yield the proxies and CA bundles that are set; of a proxy only the variable's name."""
    names = quoted_list(machine.proxies)
    yield Finding("proxy", OK, f"Set by {names}." if names else "None is set.")
    for where, path, is_readable in machine.bundles:
        seen = f"{sanitize(where)} = {sanitize(path)}"
        if is_readable:
            yield Finding("ca-bundle", OK, f"{seen}.")
        else:
            what = f"{seen} can't be read, so no connection is trusted."
            yield Finding("ca-bundle", ERROR, what, f"Correct or remove {sanitize(where)}.")


@dataclass(frozen=True)
class ObservedKeyring:
    """A line that gets a key from the keyring for some profiles, and whether it does."""

    profiles: tuple[str, ...]
    program: str
    has_program: bool = True
    unavailable_reason: str = ""
    remedy: str = ""


def check_keyring(machine: Observations, only: str | None) -> Iterator[Finding]:
    """Yield a finding for each line, or for that of the profile that is named or of its source."""
    named = machine.profiles().get(only or "")
    wanted = {only, named.config.get(SOURCE_OPTION) if named else None}
    for seen in machine.keyrings:
        if only is None or wanted & set(seen.profiles):
            yield _of_keyring(seen)


def _of_keyring(seen: ObservedKeyring) -> Finding:
    word = "profile" if len(seen.profiles) == 1 else "profiles"
    whose = f"{word} {quoted_list(seen.profiles)}"
    program = sanitize(seen.program)
    if not seen.has_program:
        return Finding(
            "keyring",
            ERROR,
            f"The key of {whose} is in the keyring, but {program}, which gets it, doesn't exist.",
            "Install awscli-mfa there again, or correct credential_process in ~/.aws/config.",
        )
    if seen.unavailable_reason:
        what = f"aws can't get the key of {whose}: {sanitize(seen.unavailable_reason)}"
        return Finding("keyring", WARNING, what, sanitize(seen.remedy))
    return Finding("keyring", OK, f"The key of {whose} is in the keyring.")
