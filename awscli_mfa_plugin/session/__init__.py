"""The session: login, renewal, logout and status, decided without I/O.

Here is only what the fast path of ``credential-process`` reads too: importing this costs nothing.
"""

from __future__ import annotations

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
