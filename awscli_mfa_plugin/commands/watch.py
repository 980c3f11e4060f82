"""``aws mfa watch``: renews sessions when they are due, or asks or tells their person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from awscli_mfa_plugin.commands.base import MfaSubcommand, one_of, whole_number
from awscli_mfa_plugin.core.expiry import rfc3339
from awscli_mfa_plugin.core.text import moment, shown
from awscli_mfa_plugin.core.watching import EVERY_MINUTES
from awscli_mfa_plugin.core.watching.watch import WatchRequest, overview
from awscli_mfa_plugin.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from awscli_mfa_plugin.commands.world import Watching
    from awscli_mfa_plugin.core.protocols import Scheduler
    from awscli_mfa_plugin.core.records import Session

SCHEDULERS = ("systemd", "cron", "launchd", "schtasks")


class WatchCommand(MfaSubcommand):
    """The subcommand ``watch``."""

    NAME = "watch"
    DESCRIPTION = (
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
    )
    EXAMPLES = (
        "Watch in a terminal, until Ctrl-C::\n\n"
        "    $ aws mfa watch\n\n"
        "Let the system do it, and see what it would get before::\n\n"
        "    $ aws mfa watch --install --dry-run\n"
        "    $ aws mfa watch --install\n"
        "    $ aws mfa watch --status\n\n"
        "Be told by a program of your own; it finds ``AWS_MFA_PROFILE`` and "
        "``AWS_MFA_EXPIRATION`` in its environment::\n\n"
        "    $ aws mfa watch --notify-command 'tell-me --urgent'\n"
    )
    ARG_TABLE: ClassVar[list[dict[str, Any]]] = [
        {
            "name": "profiles",
            "nargs": "+",
            "help_text": "The profiles to watch, if several. Default: all managed ones.",
        },
        {
            "name": "once",
            "action": "store_true",
            "help_text": "Look once, do what is due, and end. This is what a scheduler runs.",
        },
        {
            "name": "before",
            "cli_type_name": "integer",
            "help_text": (
                "How many seconds before its end a session is due, at most half of its "
                "lifetime. Default: the expiry window, 900 or a quarter of the lifetime."
            ),
        },
        {
            "name": "notify-command",
            "help_text": (
                "The program that notifies, in place of the desktop. It is split into words, no "
                "shell runs it. In its environment are ``AWS_MFA_PROFILE``, "
                "``AWS_MFA_EXPIRATION`` (RFC 3339), ``AWS_MFA_STATE`` (``due`` or ``over``), "
                "``AWS_MFA_TITLE`` and ``AWS_MFA_TEXT``."
            ),
        },
        {
            "name": "install",
            "nargs": "?",
            # argparse gives None for the option without a value, so "" says that it isn't there.
            "default": "",
            "help_text": (
                f"Let a scheduler run it every {EVERY_MINUTES} minutes, with ``--profile``, "
                "``--before`` and ``--notify-command`` as they are given now. Keys and "
                "passwords of the environment stay out of what is written. ``launchd`` and "
                "``schtasks`` have not been seen to run."
            ),
        },
        {"name": "uninstall", "action": "store_true", "help_text": "Take that back."},
        {
            "name": "status",
            "action": "store_true",
            "help_text": "Tell whether a scheduler or a process watches, and what is due when.",
        },
        {
            "name": "dry-run",
            "action": "store_true",
            "help_text": "With ``--install``: print what would be written. Nothing is changed.",
        },
    ]

    def run(self, parsed_args: Any, parsed_globals: Any) -> int:
        """Watch, or see to the scheduler that does."""
        self._args, self._globals = parsed_args, parsed_globals
        self._check()
        watching = self.world.watching(parsed_globals)
        if parsed_args.status:
            self._show_status(watching)
        elif self._installs:
            self._install(watching)
        elif parsed_args.uninstall:
            self._uninstall(watching)
        else:
            command = parsed_args.notify_command or ""
            return watching.run(self._request, command, once=parsed_args.once)
        return 0

    @property
    def _installs(self) -> bool:
        return bool(self._args.install != "")

    @property
    def _request(self) -> WatchRequest:
        before = whole_number("--before", self._args.before)
        return WatchRequest(self._profiles, before)

    @property
    def _profiles(self) -> tuple[str, ...]:
        one = self._globals.profile
        return tuple(self._args.profiles or ()) or ((one,) if one is not None else ())

    def _check(self) -> None:
        args = self._args
        one_of("--install", args.install or None, SCHEDULERS)
        before = self._request.before
        if before is not None and before < 1:
            raise UsageError("--before takes seconds, 1 or more.")
        if self._args.profiles and self._globals.profile is not None:
            raise UsageError("--profile and --profiles don't go together.", "Name all by one.")
        chosen = [
            option
            for option, is_given in (
                ("--once", args.once),
                ("--install", self._installs),
                ("--uninstall", args.uninstall),
                ("--status", args.status),
            )
            if is_given
        ]
        if len(chosen) > 1:
            raise UsageError(f"{' and '.join(chosen)} don't go together.", "Choose one of them.")
        if args.dry_run and chosen not in (["--install"], ["--uninstall"]):
            raise UsageError("--dry-run goes with --install or --uninstall.")

    def _words(self) -> tuple[str, ...]:
        """Return what stands behind ``aws`` in the job."""
        words = ["mfa", "watch", "--once"]
        for option, value in (
            ("--profile", self._profiles[0] if len(self._profiles) == 1 else None),
            ("--before", self._request.before),
            ("--notify-command", self._args.notify_command),
        ):
            if value is not None:
                # One word each: a value may begin with a hyphen.
                words.append(f"{option}={value}")
        return (*words, "--profiles", *self._profiles) if self._profiles[1:] else tuple(words)

    def _install(self, watching: Watching) -> None:
        job, notes = watching.job(self._words())
        scheduler = self._scheduler(watching)
        for note in notes:
            self.world.note(note)
        if self._args.dry_run:
            text = scheduler.preview(job)
            data = {"Scheduler": scheduler.name, "Installed": False, "Preview": text}
            self.show(self._globals, data, text.rstrip("\n"))
            return
        said = scheduler.install(job)
        # One is enough: two would ask twice.
        for other in watching.schedulers(""):
            if other.name != scheduler.name:
                other.uninstall()
        watching.keep_schedulers([scheduler.name])
        data = {"Scheduler": scheduler.name, "Installed": True}
        self.show(self._globals, data, f"{said} «aws mfa watch --uninstall» takes it back.")

    def _scheduler(self, watching: Watching) -> Scheduler:
        named = self._args.install or ""
        reasons = []
        for scheduler in watching.schedulers(named):
            why_not = scheduler.why_not()
            if not why_not or (named and self._args.dry_run):
                return scheduler
            reasons.append(why_not)
        raise ConfigurationError(
            f"No scheduler is to be had: {'; '.join(reasons)}.",
            "Let «aws mfa watch» run in a terminal, or «aws mfa watch --once» by what you have.",
        )

    def _uninstall(self, watching: Watching) -> None:
        found = [one for one in watching.schedulers("") if one.is_installed()]
        names = [scheduler.name for scheduler in found]
        if self._args.dry_run:
            text = f"Would be removed from {', '.join(names)}." if names else _NOTHING
            self.show(self._globals, {"Removed": [], "Installed": names}, text)
            return
        for scheduler in found:
            scheduler.uninstall()
        watching.keep_schedulers([])
        text = f"Removed from {', '.join(names)}." if names else _NOTHING
        self.show(self._globals, {"Removed": names}, text)

    def _show_status(self, watching: Watching) -> None:
        names = [one.name for one in watching.schedulers("") if one.is_installed()]
        process = watching.other_watch()
        sessions = overview(self._request, watching.ports())
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
        lines = [
            f"Scheduled by {', '.join(names)}." if names else _NOTHING,
            f"{process} watches now." if process else "No process watches now.",
            *(self._line(*session) for session in sessions),
        ]
        self.show(self._globals, data, "\n".join(lines))

    def _line(self, name: str, session: Session, due: datetime) -> str:
        now = self.world.clock.now()
        if session.expiration <= now:
            return f"{shown(name)}: over since {moment(session.expiration, now)}."
        end = moment(session.expiration, now)
        when = "now" if due <= now else f"from {moment(due, now)} on"
        return f"{shown(name)}: due {when}, ends {end}."


_NOTHING = "No scheduler runs «aws mfa watch»."
