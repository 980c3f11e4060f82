"""The formats of ``aws mfa export`` and what each is for; completion reads them at each TAB.

A new one has its line here and, if it sets variables, its language in ``shells.py``.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from awscli_mfa_plugin.session.records import Session

FORMATS = {
    "sh": "bash, zsh, dash, ksh",
    "fish": "",
    "csh": "",
    "powershell": "",
    "cmd": "",
    "env": "Docker's ``--env-file``",
}
"""Those that set variables: of shells, and of Docker."""

FORMATS_OF_FILES = {
    "json": "what a ``credential_process`` prints",
    "ini": "a section of a credentials file",
}

SESSION_VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
)
"""The variables of a session (AWS SDKs reference; the last is what ``export-credentials`` and
aws-vault call the expiration)."""

REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")
"""SDKs read the first, AWS CLI v1 and boto3 the second."""

PROMPT_VARIABLE = "AWSUME_PROFILE"
"""Names the profile whose session is in the environment.

It is awsume's, which itself only prints it. The prompts Starship and powerlevel10k show it, and
read the time from ``AWS_CREDENTIAL_EXPIRATION``; no SDK reads it.
"""

CONFLICTING_VARIABLES = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SECURITY_TOKEN")
"""Variables that would spoil a session in the environment.

The JavaScript SDK skips keys in the environment while ``AWS_PROFILE`` is set; the last one is
an older name of the token, which some tools read first.
"""


def variables_of(session: Session, region: str) -> dict[str, str]:
    """Return the environment variables of a session; the expiration is RFC 3339."""
    from awscli_mfa_plugin.session.expiry import rfc3339

    values = (
        session.access_key_id,
        session.secret_access_key,
        session.session_token,
        rfc3339(session.expiration),
    )
    variables = dict(zip(SESSION_VARIABLES, values, strict=True))
    return {**variables, **(dict.fromkeys(REGION_VARIABLES, region) if region else {})}


def ignored_variables(environment: Mapping[str, str]) -> str:
    """Return a line about the variables in the environment that the session overrides, or ""."""
    names = ("AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN", *CONFLICTING_VARIABLES)
    found = [name for name in names if environment.get(name)]
    listed = " and ".join([", ".join(found[:-1]), found[-1]] if found[1:] else found)
    return f"Ignoring {listed} from your environment." if found else ""


def process_form(session: Session) -> dict[str, Any]:
    """Return what a ``credential_process`` prints, as JSON's values.

    Source: AWS SDKs and Tools Reference Guide, ``Process credential provider``.
    """
    from awscli_mfa_plugin.session.expiry import rfc3339

    return {
        "Version": 1,
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": session.secret_access_key,
        "SessionToken": session.session_token,
        "Expiration": rfc3339(session.expiration),
    }


def ini_form(profile: str, session: Session, region: str) -> str:
    """Return a section of a credentials file; ``profile`` is a valid section name."""
    from awscli_mfa_plugin.session.sections import session_options

    options = {**session_options(session), **({"region": region} if region else {})}
    lines = [f"[{profile}]", *(f"{name} = {value}" for name, value in options.items())]
    return "\n".join(lines) + "\n"
