"""``aws mfa login``: one token code becomes a session in a profile."""

from __future__ import annotations

from awscli_mfa_plugin.declaration import (
    INTEGER,
    MIN_REMAINING,
    PROFILES,
    SERIALS,
    TEXT,
    Command,
    Option,
    Result,
)
from awscli_mfa_plugin.session.expiry import (
    DEFAULT,
    LONGEST,
    LONGEST_CHAINED_ROLE,
    SHORTEST,
    rfc3339,
    seconds_left,
)
from awscli_mfa_plugin.text import length_of_time, moment, sanitize

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from awscli_mfa_plugin.commands.context import Context
    from awscli_mfa_plugin.session.login import LoginResult
    from awscli_mfa_plugin.session.plan import LoginRequest


_OWN_KEYS = (
    "Profile {name} keeps its long-lived keys; the session is in the CLI's cache, for aws commands "
    "on this profile. Other tools on it still see the keys without MFA. For those make a session "
    "profile: aws mfa login --profile mfa --source-profile {name}"
)

_DURATIONS = (SHORTEST, LONGEST_CHAINED_ROLE, DEFAULT, LONGEST)

COMMAND = Command(
    "login",
    (
        "Exchanges a token code of an MFA device for a session and writes it into the session "
        "profile: the one that ``--profile`` or ``AWS_PROFILE`` names, else ``mfa``. From then "
        "on every ``aws`` command and every SDK uses it by that profile.\n\n"
        "A session that isn't due yet is kept and no code is asked for. The long-lived keys are "
        "only read. A profile that holds such keys keeps them: its session lives in the CLI's "
        "cache, for ``aws`` commands on that profile, and other tools on it still see the "
        "keys.\n\n"
        "What the first login finds out (source profile, MFA serial, region) is kept in the "
        "profile's section of the config file."
    ),
    (
        "Log in with the keys of profile ``default`` and the user's only MFA device::\n\n"
        "    $ aws mfa login --profile mfa\n"
        "    Token code of arn:aws:iam::123456789012:mfa/ada for profile mfa: 123456\n"
        "    Profile mfa has a session until 20:38:12 (11 h 59 min left).\n\n"
        "Renew unless four hours are left, before a long job::\n\n"
        "    $ aws mfa login --profile mfa --min-remaining 14400\n\n"
        "Take the code from another program::\n\n"
        "    $ ykman oath accounts code -s aws | aws mfa login --profile mfa --token-code -\n"
    ),
    (
        Option(
            "source-profile",
            (
                "The profile with the long-lived keys. Default: the one that an earlier login "
                "kept, then the profile's own keys, its ``source_profile``, keys in the "
                "environment, ``default``."
            ),
            PROFILES,
        ),
        Option(
            "serial-number",
            (
                "The ARN of the MFA device, or a hardware device's serial. Default: "
                "``mfa_serial`` of the profiles, then the user's device as IAM lists it."
            ),
            SERIALS,
        ),
        Option(
            "token-code",
            (
                "The six digits that the device shows; ``-`` reads them from stdin. Default: "
                "``AWS_MFA_TOKEN_CODE``, then the command in ``mfa_process``, then a prompt on "
                "the terminal."
            ),
            TEXT,
        ),
        Option(
            "duration-seconds",
            (
                f"How long the session shall last: {SHORTEST} to {LONGEST} seconds. Default: "
                f"``duration_seconds`` of the profile, then {DEFAULT} (twelve hours). "
                "AWS gives the root user one hour."
            ),
            INTEGER,
            suggested=tuple(map(str, _DURATIONS)),
        ),
        Option("force", "Make a new session even if the present one isn't due."),
        MIN_REMAINING,
        Option("dry-run", "Say what would be done; no code is asked for, nothing is written."),
    ),
)


def run(arguments: Mapping[str, Any], context: Context) -> Result:
    """Log in as the options say."""
    from awscli_mfa_plugin.session.plan import LoginRequest

    request = LoginRequest(
        session_profile=context.session_profile,
        source_profile=arguments["source_profile"],
        mfa_serial=arguments["serial_number"],
        token_code=arguments["token_code"],
        duration_seconds=arguments["duration_seconds"],
        min_remaining=arguments["min_remaining"],
        region=context.options.region,
        force=arguments["force"],
        dry_run=arguments["dry_run"],
    )
    return log_in(request, context)


def log_in(request: LoginRequest, context: Context) -> Result:
    """Log in as ``request`` says, and tell about the session."""
    from awscli_mfa_plugin.session.login import login

    ports = context.ports
    result = login(request, ports)
    if result.keeps_own_keys and result.outcome == "renewed":
        ports.notes(_OWN_KEYS.format(name=sanitize(result.session_profile)))
    if result.settings and result.outcome == "renewed":
        ports.notes(_kept_settings(result, ports.files.config_path))
    text = _text(result, context.clock.now(), ports.files.credentials_path)
    return Result(_data(result), text)


def _data(result: LoginResult) -> dict[str, Any]:
    return {
        "Profile": result.session_profile,
        "SourceProfile": result.source_profile or None,
        "MfaSerial": result.mfa_serial or None,
        "Expiration": rfc3339(result.expiration) if result.expiration else None,
    }


def _text(result: LoginResult, now: datetime, credentials_path: str) -> str:
    name = sanitize(result.session_profile)
    where = "the CLI's cache" if result.keeps_own_keys else sanitize(credentials_path)
    if result.expiration is None:
        would = (
            f"Would ask for a code of {sanitize(result.mfa_serial)} and write a session of "
            f"{length_of_time(result.duration_seconds)} for profile {name} to {where}."
        )
        if result.settings:
            would += f"\nWould keep in the config file: {_listed(result)}."
        return would
    left = length_of_time(seconds_left(result.expiration, now))
    text = f"Profile {name} has a session until {moment(result.expiration, now)} ({left} left)."
    if result.outcome == "kept":
        return f"{text} It isn't due; --force makes a new one."
    if result.outcome == "due":
        return f"{text} It is due."
    if result.settings:
        import shlex

        return f"{text}\nUse it by its name: aws s3 ls --profile {shlex.quote(name)}"
    return text


def _kept_settings(result: LoginResult, config_path: str) -> str:
    return f"Kept for the next time in {sanitize(config_path)}: {_listed(result)}."


def _listed(result: LoginResult) -> str:
    return ", ".join(f"{option} = {sanitize(value)}" for option, value in result.settings.items())
