"""Installs the job with a scheduler of the system: systemd, cron, launchd, Task Scheduler."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError, MfaError
from awscli_mfa_plugin.files.atomic import make_private_folder, remove_file, replace_file
from awscli_mfa_plugin.files.paths import home_folder
from awscli_mfa_plugin.system.machine import path_of_this_aws
from awscli_mfa_plugin.system.subprocesses import run_to_end
from awscli_mfa_plugin.text import short_path
from awscli_mfa_plugin.watch import jobs
from awscli_mfa_plugin.watch.notifications import desktop_environment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from awscli_mfa_plugin.system.subprocesses import Done
    from awscli_mfa_plugin.watch.jobs import Job


class CommandLineScheduler:
    """A scheduler of the system, controlled by a program."""

    name = program = ""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Find the user's session bus, which the program may need."""
        self.environment = desktop_environment(environment)

    def unavailable_reason(self) -> str:
        """Return why it can't be used on this machine, or ""."""
        found = shutil.which(self.program, path=self.environment.get("PATH", ""))
        return "" if found else f"there is no {self.program}"

    def preview(self, job: Job) -> str:
        """Return what :meth:`install` would write, and where."""
        raise NotImplementedError

    def install(self, job: Job) -> str:
        """Install the job, replacing an earlier one; return what was done."""
        raise NotImplementedError

    def uninstall(self) -> bool:
        """Remove the job; return whether there was one."""
        was_there = self.is_installed()
        if was_there:
            self._remove()
        return was_there

    def is_installed(self) -> bool:
        """Return whether the job is installed."""
        raise NotImplementedError

    def _remove(self) -> None:
        raise NotImplementedError

    def _shown(self, path: str) -> str:
        return short_path(path, home_folder(self.environment))

    def _run(self, *words: str, content: bytes = b"") -> Done:
        return run_to_end([self.program, *words], self.environment, 30, content)

    def _must(self, *words: str, content: bytes = b"") -> None:
        done = self._run(*words, content=content)
        if not done.succeeded:
            raise ConfigurationError(
                f"{self.program} failed: {done.why}.",
                "To see what it was given:  aws mfa watch --install --dry-run",
            )


def _write_file(path: str, text: str) -> None:
    make_private_folder(os.path.dirname(path))
    replace_file(os.path.realpath(path), text.encode("utf-8", "surrogateescape"))


class _Systemd(CommandLineScheduler):
    """A timer of the user's own systemd."""

    name, program = "systemd", "systemctl"

    def unavailable_reason(self) -> str:
        if missing := super().unavailable_reason():
            return missing
        done = self._run("--user", "show-environment")
        return "" if done.succeeded else f"systemd doesn't run for this user ({done.why})"

    def preview(self, job: Job) -> str:
        units = (("service", jobs.systemd_service(job)), ("timer", jobs.systemd_timer()))
        return "\n".join(f"# {self._path(kind)}\n{text}" for kind, text in units)

    def install(self, job: Job) -> str:
        try:
            _write_file(self._path("service"), jobs.systemd_service(job))
            _write_file(self._path("timer"), jobs.systemd_timer())
            self._must("--user", "daemon-reload")
            self._must("--user", "enable", "--now", f"{jobs.NAME}.timer")
        except MfaError:
            self._remove()
            raise
        return (
            f"Installed {self._shown(self._path('timer'))}.\n"
            "To keep it running after you log out:  loginctl enable-linger"
        )

    def _remove(self) -> None:
        self._run("--user", "disable", "--now", f"{jobs.NAME}.timer")
        for kind in ("timer", "service"):
            remove_file(self._path(kind))
        self._run("--user", "daemon-reload")

    def is_installed(self) -> bool:
        return os.path.exists(self._path("timer"))

    def _path(self, kind: str) -> str:
        home = os.path.join(home_folder(self.environment), ".config")
        config = self.environment.get("XDG_CONFIG_HOME") or home
        return os.path.join(config, "systemd", "user", f"{jobs.NAME}.{kind}")


class _Cron(CommandLineScheduler):
    """A line of the user's crontab."""

    name, program = "cron", "crontab"

    def preview(self, job: Job) -> str:
        return f"# crontab\n{jobs.cron_line(job)}\n"

    def install(self, job: Job) -> str:
        """Add the line; all others stay."""
        self._must("-", content=jobs.with_line(self._content(), jobs.cron_line(job)))
        return "Installed in your crontab. cron must be running."

    def _remove(self) -> None:
        """Remove the line, or the crontab if nothing else is in it."""
        left = jobs.without_line(self._content())
        if left:
            self._must("-", content=left)
        else:
            self._must("-r")

    def is_installed(self) -> bool:
        try:
            return not self.unavailable_reason() and jobs.has_line(self._content())
        except ConfigurationError:
            return False  # a user who may not read a crontab has none

    def _content(self) -> bytes:
        done = self._run("-l")
        if done.succeeded:
            return done.stdout
        # What cron and busybox say if there is no crontab yet.
        nothing = ("no crontab for", "No such file or directory")
        if done.returncode is not None and any(words in done.why for words in nothing):
            return b""
        raise ConfigurationError(
            f"The crontab can't be read: {done.why}.", "Nothing was changed. See:  crontab -l"
        )


class _Launchd(CommandLineScheduler):
    """A launch agent of macOS; written from its manual, never run."""

    name, program = "launchd", "launchctl"
    domain = f"gui/{os.getuid() if sys.platform != 'win32' else 0}"

    def preview(self, job: Job) -> str:
        return f"# {self._path()}\n{jobs.launchd_plist(job)}"

    def install(self, job: Job) -> str:
        _write_file(self._path(), jobs.launchd_plist(job))
        self._run("bootout", f"{self.domain}/{jobs.LAUNCHD_LABEL}")
        self._must("bootstrap", self.domain, self._path())
        return f"Installed {self._shown(self._path())}."

    def _remove(self) -> None:
        self._run("bootout", f"{self.domain}/{jobs.LAUNCHD_LABEL}")
        remove_file(self._path())

    def is_installed(self) -> bool:
        return os.path.exists(self._path())

    def _path(self) -> str:
        home = home_folder(self.environment)
        return os.path.join(home, "Library", "LaunchAgents", f"{jobs.LAUNCHD_LABEL}.plist")


class _TaskScheduler(CommandLineScheduler):
    """A task of Windows; written from its schema, never run."""

    name = program = "schtasks"

    def preview(self, job: Job) -> str:
        return f"<!-- schtasks /Create /TN {jobs.NAME} /XML … -->\n{jobs.task_xml(job)}"

    def install(self, job: Job) -> str:
        """Create the task from a temporary file."""
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, f"{jobs.NAME}.xml")
            with open(path, "w", encoding="utf-16") as file:
                file.write(jobs.task_xml(job))
            self._must("/Create", "/TN", jobs.NAME, "/XML", path, "/F")
        return f"Installed the task {jobs.NAME}. It uses the variables that you set with setx."

    def _remove(self) -> None:
        self._must("/Delete", "/TN", jobs.NAME, "/F")

    def is_installed(self) -> bool:
        return not self.unavailable_reason() and self._run("/Query", "/TN", jobs.NAME).succeeded


def schedulers(environment: Mapping[str, str], named: str = "") -> tuple[CommandLineScheduler, ...]:
    """Return this system's schedulers, the preferred one first, or the named one."""
    known: tuple[type[CommandLineScheduler], ...] = (_Systemd, _Cron, _Launchd, _TaskScheduler)
    of_system = {"win32": (_TaskScheduler,), "darwin": (_Launchd, _Cron)}
    kinds = known if named else of_system.get(sys.platform, (_Systemd, _Cron))
    return tuple(kind(environment) for kind in kinds if named in {"", kind.name})


def job_of_this_aws(
    words: Sequence[str], environment: Mapping[str, str], program: str, paths: Mapping[str, str]
) -> tuple[jobs.Job, tuple[str, ...]]:
    """Return the job that runs ``aws`` with these words, and notes on what it doesn't get.

    It runs in another folder, so paths become absolute; ``paths`` are those of the shared files.
    """
    folders = filter(os.path.isabs, environment.get("PATH", "").split(os.pathsep))
    absolute = {
        **paths,
        "AWS_CA_BUNDLE": os.path.abspath(environment.get("AWS_CA_BUNDLE", "")),
        "PATH": os.pathsep.join(dict.fromkeys(folders)),
    }
    kept = {name: absolute.get(name, value) for name, value in environment.items() if value}
    return jobs.job_of((path_of_this_aws(program, kept), *words), kept)
