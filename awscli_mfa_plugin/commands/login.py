"""``aws mfa login``: starts an MFA session with one MFA code."""

from __future__ import annotations

import shlex

from awscli_mfa_plugin.declaration import (
    INTEGER,
    MIN_REMAINING,
    PROFILES,
    SERIALS,
    TEXT,
    Arguments,
    Command,
    Option,
    Result,
)
from awscli_mfa_plugin.session import expiry
from awscli_mfa_plugin.text import length_of_time, moment, sanitize, short_device

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from datetime import datetime

    from awscli_mfa_plugin.commands.context import Context
    from awscli_mfa_plugin.session.login import LoginResult
    from awscli_mfa_plugin.session.plan import LoginRequest

_OWN_KEYS = (
    "Profile {name} keeps its access key: only aws commands use the session, other tools don't.\n"
    "For those:  aws mfa login --profile mfa --source-profile {quoted}"
)

_SETTINGS = {"mfa_source_profile": "source profile", "mfa_serial": "device"}
"""What settings that a login saves are called; the others go by their own names."""

_DURATIONS = (expiry.SHORTEST, expiry.LONGEST_CHAINED_ROLE, expiry.DEFAULT, expiry.LONGEST)

COMMAND = Command(
    "login",
    "Starts an MFA session: you enter one MFA code, and every ``aws`` command and every SDK "
    "can use the session until it expires. The session is stored in the profile that "
    "``--profile`` or ``AWS_PROFILE`` names, by default ``mfa``.\n\n"
    "A session that is still valid is kept, and no code is asked for. Your long-lived keys "
    "are never changed. If the profile has its own long-lived keys, the session goes to "
    "the CLI's cache: ``aws`` commands use it, other tools keep using the keys.\n\n"
    "The first login saves the source profile, device and region to the config file.",
    examples="Log in with the keys of profile ``default``::\n\n"
    "    $ aws mfa login --profile mfa\n"
    "    MFA code for ana-phone (profile mfa): 123456\n"
    "    Logged in. Profile mfa is valid until 20:38 (12 h).\n\n"
    "Renew before a long job, unless four hours are left::\n\n"
    "    $ aws mfa login --profile mfa --min-remaining 14400\n\n"
    "Take the code from another program::\n\n"
    "    $ ykman oath accounts code -s aws | aws mfa login --profile mfa --token-code -\n",
    options=(
        Option(
            "source-profile",
            "The profile with the long-lived keys. Default: the one saved by an earlier "
            "login, then the profile's own keys, its ``source_profile``, keys in the "
            "environment, ``default``.",
            PROFILES,
        ),
        Option(
            "serial-number",
            "The ARN of the MFA device, or the serial number of a hardware device. Default: "
            "``mfa_serial`` of the profile or its source, then your device in IAM.",
            SERIALS,
        ),
        Option(
            "token-code",
            "The 6-digit code from your MFA device; ``-`` reads it from stdin. Default: "
            "``AWS_MFA_TOKEN_CODE``, then ``mfa_process``, then a prompt.",
            TEXT,
        ),
        Option(
            "duration-seconds",
            f"How long the session lasts: {expiry.SHORTEST} to {expiry.LONGEST} seconds. Default: "
            f"``duration_seconds`` of the profile, then {expiry.DEFAULT} (12 hours). For the root "
            "user AWS allows one hour.",
            INTEGER,
            suggested=tuple(map(str, _DURATIONS)),
        ),
        Option("force", "Renew the session even if it is still valid."),
        MIN_REMAINING,
        Option("dry-run", "Show what would happen. No code is asked for, nothing is written."),
    ),
)


def run(arguments: Arguments, context: Context) -> Result:
    """Log in as the options say."""
    from awscli_mfa_plugin.server.private_folder import remove_abandoned
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
    remove_abandoned(context.state, context.locks)
    return log_in(request, context)


def log_in(request: LoginRequest, context: Context) -> Result:
    """Log in as ``request`` says, and report the session."""
    from awscli_mfa_plugin.session.login import login

    result = login(request, context.ports)
    data = {
        "Profile": result.session_profile,
        "SourceProfile": result.source_profile or None,
        "MfaSerial": result.mfa_serial or None,
        "Expiration": expiry.rfc3339(result.expiration) if result.expiration else None,
    }
    if result.expiration is None:
        return Result(data, _plan(result, context))
    dim = context.note_style.dim
    if result.outcome == "renewed" and result.keeps_own_keys:
        name = sanitize(result.session_profile)
        context.note(dim(_OWN_KEYS.format(name=name, quoted=shlex.quote(name))))
    if result.outcome == "renewed" and result.settings:
        context.note(dim(f"Saved {_settings(result, context)}"))
    return Result(data, _text(result, result.expiration, context))


def _plan(result: LoginResult, context: Context) -> str:
    name, path = sanitize(result.session_profile), context.process.credentials_path
    where = "the CLI's cache" if result.keeps_own_keys else context.short_path(path)
    text = (
        f"Would ask for a code from {short_device(result.mfa_serial)} and save a session of "
        f"{length_of_time(result.duration_seconds)} to {where}, profile {name}."
    )
    return f"{text}\nWould save {_settings(result, context)}" if result.settings else text


def _settings(result: LoginResult, context: Context) -> str:
    values = {
        option: short_device(value) if option == "mfa_serial" else sanitize(value)
        for option, value in result.settings.items()
    }
    listed = ", ".join(f"{_SETTINGS.get(option, option)} {text}" for option, text in values.items())
    path, name = context.process.config_path, sanitize(result.session_profile)
    return f"to {context.short_path(path)}, profile {name}: {listed}."


def _text(result: LoginResult, expiration: datetime, context: Context) -> str:
    now, name = context.clock.now(), sanitize(result.session_profile)
    style = context.screen.style
    left, end = expiry.seconds_left(expiration, now), moment(expiration, now)
    if result.outcome == "kept":
        return (
            f"Profile {name} has {length_of_time(left)} left, until {end}.\n"
            f"{style.green('Still valid.')} Use --force to renew it now."
        )
    if result.outcome == "expiring":
        soon = style.yellow("expires soon")
        return (
            f"Profile {name} {soon}, at {end} ({length_of_time(left)} left).\n"
            "Another process is logging in to it."
        )
    # Some seconds have passed since AWS made it: they shall not turn 12 h into 11 h 59 min.
    granted = length_of_time(-(-left // 60) * 60)
    lines = [f"{style.green('Logged in.')} Profile {name} is valid until {end} ({granted})."]
    if result.settings:
        lines.append(f"Try it:  aws s3 ls --profile {shlex.quote(name)}")
        if not context.environment.get("AWS_PROFILE"):
            tip = f"export AWS_PROFILE={shlex.quote(name)}"
            lines.append(style.dim(f"Tip: {tip} makes it the default in this shell."))
    return "\n".join(lines)
