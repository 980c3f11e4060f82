"""Sets a job up with the schedulers of the system: systemd, cron, launchd, Task Scheduler."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError, MfaError
from awscli_mfa_plugin.watch.command_line_scheduler import (
    CommandLineScheduler,
    remove_file,
    write_whole,
)
from awscli_mfa_plugin.watch.jobs import NAME
from awscli_mfa_plugin.watch.scheduler_files import (
    LAUNCHD_LABEL,
    cron_line,
    has_line,
    launchd_plist,
    systemd_service,
    systemd_timer,
    task_xml,
    with_line,
    without_line,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from awscli_mfa_plugin.watch.jobs import Job
    from awscli_mfa_plugin.watch.ports import Scheduler


class Systemd(CommandLineScheduler):
    """A timer of the user's own systemd."""

    name, program = "systemd", "systemctl"

    def unavailable_reason(self) -> str:
        """Return why there is no service manager of this user, or ""."""
        missing = super().unavailable_reason()
        if missing:
            return missing
        done = self.run("--user", "show-environment")
        return "" if done.returncode == 0 else f"systemd runs nothing for this user ({done.why})"

    def preview(self, job: Job) -> str:
        """Return both units, each under its path."""
        return "\n".join(f"# {path}\n{text}" for path, text in self._units(job))

    def install(self, job: Job) -> str:
        """Write the units and start the timer."""
        for path, text in self._units(job):
            write_whole(path, text.encode("utf-8", "surrogateescape"))
        try:
            self.must("--user", "daemon-reload")
            self.must("--user", "enable", "--now", f"{NAME}.timer")
        except MfaError:
            self.uninstall()
            raise
        return (
            f"The timer {NAME}.timer runs in {self._folder()}. It rests while you are logged out, "
            "unless «loginctl enable-linger» lets it run."
        )

    def uninstall(self) -> bool:
        """Stop the timer and remove the units."""
        was_there = self.is_installed()
        if was_there:
            self.run("--user", "disable", "--now", f"{NAME}.timer")
        for kind in ("timer", "service"):
            remove_file(self._path(kind))
        if was_there:
            self.run("--user", "daemon-reload")
        return was_there

    def is_installed(self) -> bool:
        """Tell whether the timer's unit is there."""
        return os.path.exists(self._path("timer"))

    def _units(self, job: Job) -> list[tuple[str, str]]:
        return [
            (self._path("service"), systemd_service(job)),
            (self._path("timer"), systemd_timer()),
        ]

    def _path(self, kind: str) -> str:
        return os.path.join(self._folder(), f"{NAME}.{kind}")

    def _folder(self) -> str:
        config = self.environment.get("XDG_CONFIG_HOME") or os.path.join(self.home(), ".config")
        return os.path.join(config, "systemd", "user")


class Cron(CommandLineScheduler):
    """A line of the user's crontab."""

    name, program = "cron", "crontab"

    def preview(self, job: Job) -> str:
        """Return the line."""
        return f"# crontab\n{cron_line(job)}\n"

    def install(self, job: Job) -> str:
        """Put the line in, every other one as it is."""
        line = cron_line(job)
        self.must("-", content=with_line(self._content(), line))
        return "The crontab has a line for it; cron has to be running («systemctl status cron»)."

    def uninstall(self) -> bool:
        """Take the line out; a crontab of nothing else goes."""
        if not self.is_installed():
            return False
        left = without_line(self._content())
        if left:
            self.must("-", content=left)
        else:
            self.must("-r")
        return True

    def is_installed(self) -> bool:
        """Tell whether the line is there."""
        if self.unavailable_reason():
            return False
        try:
            return has_line(self._content())
        except ConfigurationError:
            return False  # who may not read a crontab has none

    def _content(self) -> bytes:
        done = self.run("-l")
        if done.returncode == 0:
            return done.stdout
        # Where there is none yet, cron's says the first, busybox's the second.
        if done.returncode is not None and any(
            words in done.why for words in ("no crontab for", "No such file or directory")
        ):
            return b""
        raise ConfigurationError(
            f"The crontab can't be read: {done.why}.", "Nothing was changed. Look at «crontab -l»."
        )


class Launchd(CommandLineScheduler):
    """A launch agent of macOS; written by its manual, and not seen to run."""

    name, program = "launchd", "launchctl"

    def preview(self, job: Job) -> str:
        """Return the property list under its path."""
        return f"# {self._path()}\n{launchd_plist(job)}"

    def install(self, job: Job) -> str:
        """Write the property list and load it."""
        write_whole(self._path(), launchd_plist(job).encode("utf-8", "surrogateescape"))
        self.run("bootout", f"{self._domain()}/{LAUNCHD_LABEL}")
        self.must("bootstrap", self._domain(), self._path())
        return f"The agent {LAUNCHD_LABEL} is loaded from {self._path()}."

    def uninstall(self) -> bool:
        """Unload the agent and remove its property list."""
        if not self.is_installed():
            return False
        self.run("bootout", f"{self._domain()}/{LAUNCHD_LABEL}")
        remove_file(self._path())
        return True

    def is_installed(self) -> bool:
        """Tell whether the property list is there."""
        return os.path.exists(self._path())

    def _path(self) -> str:
        return os.path.join(self.home(), "Library", "LaunchAgents", f"{LAUNCHD_LABEL}.plist")

    def _domain(self) -> str:
        return f"gui/{os.getuid() if sys.platform != 'win32' else 0}"


class TaskScheduler(CommandLineScheduler):
    """A task of Windows; written by its schema, and not seen to run."""

    name, program = "schtasks", "schtasks"

    def preview(self, job: Job) -> str:
        """Return the task."""
        return f"<!-- schtasks /Create /TN {NAME} /XML … -->\n{task_xml(job)}"

    def install(self, job: Job) -> str:
        """Create the task, in place of an earlier one, from a file that is gone afterwards."""
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, f"{NAME}.xml")
            with open(path, "w", encoding="utf-16") as file:
                file.write(task_xml(job))
            self.must("/Create", "/TN", NAME, "/XML", path, "/F")
        return f"The task {NAME} is there. It gets the variables that are set by setx."

    def uninstall(self) -> bool:
        """Delete the task."""
        if not self.is_installed():
            return False
        self.must("/Delete", "/TN", NAME, "/F")
        return True

    def is_installed(self) -> bool:
        """Tell whether Task Scheduler knows the task."""
        return not self.unavailable_reason() and self.run("/Query", "/TN", NAME).returncode == 0


def scheduled_watches(environment: Mapping[str, str], state_folder: str) -> list[Scheduler]:
    """Return the schedulers that start the watch, as the plugin noted in its state folder."""
    from awscli_mfa_plugin.files.state import StateFolder
    from awscli_mfa_plugin.watch.watch_state import noted_schedulers

    names = noted_schedulers(StateFolder(state_folder))
    return [one for name in names for one in schedulers(environment, name)]


def schedulers(environment: Mapping[str, str], named: str = "") -> tuple[Scheduler, ...]:
    """Return the schedulers of this system, the preferred first, or the one that is named."""
    known: tuple[type[Systemd | Cron | Launchd | TaskScheduler], ...]
    known = (Systemd, Cron, Launchd, TaskScheduler)
    of_system = {"win32": (TaskScheduler,), "darwin": (Launchd, Cron)}
    kinds = [kind for kind in known if kind.name == named]
    if not named:
        kinds = [*of_system.get(sys.platform, (Systemd, Cron))]
    return tuple(kind(environment) for kind in kinds)
