"""Checks that each line that gets a key from the keyring does get it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from awscli_mfa_plugin.doctor.findings import ERROR, OK, WARNING, Finding
from awscli_mfa_plugin.session.records import SOURCE_OPTION
from awscli_mfa_plugin.text import quoted_list, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from awscli_mfa_plugin.doctor.findings import Observations

_CHECK = "keyring"


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
            yield _of_one(seen)


def _of_one(seen: ObservedKeyring) -> Finding:
    word = "profile" if len(seen.profiles) == 1 else "profiles"
    whose = f"{word} {quoted_list(seen.profiles)}"
    program = sanitize(seen.program)
    if not seen.has_program:
        return Finding(
            _CHECK,
            ERROR,
            f"The key of {whose} is in the keyring, but {program}, which gets it, doesn't exist.",
            "Install awscli-mfa there again, or correct credential_process in ~/.aws/config.",
        )
    if seen.unavailable_reason:
        what = f"aws can't get the key of {whose}: {sanitize(seen.unavailable_reason)}"
        return Finding(_CHECK, WARNING, what, sanitize(seen.remedy))
    return Finding(_CHECK, OK, f"The key of {whose} is in the keyring.")
