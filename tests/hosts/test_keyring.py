"""Long-lived keys in a real keyring: the real CLIs get them, and no file of the home has them."""

from __future__ import annotations

import os
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.hosts.clients import BOTO3, JS_SDK, RCLONE
from tests.hosts.conftest import need as need_client
from tests.hosts.keyrings import PAIRS, console_script, lock, opened
from tests.hosts.stored import Stored
from tests.hosts.users import REGION, serial_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home


@PAIRS
def test_store_log_in_renew_and_restore(
    home: Home, aws: EmbeddedAws, plugin: Path, backend: str
) -> None:
    """With the key in the keyring everything works; restored, both files are what they were."""
    with opened(backend, home) as env:
        stored = Stored(home, aws, console_script(home, plugin), env)
        stored.keyring("store", "--backend", backend)
        assert stored.files_with_the_secret() == []
        assert backend in stored.keyring("list")
        denied = stored.run("s3", "ls")
        assert denied.returncode == 253, denied.output
        terminal = home.spawn("s3", "ls", env=env)
        terminal.expect("MFA code for ada (profile default): ")
        terminal.send_line(aws.fresh_code(serial_of(aws)))
        assert terminal.wait() == 0, terminal.text
        starts = stored.starts()
        assert stored.run("s3", "ls").returncode == 0
        assert stored.starts() == starts, "the session is valid: nothing is started for the key"
        assert stored.files_with_the_secret() == []
        stored.keyring("restore")
        assert (home.config.read_bytes(), home.credentials.read_bytes()) == stored.before


@pytest.mark.parametrize("host", ["v2"], indirect=True)
def test_other_tools_on_a_session_profile(home: Home, aws: EmbeddedAws, plugin: Path) -> None:
    """boto3, the JavaScript SDK and rclone, while no file has the long-lived key."""
    with opened("pass", home) as env:
        stored = Stored(home, aws, console_script(home, plugin), env)
        stored.keyring("store", "--backend", "pass")
        with home.config.open("a") as file:
            file.write(f"[profile mfa]\nmfa_source_profile = default\nregion = {REGION}\n")
        stored.log_in("mfa")
        for client in (BOTO3, JS_SDK, RCLONE):
            need_client(client.needs)
            done = subprocess.run(
                client.command(aws.url, "mfa"),
                env=home.environment({**env, **client.environment(aws.url)}),
                cwd=home.path,
                capture_output=True,
                check=False,
                timeout=120,
            )
            assert done.returncode == 0, done.stderr
        assert stored.files_with_the_secret() == []


@pytest.mark.parametrize("host", ["v2"], indirect=True)
def test_a_locked_keyring_is_an_answer(home: Home, aws: EmbeddedAws, plugin: Path) -> None:
    """Not a hang: the login ends with 253 and the keyring's reason."""
    with opened("secret-service", home) as env:
        stored = Stored(home, aws, console_script(home, plugin), env)
        stored.keyring("store")
        lock({**env, "HOME": str(home.path), "XDG_RUNTIME_DIR": os.fspath(home.path)})
        started = time.monotonic()
        result = stored.run("mfa", "login", "--profile", "default", "--token-code", "123456")
        assert result.returncode == 253, result.output
        assert "keyring can't be used" in result.output
        assert time.monotonic() - started < 60
        assert aws.calls == []
