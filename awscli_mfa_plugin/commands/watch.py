"""``aws mfa watch``: renews sessions when they are due, or asks or tells their person."""

from __future__ import annotations

from awscli_mfa_plugin.declaration import (
    INTEGER,
    OPTIONAL,
    PROFILES,
    SEVERAL,
    TEXT,
    Command,
    Option,
    Result,
)
from awscli_mfa_plugin.errors import ConfigurationError, UsageError
from awscli_mfa_plugin.text import moment, sanitize
from awscli_mfa_plugin.watch import EVERY_MINUTES

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from awscli_mfa_plugin.commands.context import Context
    from awscli_mfa_plugin.session.records import Session
    from awscli_mfa_plugin.watch.schedulers import CommandLineScheduler
    from awscli_mfa_plugin.watch.watch import WatchRequest


SCHEDULERS = ("systemd", "cron", "launchd", "schtasks")

_NOTHING = "No scheduler runs «aws mfa watch»."

COMMAND = Command(
    "watch",
    (
        "Waits until the next session of the managed profiles, or of those that ``--profile`` "
        "or ``--profiles`` names, is due. Then it renews it by ``mfa_process``, or else asks for "
        "the token code: "
        "in a dialog where there is a desktop (zenity, kdialog, osascript, PowerShell), on the "
        "terminal where it has one. Where nobody answers it notifies (notify-send, osascript, a "
        "toast, or ``--notify-command``). It asks once a session, and notifies once when the "
        "session is due and once when it is over.\n\n"
        "``--install`` lets a scheduler of the system run it: a timer of systemd, else cron; "
        "launchd on macOS; Task Scheduler on Windows. launchd, Task Scheduler, osascript, "
        "PowerShell's dialog and the toast were written by their manuals, and have not been "
        "seen to run.\n\n"
        "``AWS_PROFILE`` doesn't count here. Each event is a line on stderr. One watch at a "
        "time runs for a user."
    ),
    (
        "Watch in a terminal, until Ctrl-C::\n\n"
        "    $ aws mfa watch\n\n"
        "Let the system do it, and see what it would get before::\n\n"
        "    $ aws mfa watch --install --dry-run\n"
        "    $ aws mfa watch --install\n"
        "    $ aws mfa watch --status\n\n"
        "Be told by a program of your own; it finds ``AWS_MFA_PROFILE`` and "
        "``AWS_MFA_EXPIRATION`` in its environment::\n\n"
        "    $ aws mfa watch --notify-command 'tell-me --urgent'\n"
    ),
    (
        Option(
            "profiles",
            "The profiles to watch, if several. Default: all managed ones.",
            PROFILES,
            values=SEVERAL,
        ),
        Option("once", "Look once, do what is due, and end. This is what a scheduler runs."),
        Option(
            "before",
            (
                "How many seconds before its end a session is due, at most half of its "
                "lifetime. Default: the expiry window, 900 or a quarter of the lifetime."
            ),
            INTEGER,
        ),
        Option(
            "notify-command",
            (
                "The program that notifies, in place of the desktop. It is split into words, no "
                "shell runs it. In its environment are ``AWS_MFA_PROFILE``, "
                "``AWS_MFA_EXPIRATION`` (RFC 3339), ``AWS_MFA_STATE`` (``due`` or ``over``), "
                "``AWS_MFA_TITLE`` and ``AWS_MFA_TEXT``."
            ),
            TEXT,
        ),
        Option(
            "install",
            (
                f"Let a scheduler run it every {EVERY_MINUTES} minutes, with ``--profile``, "
                "``--before`` and ``--notify-command`` as they are given now. Keys and "
                "passwords of the environment stay out of what is written. ``launchd`` and "
                "``schtasks`` have not been seen to run."
            ),
            SCHEDULERS,
            values=OPTIONAL,
        ),
        Option("uninstall", "Take that back."),
        Option("status", "Tell whether a scheduler or a process watches, and what is due when."),
        Option("dry-run", "With ``--install``: print what would be written. Nothing is changed."),
    ),
)


def run(arguments: Mapping[str, Any], context: Context) -> Result:
    """Watch, or see to the scheduler that does."""
    from awscli_mfa_plugin.watch.watch import WatchRequest

    _check(arguments, context)
    request = WatchRequest(_profiles(arguments, context), arguments["before"])
    if arguments["status"]:
        return _status(request, context)
    if arguments["install"] is not None:
        return _install(request, arguments, context)
    if arguments["uninstall"]:
        return _uninstall(arguments, context)
    command = arguments["notify_command"] or ""
    return Result(exit_code=context.watch(request, command, once=arguments["once"]))


def _profiles(arguments: Mapping[str, Any], context: Context) -> tuple[str, ...]:
    one = context.options.profile
    return tuple(arguments["profiles"] or ()) or ((one,) if one is not None else ())


def _check(arguments: Mapping[str, Any], context: Context) -> None:
    """Raise UsageError for values and options that don't go together."""
    if arguments["before"] is not None and arguments["before"] < 1:
        raise UsageError("--before takes seconds, 1 or more.")
    if arguments["profiles"] and context.options.profile is not None:
        raise UsageError("--profile and --profiles don't go together.", "Name all by one.")
    chosen = [
        option
        for option, is_given in (
            ("--once", arguments["once"]),
            ("--install", arguments["install"] is not None),
            ("--uninstall", arguments["uninstall"]),
            ("--status", arguments["status"]),
        )
        if is_given
    ]
    if len(chosen) > 1:
        raise UsageError(f"{' and '.join(chosen)} don't go together.", "Choose one of them.")
    if arguments["dry_run"] and chosen not in (["--install"], ["--uninstall"]):
        raise UsageError("--dry-run goes with --install or --uninstall.")


def _words(request: WatchRequest, notify_command: str | None) -> tuple[str, ...]:
    """Return what stands behind ``aws`` in the job."""
    words, profiles = ["mfa", "watch", "--once"], request.profiles
    for option, value in (
        ("--profile", profiles[0] if len(profiles) == 1 else None),
        ("--before", request.before),
        ("--notify-command", notify_command),
    ):
        if value is not None:
            # One word each: a value may begin with a hyphen.
            words.append(f"{option}={value}")
    return (*words, "--profiles", *profiles) if profiles[1:] else tuple(words)


def _install(request: WatchRequest, arguments: Mapping[str, Any], context: Context) -> Result:
    job, notes = context.job(_words(request, arguments["notify_command"]))
    scheduler = _scheduler(arguments["install"], context, is_preview=arguments["dry_run"])
    for note in notes:
        context.note(note)
    if arguments["dry_run"]:
        text = scheduler.preview(job)
        data = {"Scheduler": scheduler.name, "Installed": False, "Preview": text}
        return Result(data, text.rstrip("\n"))
    said = scheduler.install(job)
    # One is enough: two would ask twice.
    for other in context.schedulers():
        if other.name != scheduler.name:
            other.uninstall()
    context.keep_schedulers([scheduler.name])
    data = {"Scheduler": scheduler.name, "Installed": True}
    return Result(data, f"{said} «aws mfa watch --uninstall» takes it back.")


def _scheduler(named: str, context: Context, *, is_preview: bool) -> CommandLineScheduler:
    reasons = []
    for scheduler in context.schedulers(named):
        unavailable_reason = scheduler.unavailable_reason()
        if not unavailable_reason or (named and is_preview):
            return scheduler
        reasons.append(unavailable_reason)
    raise ConfigurationError(
        f"No scheduler is to be had: {'; '.join(reasons)}.",
        "Let «aws mfa watch» run in a terminal, or «aws mfa watch --once» by what you have.",
    )


def _uninstall(arguments: Mapping[str, Any], context: Context) -> Result:
    found = [one for one in context.schedulers() if one.is_installed()]
    names = [scheduler.name for scheduler in found]
    if arguments["dry_run"]:
        text = f"Would be removed from {', '.join(names)}." if names else _NOTHING
        return Result({"Removed": [], "Installed": names}, text)
    for scheduler in found:
        scheduler.uninstall()
    context.keep_schedulers([])
    return Result({"Removed": names}, f"Removed from {', '.join(names)}." if names else _NOTHING)


def _status(request: WatchRequest, context: Context) -> Result:
    from awscli_mfa_plugin.session.expiry import rfc3339
    from awscli_mfa_plugin.watch.watch import watched_sessions

    names = [one.name for one in context.schedulers() if one.is_installed()]
    process = context.other_watch()
    sessions = watched_sessions(request, context.ports)
    data = {
        "Schedulers": names,
        "Process": process or None,
        "Sessions": [
            {
                "Profile": name,
                "Expiration": rfc3339(session.expiration),
                "DueFrom": rfc3339(due),
            }
            for name, session, due in sessions
        ],
    }
    now = context.clock.now()
    lines = [
        f"Scheduled by {', '.join(names)}." if names else _NOTHING,
        f"{process} watches now." if process else "No process watches now.",
        *(_line(*session, now) for session in sessions),
    ]
    return Result(data, "\n".join(lines))


def _line(name: str, session: Session, due: datetime, now: datetime) -> str:
    if session.expiration <= now:
        return f"{sanitize(name)}: over since {moment(session.expiration, now)}."
    end = moment(session.expiration, now)
    when = "now" if due <= now else f"from {moment(due, now)} on"
    return f"{sanitize(name)}: due {when}, ends {end}."
