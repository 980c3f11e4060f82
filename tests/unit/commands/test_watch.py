"""``aws mfa watch``: options, schedulers and status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from awscli_mfa_plugin.commands import watch
from awscli_mfa_plugin.commands.process import GlobalOptions
from awscli_mfa_plugin.errors import ConfigurationError, UsageError
from tests.fakes import (
    context,
)
from tests.unit.commands.run import data_of, run, with_session

if TYPE_CHECKING:
    from awscli_mfa_plugin.commands.context import Context
    from awscli_mfa_plugin.watch.watch import WatchRequest


class FakeScheduler:
    """A scheduler that records its job."""

    def __init__(self, name: str, *, unavailable_reason: str = "", installed: bool = False) -> None:
        """Start with or without a job."""
        self.name = name
        self.reason = unavailable_reason
        self.installed = installed

    def unavailable_reason(self) -> str:
        """Return the reason."""
        return self.reason

    def preview(self, job: Any) -> str:
        """Return a line of it."""
        return f"run {job}\n"

    def install(self, job: Any) -> str:
        """Keep that there is a job."""
        del job
        self.installed = True
        return "Every five minutes."

    def uninstall(self) -> bool:
        """Forget the job."""
        was_there, self.installed = self.installed, False
        return was_there

    def is_installed(self) -> bool:
        """Return whether there is a job."""
        return self.installed


def scheduled(*schedulers: FakeScheduler, options: GlobalOptions | None = None) -> Context:
    """Return a context with these schedulers; a job is its command line."""
    kept: list[str] = []
    return context(
        with_session(),
        options,
        schedulers=lambda named="": [one for one in schedulers if named in {"", one.name}],
        keep_schedulers=kept.extend,
        job=lambda words: (" ".join(words), ("PASSWORD stays out.",)),
    )


def test_watch_passes_its_options_on() -> None:
    """The exit code is that of the watch."""
    seen: list[Any] = []

    def watching(request: WatchRequest, command: str, *, once: bool) -> int:
        seen.append((request.profiles, request.before, command, once))
        return 130

    here = context(options=GlobalOptions(profile="mfa"), watch=watching)
    assert run(watch, here, before=60, notify_command="tell", once=True).exit_code == 130
    assert run(watch, context(watch=watching), profiles=["a", "b"]).exit_code == 130
    assert seen == [(("mfa",), 60, "tell", True), (("a", "b"), None, "", False)]


def test_watch_is_installed_with_the_first_available_scheduler() -> None:
    """And removed from others."""
    broken, cron = FakeScheduler("systemd", unavailable_reason="no bus"), FakeScheduler("cron")
    old = FakeScheduler("launchd", installed=True)
    here = scheduled(broken, cron, old, options=GlobalOptions(profile="-mfa"))
    result = run(watch, here, install="", notify_command="a b")
    assert data_of(result) == {"Scheduler": "cron", "Installed": True}
    assert (cron.installed, old.installed) == (True, False)
    removed = run(watch, here, uninstall=True)
    assert (removed.text, cron.installed) == ("Removed from cron.", False)


def test_watch_shows_what_would_be_installed() -> None:
    """Also for a named scheduler that isn't available; several profiles come last."""
    here = scheduled(FakeScheduler("cron"), FakeScheduler("launchd", unavailable_reason="no macOS"))
    result = run(watch, here, install="launchd", dry_run=True, before=60, profiles=["a", "b"])
    assert result.text == "run mfa watch --once --before=60 --profiles a b"
    gone = run(
        watch, scheduled(FakeScheduler("cron", installed=True)), uninstall=True, dry_run=True
    )
    assert gone.text == "Would be removed from cron."


def test_watch_without_a_scheduler_says_why() -> None:
    """Each with its reason."""
    with pytest.raises(ConfigurationError, match="no bus; no crontab"):
        run(
            watch,
            scheduled(
                FakeScheduler("systemd", unavailable_reason="no bus"),
                FakeScheduler("cron", unavailable_reason="no crontab"),
            ),
            install="",
        )


def test_watch_shows_who_watches_and_when_sessions_expire() -> None:
    """Of the sessions, and who watches."""
    result = run(watch, scheduled(FakeScheduler("cron", installed=True)), status=True)
    assert data_of(result)["Schedulers"] == ["cron"]
    assert data_of(result)["Sessions"][0]["Profile"] == "mfa"
    assert "No process is watching." in result.text
    assert "mfa: valid until 21:00; renewed from 20:45." in result.text


@pytest.mark.parametrize(
    "given",
    [
        {"before": 0},
        {"once": True, "status": True},
        {"install": "", "uninstall": True},
        {"dry_run": True},
        {"install": "at"},
    ],
)
def test_watch_refuses_what_doesnt_go_together(given: dict[str, Any]) -> None:
    """Before anything is looked at."""
    with pytest.raises(UsageError):
        run(watch, context(), **given)


def test_watch_takes_one_profile_or_several() -> None:
    """Not both options at once."""
    with pytest.raises(UsageError) as caught:
        run(watch, context(options=GlobalOptions(profile="mfa")), profiles=["a"])
    assert caught.value.what == "Use either --profile or --profiles."


def test_all_schedulers_are_removed_and_named() -> None:
    """In a dry run nothing is; then the uninstaller has none to look for."""
    found = [FakeScheduler("systemd", installed=True), FakeScheduler("cron", installed=True)]
    here = scheduled(*found)
    dry = run(watch, here, uninstall=True, dry_run=True)
    assert dry.text == "Would be removed from systemd, cron."
    assert data_of(dry) == {"Removed": [], "Installed": ["systemd", "cron"]}
    done = run(watch, here, uninstall=True)
    assert done.text == "Removed from systemd, cron."
    assert data_of(done) == {"Removed": ["systemd", "cron"]}
    assert data_of(run(watch, here, uninstall=True)) == {"Removed": []}
