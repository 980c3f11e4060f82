"""A real cron starts the watch, under a user that exists only for this."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.hosts.cache import host_folder
from tests.hosts.conftest import need
from tests.hosts.home import Home
from tests.hosts.host import Host
from tests.hosts.moved import faketime_library
from tests.recorders import recorded, recorder

if TYPE_CHECKING:
    from collections.abc import Iterator

USER = "awscli-mfa-cron-test"
_KEYS = "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = secret\n"
_CONFIG = (
    "[profile mfa]\nregion = eu-west-1\nmfa_source_profile = default\n"
    "mfa_serial = arn:aws:iam::123456789012:mfa/ada\n"
)


def unavailable_reason() -> str:
    """Return why no cron can be started here, or ""."""
    if not os.environ.get("AWSCLI_MFA_REQUIRE_HOSTS"):
        return "a machine of somebody's own gets no user and no cron"
    if os.geteuid() != 0:
        return "only root may add a user and start cron"
    for program in ("cron", "crontab", "useradd"):
        if not shutil.which(program):
            return f"{program} isn't installed (Debian's packages cron and passwd)"
    if Path("/var/run/crond.pid").exists():
        return "a cron runs here, and its clock isn't ours to move"
    return ""


@pytest.fixture
def user_home(plugin: Path) -> Iterator[Home]:
    """Return the home of a new user, with v2's official build and the plugin in it."""
    if reason := unavailable_reason():
        pytest.skip(reason)
    need("v2")
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:  # pytest's own is private
        folder = Path(name)
        folder.chmod(0o755)
        shutil.copytree(host_folder("v2"), folder / "v2", symlinks=True, copy_function=linked)
        home = folder / "100% home"
        subprocess.run(["useradd", "--create-home", "--home-dir", str(home), USER], check=True)
        try:
            shutil.copytree(plugin, home / "plugin")
            yield Home(Host("v2", folder / "v2"), home, home / "plugin")
        finally:
            subprocess.run(["crontab", "-r", "-u", USER], check=False, capture_output=True)
            subprocess.run(["userdel", "--force", USER], check=True, capture_output=True)


def linked(source: str, target: str) -> None:
    """Link a file, or copy it where it lies on another disk."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def test_a_real_cron_runs_the_line(user_home: Home) -> None:
    """The installed line runs, and the user's own command is notified of the session."""
    end = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(minutes=10)
    user_home.write_config(_CONFIG)
    user_home.write_credentials(
        f"{_KEYS}[mfa]\naws_access_key_id = ASIA1\naws_secret_access_key = secret\n"
        f"aws_session_token = token\nmanager = awscli-mfa-plugin\nexpiration = {end.isoformat()}\n"
    )
    tell = recorder(user_home.path, "tell", "env >&9")
    owned = pwd.getpwnam(USER)
    for path in (user_home.path, *user_home.path.rglob("*")):
        os.chown(path, owned.pw_uid, owned.pw_gid)
    installed = subprocess.run(
        [
            *(str(user_home.host.aws), "mfa", "watch", "--install", "cron"),
            *("--notify-command", f"'{tell}' 50%"),
        ],
        env=user_home.environment(),
        cwd=user_home.path,
        user=owned.pw_uid,
        group=owned.pw_gid,
        extra_groups=[],
        capture_output=True,
        text=True,
        check=False,
    )
    assert installed.returncode == 0, installed.stdout + installed.stderr
    with cron_just_before_its_minute() as cron:
        deadline = time.monotonic() + 60
        while not recorded(tell):
            assert cron.poll() is None
            assert time.monotonic() < deadline, "cron didn't run the line"
            time.sleep(0.2)
    assert recorded(tell) == [["50%"]]
    environment = (user_home.path / "tell.environment").read_text()
    assert f"AWS_MFA_EXPIRATION={end.isoformat()}\n" in environment
    assert "AWS_MFA_PROFILE=mfa\n" in environment


class cron_just_before_its_minute:  # noqa: N801 - reads as a function
    """Runs a cron whose clock is three seconds before a minute that the line names."""

    def __enter__(self) -> subprocess.Popen[bytes]:
        """Start it; its jobs have the true time."""
        env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TZ": "UTC"}
        env |= {"LD_PRELOAD": faketime_library(), "FAKETIME": "@2026-11-24 09:04:57"}
        self._cron = subprocess.Popen(["cron", "-f"], env=env)
        return self._cron

    def __exit__(self, *_: object) -> None:
        """End it."""
        self._cron.terminate()
        self._cron.wait(30)
        Path("/var/run/crond.pid").unlink(missing_ok=True)
