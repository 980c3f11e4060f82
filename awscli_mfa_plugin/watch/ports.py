"""What a watch needs from the machine; loaded by type checkers alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from awscli_mfa_plugin.watch.jobs import Job
    from awscli_mfa_plugin.watch.steps import Notice, Told


class Announcer(Protocol):
    """Where a person is told something who isn't asked."""

    def __call__(self, notice: Notice) -> str:
        """Tell it; return why that can't be, or "" if it was told."""


class WatchMemory(Protocol):
    """What a watch has told, from one process to the next."""

    def recall(self, profile: str) -> Told | None:
        """Return what was done about the profile's last session, or None."""

    def keep(self, profile: str, told: Told) -> None:
        """Keep what was done about it."""


class Scheduler(Protocol):
    """A program of the system that runs a job by itself, again and again."""

    name: str

    def unavailable_reason(self) -> str:
        """Return why it isn't to be had on this machine, or ""."""

    def preview(self, job: Job) -> str:
        """Return what :meth:`install` would write, and where."""

    def install(self, job: Job) -> str:
        """Set the job up in place of an earlier one; return a line on what was done."""

    def uninstall(self) -> bool:
        """Remove the job; tell whether there was one."""

    def is_installed(self) -> bool:
        """Tell whether the job is there."""
