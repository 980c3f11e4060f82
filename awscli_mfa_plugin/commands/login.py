"""``aws mfa login``: one token code becomes a session in a profile."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, ClassVar

from awscli_mfa_plugin.commands.base import MIN_REMAINING, MfaSubcommand, whole_number
from awscli_mfa_plugin.core.expiry import rfc3339, seconds_left
from awscli_mfa_plugin.core.login import LoginRequest, LoginResult, login
from awscli_mfa_plugin.core.text import length_of_time, moment, shown

if TYPE_CHECKING:
    from datetime import datetime


_OWN_KEYS = (
    "Profile {name} keeps its long-lived keys; the session is in the CLI's cache, for aws commands "
    "on this profile. Other tools on it still see the keys without MFA. For those make a session "
    "profile: aws mfa login --profile mfa --source-profile {name}"
)


class LoginCommand(MfaSubcommand):
    """The subcommand ``login``."""

    NAME = "login"
    DESCRIPTION = (
        "Exchanges a token code of an MFA device for a session and writes it into the session "
        "profile: the one that ``--profile`` or ``AWS_PROFILE`` names, else ``mfa``. From then "
        "on every ``aws`` command and every SDK uses it by that profile.\n\n"
        "A session that isn't due yet is kept and no code is asked for. The long-lived keys are "
        "only read. A profile that holds such keys keeps them: its session lives in the CLI's "
        "cache, for ``aws`` commands on that profile, and other tools on it still see the "
        "keys.\n\n"
        "What the first login finds out (source profile, MFA serial, region) is kept in the "
        "profile's section of the config file."
    )
    EXAMPLES = (
        "Log in with the keys of profile ``default`` and the user's only MFA device::\n\n"
        "    $ aws mfa login --profile mfa\n"
        "    Token code of arn:aws:iam::123456789012:mfa/ada for profile mfa: 123456\n"
        "    Profile mfa has a session until 20:38:12 (11 h 59 min left).\n\n"
        "Renew unless four hours are left, before a long job::\n\n"
        "    $ aws mfa login --profile mfa --min-remaining 14400\n\n"
        "Take the code from another program::\n\n"
        "    $ ykman oath accounts code -s aws | aws mfa login --profile mfa --token-code -\n"
    )
    ARG_TABLE: ClassVar[list[dict[str, Any]]] = [
        {
            "name": "source-profile",
            "help_text": (
                "The profile with the long-lived keys. Default: the one that an earlier login "
                "kept, then the profile's own keys, its ``source_profile``, keys in the "
                "environment, ``default``."
            ),
        },
        {
            "name": "serial-number",
            "help_text": (
                "The ARN of the MFA device, or a hardware device's serial. Default: "
                "``mfa_serial`` of the profiles, then the user's device as IAM lists it."
            ),
        },
        {
            "name": "token-code",
            "help_text": (
                "The six digits that the device shows; ``-`` reads them from stdin. Default: "
                "``AWS_MFA_TOKEN_CODE``, then the command in ``mfa_process``, then a prompt on "
                "the terminal."
            ),
        },
        {
            "name": "duration-seconds",
            "cli_type_name": "integer",
            "help_text": (
                "How long the session shall last: 900 to 129600 seconds. Default: "
                "``duration_seconds`` of the profile, then 43200 (twelve hours). AWS gives the "
                "root user one hour."
            ),
        },
        {
            "name": "force",
            "action": "store_true",
            "help_text": "Make a new session even if the present one isn't due.",
        },
        MIN_REMAINING,
        {
            "name": "dry-run",
            "action": "store_true",
            "help_text": "Say what would be done; no code is asked for, nothing is written.",
        },
    ]

    def run(self, parsed_args: Any, parsed_globals: Any) -> int:
        """Log in, and show the session."""
        request = LoginRequest(
            session_profile=self.session_profile,
            source_profile=parsed_args.source_profile,
            mfa_serial=parsed_args.serial_number,
            token_code=parsed_args.token_code,
            duration_seconds=whole_number("--duration-seconds", parsed_args.duration_seconds),
            min_remaining=whole_number("--min-remaining", parsed_args.min_remaining),
            region=parsed_globals.region,
            force=parsed_args.force,
            dry_run=parsed_args.dry_run,
        )
        self.log_in(request, parsed_globals)
        return 0

    def log_in(self, request: LoginRequest, parsed_globals: Any) -> None:
        """Log in as ``request`` says, and show the session."""
        ports = self.world.ports(parsed_globals)
        result = login(request, ports)
        if result.keeps_own_keys and result.outcome == "renewed":
            ports.notes(_OWN_KEYS.format(name=shown(result.session_profile)))
        if result.settings and result.outcome == "renewed":
            ports.notes(_kept_settings(result, ports.files.config_path))
        text = _text(result, self.world.clock.now(), ports.files.credentials_path)
        self.show(parsed_globals, _data(result), text)


def _data(result: LoginResult) -> dict[str, Any]:
    return {
        "Profile": result.session_profile,
        "SourceProfile": result.source_profile or None,
        "MfaSerial": result.mfa_serial or None,
        "Expiration": rfc3339(result.expiration) if result.expiration else None,
    }


def _text(result: LoginResult, now: datetime, credentials_path: str) -> str:
    name = shown(result.session_profile)
    where = "the CLI's cache" if result.keeps_own_keys else shown(credentials_path)
    if result.expiration is None:
        would = (
            f"Would ask for a code of {shown(result.mfa_serial)} and write a session of "
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
        return f"{text}\nUse it by its name: aws s3 ls --profile {shlex.quote(name)}"
    return text


def _kept_settings(result: LoginResult, config_path: str) -> str:
    return f"Kept for the next time in {shown(config_path)}: {_listed(result)}."


def _listed(result: LoginResult) -> str:
    return ", ".join(f"{option} = {shown(value)}" for option, value in result.settings.items())
