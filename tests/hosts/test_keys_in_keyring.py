"""Rotation of a key in a real keyring, on the real CLIs; killed anywhere, one key works."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.hosts.keyrings import console_script, end_service, opened, unlocked
from tests.hosts.stored import Stored
from tests.hosts.test_keys import journals
from tests.hosts.users import serial_of

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home

BACKENDS = pytest.mark.parametrize("backend", ["pass", "secret-service"])
# Both keyrings and both kinds of process, without the whole product: each moment is two runs.
PAIRS = pytest.mark.parametrize(
    ("host", "backend"), [("v1", "pass"), ("v2", "secret-service")], indirect=["host"]
)


class Rotating(Stored):
    """A home whose key is in a keyring, with a session of it."""

    def __init__(
        self, home: Home, aws: EmbeddedAws, plugin: Path, env: dict[str, str], backend: str
    ) -> None:
        """Store the key, and log in."""
        super().__init__(home, aws, console_script(home, plugin), env)
        self.backend, self.user = backend, aws.user("ada")
        self.keyring("store", "--backend", backend)
        code = aws.fresh_code(serial_of(aws))
        result = self.run("mfa", "login", "--profile", "default", "--token-code", code)
        assert result.returncode == 0, result.output
        self.seed = list(self.user.access_keys)
        cached = (home.aws_folder / "cli" / "cache").iterdir()
        self.settled = {path: path.read_bytes() for path in (home.config, *cached)}

    def rotate(self, *words: str) -> str:
        """Run ``aws mfa keys rotate`` on the profile; return what it said."""
        result = self.run("mfa", "keys", "rotate", *words, "--profile", "default")
        assert result.returncode == 0, result.output
        return result.output

    def key_id(self) -> str:
        """Return the key that the profile's line gets."""
        (line,) = [x for x in self.home.config.read_text().splitlines() if "keyring get" in x]
        return line.split()[-1]

    def check_a_key_works(self) -> None:
        """Check that the profile gets a key that AWS takes, and that no file has a secret."""
        key_id = self.key_id()
        printed = json.loads(self.keyring("get", "--backend", self.backend, key_id))
        pair = (key_id, printed["SecretAccessKey"])
        assert pair in {(key.id, key.secret) for key in self.user.access_keys if key.active}
        assert self.files_with_the_secret() == []

    def reset(self) -> None:
        """Go back to before any rotation."""
        new = {key.id for key in self.user.access_keys} - {key.id for key in self.seed}
        for path, content in self.settled.items():
            path.write_bytes(content)
        self.user.access_keys[:] = self.seed
        for key_id in new:
            self.keyring("delete", "--backend", self.backend, key_id)
        for path in journals(self.home):
            path.unlink()

    def start(self) -> subprocess.Popen[bytes]:
        """Start a rotation."""
        words = ("mfa", "keys", "rotate", "--profile", "default")
        return self.home.start(*words, env=self.env)


@pytest.mark.parametrize("host", ["v1", "v2"], indirect=True)
@BACKENDS
def test_rotate_undo_and_finish(home: Home, aws: EmbeddedAws, plugin: Path, backend: str) -> None:
    """Only the keyring has the secret; the session stays valid, and at last the old key goes."""
    with opened(backend, home) as env:
        rotating = Rotating(home, aws, plugin, env, backend)
        (old,) = rotating.seed
        rotating.rotate()
        assert rotating.key_id() == rotating.user.access_keys[1].id
        rotating.check_a_key_works()
        assert rotating.run("s3", "ls").returncode == 0
        rotating.rotate("--undo")
        assert rotating.key_id() == old.id
        rotating.check_a_key_works()
        rotating.rotate()
        terminal = home.spawn("mfa", "keys", "rotate", "--finish", "--profile", "default", env=env)
        terminal.expect("Delete it for good? [y/N] ")
        terminal.send_line("y")
        assert terminal.wait() == 0, terminal.text
        assert [key.id for key in rotating.user.access_keys] == [rotating.key_id()]
        rotating.check_a_key_works()
        assert rotating.run("s3", "ls").returncode == 0
        rotating.keyring("restore")
        assert rotating.user.access_keys[0].secret in home.credentials.read_text()
        assert sum(1 for call in aws.calls if call.token_code) == 1


@pytest.mark.timeout(900)
@PAIRS
def test_killed_before_and_after_each_call(
    home: Home, aws: EmbeddedAws, plugin: Path, backend: str
) -> None:
    """The profile's key works at each moment, and the next run ends well."""
    with opened(backend, home) as env:
        rotating, moment = Rotating(home, aws, plugin, env, backend), 0
        while killed_at_call(rotating, moment):
            check_and_go_on(rotating)
            moment += 1
        assert moment >= 10


def killed_at_call(rotating: Rotating, moment: int) -> bool:
    """Rotate, and kill the CLI at a moment before or after a call; return if it came so far."""
    seen = 0
    process: subprocess.Popen[bytes]

    def kill(_when: str, _action: str) -> None:
        nonlocal seen
        if seen == moment:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        seen += 1

    process = rotating.start()
    rotating.aws.observe = kill
    with process:
        process.communicate(timeout=120)
    rotating.aws.observe = lambda _when, _action: None
    return process.returncode == -signal.SIGKILL


@pytest.mark.timeout(900)
@PAIRS
def test_killed_at_each_start_of_the_keyring_program(
    home: Home, aws: EmbeddedAws, plugin: Path, backend: str
) -> None:
    """Before it does anything, and after; the same."""
    with opened(backend, home) as env:
        rotating, moment = Rotating(home, aws, plugin, env, backend), 0
        while killed_at_start(rotating, moment):
            check_and_go_on(rotating)
            moment += 1
        assert moment == 2 * len(("get", "check", "put", "get"))


def killed_at_start(rotating: Rotating, moment: int) -> bool:
    """Rotate, and let the keyring program kill the CLI; return if it came so far."""
    moments, kill = (rotating.script.parent / name for name in ("moments", "kill"))
    moments.unlink(missing_ok=True)
    kill.write_text(str(moment))
    with rotating.start() as process:
        process.communicate(timeout=120)
    kill.unlink()
    return process.returncode == -signal.SIGKILL


def check_and_go_on(rotating: Rotating) -> None:
    """Check what a killed rotation left, and that the next one ends well."""
    rotating.check_a_key_works()
    rotating.rotate()
    rotating.check_a_key_works()
    assert len(rotating.user.access_keys) == 2
    assert rotating.key_id() == rotating.user.access_keys[1].id
    rotating.reset()


@pytest.mark.parametrize("host", ["v2"], indirect=True)
@pytest.mark.parametrize("action", ["get", "check", "put", "delete"])
def test_a_keyring_that_is_locked_at_a_step_is_an_answer(
    home: Home, aws: EmbeddedAws, plugin: Path, action: str
) -> None:
    """No hang, the old key stays in its place, and the next run ends well."""
    with opened("secret-service", home) as env:
        rotating = Rotating(home, aws, plugin, env, "secret-service")
        (rotating.script.parent / "lock").write_text(action)
        words = ["mfa", "keys", "rotate", "--profile", "default"]
        if action == "delete":
            rotating.rotate()
            words.append("--undo")
        result = rotating.run(*words)
        (rotating.script.parent / "lock").unlink()
        environment = home.environment(env)
        end_service(environment)
        with unlocked(environment):
            if action == "delete":
                assert "keyring still has the deleted key" in result.output
            else:
                assert result.returncode == 253, result.output
                assert "keyring can't be used" in result.output
            assert [key.id for key in rotating.user.access_keys] == [rotating.seed[0].id]
            assert journals(home) == []
            rotating.check_a_key_works()
            rotating.rotate()
            rotating.check_a_key_works()
            assert rotating.key_id() != rotating.seed[0].id
