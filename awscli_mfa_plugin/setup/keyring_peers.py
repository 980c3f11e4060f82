"""Setups of aws-vault and granted, which keep the long-lived keys in a keyring.

Sources: USAGE.md of aws-vault 7 (``include_profile``, ``mfa_process``, "Using
credential_process") and granted's ``credentials import``, which writes the ``credential_process``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from awscli_mfa_plugin.setup.found import Setup, Skipped, Traces, program_in, start_of, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from awscli_mfa_plugin.session.records import Profile

AWS_VAULT = "aws-vault"
GRANTED = "granted"

_PROCESS = "credential_process"
_SUBCOMMANDS = {"exec", "export"}
_NO_SESSION = {"--no-session", "-n"}
_PLAIN_NAME = re.compile(r"\w[\w.@+-]*", re.ASCII)
_OUR_NAME = re.compile(r"(?:(.+)-)?mfa(?:-\d+)?", re.ASCII)
_DURATION = re.compile(r"(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?", re.ASCII)


def setup_of(profile: Profile, traces: Traces) -> Setup | Skipped | None:
    """Return the setup of a profile without keys in the files, why it isn't one, or None."""
    words = words_of(profile.get(_PROCESS))
    program = program_in(words)
    if program == GRANTED:
        return _of_granted(profile, words)
    if program == AWS_VAULT:
        return _of_process(profile, words, traces)
    gets_no_keys = (
        profile.other_way
        or profile.has_session_token
        or any(traces.setting(way, profile) for way in ("role_arn", "sso_start_url"))
        or traces.setting("source_profile", profile) not in {"", profile.name}
    )
    if gets_no_keys or not traces.setting("mfa_serial", profile):
        return None
    if not traces.programs.get(AWS_VAULT):
        reason = "it has an MFA device but no access key, and aws-vault isn't on your PATH"
        return Skipped(profile.name, AWS_VAULT, reason)
    return _new_source(profile, traces.programs[AWS_VAULT], traces)


def _of_granted(profile: Profile, words: list[str]) -> Setup | Skipped | None:
    if "credential-process" not in words:
        return None
    if any(profile.get(f"granted_sso_{part}") for part in ("start_url", "account_id")):
        return Skipped(profile.name, GRANTED, "it gets temporary keys by SSO")
    return Setup(
        GRANTED,
        source=profile.name,
        base=profile.name,
        serial=profile.get("mfa_serial"),
        token_command=profile.get("mfa_process"),
        keys_command=profile.get(_PROCESS),
    )


def _of_process(profile: Profile, words: list[str], traces: Traces) -> Setup | Skipped:
    """Return the setup of a profile whose ``credential_process`` is aws-vault."""
    if _NO_SESSION & {*words}:
        return _by_vault(profile, profile.name, profile.get(_PROCESS), traces)
    if profile.name not in words:
        return Skipped(profile.name, AWS_VAULT, "it gets a session of another profile")
    return _new_source(profile, start_of(profile.get(_PROCESS), _SUBCOMMANDS), traces)


def _new_source(profile: Profile, program: str, traces: Traces) -> Setup | Skipped:
    """Return a setup whose source is a new profile: the present one doesn't give the keys."""
    if not _PLAIN_NAME.fullmatch(profile.name):
        return Skipped(profile.name, AWS_VAULT, "its name can't be put into a command")
    command = f"{program} export --format=json --no-session {profile.name}"
    return _by_vault(profile, f"{profile.name}-keys", command, traces)


def _by_vault(profile: Profile, source: str, command: str, traces: Traces) -> Setup:
    variable = traces.environment.get
    return Setup(
        AWS_VAULT,
        source=source,
        base=profile.name,
        serial=traces.setting("mfa_serial", profile) or variable("AWS_MFA_SERIAL", ""),
        duration=seconds_of(variable("AWS_SESSION_TOKEN_TTL", "")),
        region=traces.setting("region", profile),
        token_command=traces.setting("mfa_process", profile),
        keys_command=command,
        is_new_source=source != profile.name,
    )


def without_former(
    setups: Iterable[Setup], skipped: Iterable[Skipped], profiles: Mapping[str, Profile]
) -> tuple[tuple[Setup, ...], tuple[Skipped, ...]]:
    """Return what was found without the MFA profiles that ``logout --forget`` left behind.

    Those have an MFA device but no keys, as a profile of aws-vault.
    """
    setups = tuple(setups)
    devices = {(setup.base, setup.serial) for setup in setups}
    bases = {}
    for profile in profiles.values():
        match = _OUR_NAME.fullmatch(profile.name)
        base = (match[1] or "default") if match else ""
        is_plain = not (profile.is_managed or profile.other_way or profile.key_section)
        if is_plain and (base, profile.get("mfa_serial")) in devices:
            bases[profile.name] = base
    kept = tuple(each for each in setups if not (each.is_new_source and each.base in bases))
    others = (each for each in skipped if each.tool != AWS_VAULT or each.profile not in bases)
    former = (
        Skipped(name, "aws mfa", f"it looks like a former MFA profile of {base}")
        for name, base in bases.items()
    )
    return kept, (*others, *former)


def seconds_of(duration: str) -> str:
    """Return the seconds of a duration such as 12h or 1h30m, or what it is if it is none."""
    match = _DURATION.fullmatch(duration)
    if not duration or not match:
        return duration
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return str(hours * 3600 + minutes * 60 + seconds)
