"""Schedulers of the system, with fake programs that record their arguments."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.watch.jobs import Job
from awscli_mfa_plugin.watch.schedulers import schedulers
from tests.recorders import recorded, recorder

if TYPE_CHECKING:
    from pathlib import Path

    from awscli_mfa_plugin.watch.schedulers import CommandLineScheduler

JOB = Job(("/opt/aws", "mfa", "watch", "--once"), {"PATH": "/usr/bin"})


def scheduler(name: str, environment: dict[str, str]) -> CommandLineScheduler:
    """Return the scheduler with a name."""
    (found,) = schedulers(environment, name)
    return found


def test_cron_gets_one_line_and_keeps_the_others(environment: dict[str, str], tools: Path) -> None:
    """Installed twice, it is there once; after the removal the crontab is as before."""
    crontab = fake_crontab(tools)
    crontab.write_bytes(b"# mine\nMAILTO=\xff\n1 2 * * * x % y\n")
    before = crontab.read_bytes()
    cron = scheduler("cron", environment)
    assert cron.unavailable_reason() == ""
    assert not cron.is_installed()
    cron.install(JOB)
    said = cron.install(JOB)
    line = "*/5 * * * * /usr/bin/env PATH=/usr/bin /opt/aws mfa watch --once # awscli-mfa-watch\n"
    assert crontab.read_bytes() == before + line.encode()
    assert line in cron.preview(JOB)
    assert "crontab" in said
    assert cron.is_installed()
    assert cron.uninstall()
    assert crontab.read_bytes() == before
    assert not cron.uninstall()


def test_an_empty_crontab_is_removed(environment: dict[str, str], tools: Path) -> None:
    """There was none before."""
    crontab = fake_crontab(tools)
    cron = scheduler("cron", environment)
    cron.install(JOB)
    assert crontab.exists()
    assert cron.uninstall()
    assert not crontab.exists()


def test_a_crontab_that_can_not_be_read_is_not_replaced(
    environment: dict[str, str], tools: Path
) -> None:
    """Others' lines would be lost."""
    crontab = recorder(tools, "crontab", "echo 'you may not use this program' >&2; exit 1")
    with pytest.raises(ConfigurationError, match="you may not use this program"):
        scheduler("cron", environment).install(JOB)
    assert [words[0] for words in recorded(crontab)] == ["-l"]


def fake_crontab(tools: Path) -> Path:
    """Make a crontab(1) that keeps its table in a file; return that."""
    table = tools / "table"
    recorder(
        tools,
        "crontab",
        f"""case "$1" in
-l) if [ -e '{table}' ]; then /bin/cat '{table}'
    else echo 'no crontab for ada' >&2; exit 1; fi ;;
-) /bin/cat > '{table}' ;;
-r) /bin/rm '{table}' ;;
esac""",
    )
    return table


def test_systemd_loads_two_units(environment: dict[str, str], tools: Path, tmp_path: Path) -> None:
    """It writes them before loading, and stops them before removing."""
    systemctl = recorder(tools, "systemctl", "")
    systemd = scheduler("systemd", environment)
    assert systemd.unavailable_reason() == ""
    systemd.install(JOB)
    folder = tmp_path / ".config" / "systemd" / "user"
    names = ["awscli-mfa-watch.service", "awscli-mfa-watch.timer"]
    assert sorted(path.name for path in folder.iterdir()) == names
    assert all(str(folder / name) in systemd.preview(JOB) for name in names)
    assert systemd.is_installed()
    assert systemd.uninstall()
    assert list(folder.iterdir()) == []
    assert not systemd.uninstall()
    assert [words[1:] for words in recorded(systemctl) if "show" not in words[1]] == [
        ["daemon-reload"],
        ["enable", "--now", "awscli-mfa-watch.timer"],
        ["disable", "--now", "awscli-mfa-watch.timer"],
        ["daemon-reload"],
    ]


def test_systemd_is_unavailable_without_a_user_manager(
    environment: dict[str, str], tools: Path
) -> None:
    """A container, a user without a session: cron is next."""
    recorder(tools, "systemctl", "echo 'Failed to connect to bus' >&2; exit 1")
    why = scheduler("systemd", environment).unavailable_reason()
    assert why == "systemd doesn't run for this user (Failed to connect to bus)"
    assert scheduler("cron", environment).unavailable_reason() == "there is no crontab"


def test_launchd_gets_a_property_list(
    environment: dict[str, str], tools: Path, tmp_path: Path
) -> None:
    """With a fake launchctl."""
    launchctl = recorder(tools, "launchctl", "")
    launchd = scheduler("launchd", environment)
    launchd.install(JOB)
    (path,) = (tmp_path / "Library" / "LaunchAgents").iterdir()
    assert launchd.preview(JOB).startswith(f"# {path}\n<?xml")
    assert launchd.is_installed()
    assert launchd.uninstall()
    assert not launchd.uninstall()
    assert [words[0] for words in recorded(launchctl)] == ["bootout", "bootstrap", "bootout"]


def test_task_scheduler_gets_a_file_in_utf_16(environment: dict[str, str], tools: Path) -> None:
    """With a fake schtasks."""
    copy = tools / "copy"
    schtasks = recorder(tools, "schtasks", f"[ $1 = /Create ] && /bin/cp \"$5\" '{copy}'; exit 0")
    task = scheduler("schtasks", environment)
    task.install(JOB)
    assert copy.read_text("utf-16") in task.preview(JOB)
    assert task.uninstall()
    assert [words[0] for words in recorded(schtasks)] == ["/Create", "/Query", "/Delete"]


def test_a_failing_scheduler_is_an_error(environment: dict[str, str], tools: Path) -> None:
    """The error contains what the program printed."""
    recorder(tools, "schtasks", "echo 'ERROR: Access is denied.' >&2; exit 1")
    with pytest.raises(ConfigurationError, match="Access is denied"):
        scheduler("schtasks", environment).install(JOB)


def test_schedulers_in_their_order(environment: dict[str, str]) -> None:
    """systemd, else cron; or the one that is named."""
    names = [scheduler.name for scheduler in schedulers(environment)]
    assert names == (["launchd", "cron"] if sys.platform == "darwin" else ["systemd", "cron"])
    assert [one.name for one in schedulers(environment, "schtasks")] == ["schtasks"]
    assert schedulers(environment, "unknown") == ()
