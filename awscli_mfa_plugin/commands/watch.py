"""``aws mfa watch``: renews sessions before they expire, asks for a code, or notifies."""

from __future__ import annotations

from awscli_mfa_plugin.declaration import (
    INTEGER,
    OPTIONAL,
    PROFILES,
    SEVERAL,
    TEXT,
    Arguments,
    Command,
    Option,
    Result,
)
from awscli_mfa_plugin.errors import ConfigurationError, UsageError
from awscli_mfa_plugin.text import moment, sanitize
from awscli_mfa_plugin.watch import EVERY_MINUTES

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from datetime import datetime

    from awscli_mfa_plugin.commands.context import Context
    from awscli_mfa_plugin.session.records import Session
    from awscli_mfa_plugin.text import Style
    from awscli_mfa_plugin.watch.schedulers import CommandLineScheduler
    from awscli_mfa_plugin.watch.watch import WatchRequest

SCHEDULERS = ("systemd", "cron", "launchd", "schtasks")

_NOTHING = "Not installed in a scheduler."

COMMAND = Command(
    "watch",
    "Renews MFA sessions before they expire: with ``mfa_process`` if it is set, otherwise it asks "
    "for the code in a window (zenity, kdialog, osascript, PowerShell) or on the terminal. It "
    "asks once per session. If nobody answers, it notifies you (or runs ``--notify-command``): "
    "once when the session expires soon, once when it has expired.\n\n"
    "It watches all MFA profiles, or those that ``--profile`` or ``--profiles`` names; "
    "``AWS_PROFILE`` is ignored. Events are printed on stderr. Only one watch runs per user.\n\n"
    "``--install`` lets a scheduler run it: a systemd timer or cron, launchd on macOS, Task "
    "Scheduler on Windows. launchd, Task Scheduler and the windows of macOS and Windows haven't "
    "been tested yet.",
    examples="Watch in a terminal, until Ctrl-C::\n\n"
    "    $ aws mfa watch\n\n"
    "Let the system run it; the first command shows what it would install::\n\n"
    "    $ aws mfa watch --install --dry-run\n"
    "    $ aws mfa watch --install\n"
    "    $ aws mfa watch --status\n\n"
    "Notify with a program of your own, which gets ``AWS_MFA_PROFILE`` and "
    "``AWS_MFA_EXPIRATION``::\n\n"
    "    $ aws mfa watch --notify-command 'tell-me --urgent'\n",
    options=(
        Option(
            "profiles",
            "Several profiles to watch. Default: all MFA profiles.",
            PROFILES,
            values=SEVERAL,
        ),
        Option("once", "Check the sessions once and exit, as a scheduler does."),
        Option(
            "before",
            "How many seconds before a session expires to renew it, at most half of its "
            "lifetime. Default: 900, or a quarter of the lifetime.",
            INTEGER,
        ),
        Option(
            "notify-command",
            "A program to run instead of a desktop notification. It is split into words; no "
            "shell is involved. It gets the variables ``AWS_MFA_PROFILE``, "
            "``AWS_MFA_EXPIRATION`` (RFC 3339), ``AWS_MFA_STATE`` (``expiring`` or "
            "``expired``), ``AWS_MFA_TITLE`` and ``AWS_MFA_TEXT``.",
            TEXT,
        ),
        Option(
            "install",
            f"Let a scheduler run it every {EVERY_MINUTES} minutes, with ``--profile``, "
            "``--profiles``, ``--before`` and ``--notify-command`` as given now. No keys or "
            "passwords from your environment are saved.",
            SCHEDULERS,
            values=OPTIONAL,
        ),
        Option("uninstall", "Remove it from the schedulers."),
        Option("status", "Show what is watching, and when the sessions expire."),
        Option("dry-run", "With ``--install`` or ``--uninstall``: only show what would change."),
    ),
)


def run(arguments: Arguments, context: Context) -> Result:
    """Watch, or install, remove or show the watch of a scheduler."""
    from awscli_mfa_plugin.watch.watch import WatchRequest

    _check(arguments, context)
    one = context.options.profile
    named = arguments["profiles"] or ([] if one is None else [one])
    request = WatchRequest(tuple(named), arguments["before"])
    if arguments["status"]:
        return _status(request, context)
    if arguments["install"] is not None:
        return _install(request, arguments, context)
    if arguments["uninstall"]:
        return _uninstall(arguments, context)
    command = arguments["notify_command"] or ""
    return Result(exit_code=context.watch(request, command, once=arguments["once"]))


def _check(arguments: Arguments, context: Context) -> None:
    """Raise UsageError for options that exclude each other."""
    if arguments["before"] is not None and arguments["before"] < 1:
        raise UsageError("--before must be 1 or more seconds.")
    if arguments["profiles"] and context.options.profile is not None:
        raise UsageError("Use either --profile or --profiles.")
    given = {
        "--once": arguments["once"],
        "--install": arguments["install"] is not None,
        "--uninstall": arguments["uninstall"],
        "--status": arguments["status"],
    }
    chosen = [option for option, is_given in given.items() if is_given]
    if len(chosen) > 1:
        raise UsageError(f"Use only one of {' and '.join(chosen)}.")
    if arguments["dry_run"] and chosen not in (["--install"], ["--uninstall"]):
        raise UsageError("--dry-run needs --install or --uninstall.")


def _words(request: WatchRequest, notify_command: str | None) -> tuple[str, ...]:
    """Return the arguments of ``aws`` in the job."""
    profiles = request.profiles
    values = {
        "--profile": profiles[0] if len(profiles) == 1 else None,
        "--before": request.before,
        "--notify-command": notify_command,
    }
    # One word each: a value may begin with a hyphen.
    given = (f"{option}={value}" for option, value in values.items() if value is not None)
    several = ("--profiles", *profiles) if profiles[1:] else ()
    return ("mfa", "watch", "--once", *given, *several)


def _install(request: WatchRequest, arguments: Arguments, context: Context) -> Result:
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
    return Result(data, f"{said}\nTo remove it:  aws mfa watch --uninstall")


def _scheduler(named: str, context: Context, *, is_preview: bool) -> CommandLineScheduler:
    reasons = []
    for scheduler in context.schedulers(named):
        why = scheduler.unavailable_reason()
        if not why or (named and is_preview):
            return scheduler
        reasons.append(why)
    raise ConfigurationError(
        f"No scheduler can be used: {'; '.join(reasons)}.",
        "Watch in a terminal instead:  aws mfa watch",
    )


def _uninstall(arguments: Arguments, context: Context) -> Result:
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
    from awscli_mfa_plugin.watch.loop import other_watch
    from awscli_mfa_plugin.watch.watch import watched_sessions

    names = [one.name for one in context.schedulers() if one.is_installed()]
    process = other_watch(context.locks)
    sessions = watched_sessions(request, context.ports)
    listed = [
        {
            "Profile": name,
            "Expiration": rfc3339(session.expiration),
            "ExpiringFrom": rfc3339(expiring),
        }
        for name, session, expiring in sessions
    ]
    data = {"Schedulers": names, "Process": process or None, "Sessions": listed}
    now, style = context.clock.now(), context.screen.style
    lines = [
        f"Scheduled by {', '.join(names)}." if names else _NOTHING,
        f"{process} is watching." if process else "No process is watching.",
        *(_line(*session, now, style) for session in sessions),
    ]
    return Result(data, "\n".join(lines))


def _line(name: str, session: Session, expiring: datetime, now: datetime, style: Style) -> str:
    end = moment(session.expiration, now)
    text = f"{style.green('valid')} until {end}; renewed from {moment(expiring, now)}."
    if session.expiration <= now:
        text = f"{style.red('expired')} at {end}."
    elif expiring <= now:
        text = f"{style.yellow('expires soon')} ({end})."
    return f"{sanitize(name)}: {text}"
