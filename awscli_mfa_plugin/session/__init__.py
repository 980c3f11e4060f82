"""The session: login, renewal, logout and status, decided without I/O.

Here is only what the fast path of ``credential-process`` reads too: importing this costs nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Mapping

OUR_NAME = "awscli-mfa-plugin"
"""What ``manager`` says in a session that this plugin wrote."""

LONG_LIVED = "AKIA"
"""How the IDs of long-lived access keys begin (IAM user guide, "IAM identifiers")."""

OTHER_WAYS = (
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
)
"""Settings of a profile that gets its credentials another way (AWS SDKs reference)."""

METHOD = "awscli-mfa"
"""What botocore calls our way to credentials, as ``aws configure list`` shows it."""

EXEC_PROFILE = "awscli-mfa-exec"
"""The profile without credentials that ``AWS_PROFILE`` names under ``exec --server``."""

PROFILE_VARIABLE = "AWS_MFA_PROFILE"
"""Names the profile whose session a program of ``exec`` has, also for a shell's prompt."""


def named_profile(name: str | None, environment: Mapping[str, str]) -> str | None:
    """Return the profile that is meant by a name: under ``exec --server`` the session's."""
    if name == EXEC_PROFILE:
        return environment.get(PROFILE_VARIABLE) or name
    return name


def asks_for_session(config: Mapping[str, str]) -> bool:
    """Return whether a profile's own settings ask for an MFA session."""
    switch = config.get("mfa_session", "").lower()
    return switch == "on" or (switch != "off" and bool(config.get("mfa_source_profile")))


def keyring_key_id(command: object) -> str:
    """Return the key ID in a ``credential_process`` that gets our entry of the keyring, or "".

    ``awscli-mfa keyring store`` writes it: PROGRAM keyring get --backend NAME KEY_ID.
    """
    words = str(command).split()
    if words[-5:-2] != ["keyring", "get", "--backend"]:
        return ""
    program = "".join(words[-6:-5]).strip("'\"").lower()
    is_ours = program.endswith(("awscli-mfa", "awscli-mfa.exe"))
    return words[-1] if is_ours and words[-1].startswith(LONG_LIVED) else ""
