"""Rotation of a key in a real keyring, on the real CLIs; killed anywhere, one key works."""

from __future__ import annotations

import json
import signal
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.hosts.keyrings import PAIRS, console_script, end_service, opened, unlocked
from tests.hosts.stored import Stored
from tests.hosts.test_keys import journals, kill_when
from tests.hosts.users import serial_of

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home, Result


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
        (self.old,) = self.user.access_keys

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

    def kill(self, moment: str) -> None:
        """Rotate, and let the keyring program kill the CLI at one of its moments."""
        kill = self.script.parent / "kill"
        kill.write_text(moment)
        with self.start() as process:
            process.communicate(timeout=120)
        kill.unlink()
        assert process.returncode == -signal.SIGKILL

    def locked_at(self, action: str, *words: str) -> Result:
        """Rotate with a keyring that is locked before an action."""
        lock = self.script.parent / "lock"
        lock.write_text(action)
        result = self.run("mfa", "keys", "rotate", *words, "--profile", "default")
        lock.unlink()
        return result

    def start(self) -> subprocess.Popen[bytes]:
        """Start a rotation."""
        words = ("mfa", "keys", "rotate", "--profile", "default")
        return self.home.start(*words, env=self.env)


@PAIRS
def test_rotate_undo_and_finish(home: Home, aws: EmbeddedAws, plugin: Path, backend: str) -> None:
    """Only the keyring has the secret; the session stays valid, and at last the old key goes."""
    with opened(backend, home) as env:
        rotating = Rotating(home, aws, plugin, env, backend)
        old = rotating.old
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


@PAIRS
def test_killed_on_the_way(home: Home, aws: EmbeddedAws, plugin: Path, backend: str) -> None:
    """The profile's key works whatever was done last, and the last run ends well.

    Each run goes on with what the one before left. Every moment is in tests/unit/keys.
    """
    with opened(backend, home) as env:
        rotating = Rotating(home, aws, plugin, env, backend)
        kill_when(rotating.start(), aws, lambda *_: bool(journals(home)))
        rotating.check_a_key_works()
        for moment in ("before put", "after put"):
            rotating.kill(moment)
            rotating.check_a_key_works()
        kill_when(rotating.start(), aws, lambda *_: rotating.key_id() != rotating.old.id)
        rotating.check_a_key_works()
        rotating.rotate()
        rotating.check_a_key_works()
        old, new = rotating.user.access_keys
        assert (old, new.id) == (rotating.old, rotating.key_id())


@pytest.mark.parametrize("host", ["v2"], indirect=True)
def test_a_keyring_that_is_locked_at_a_step_is_an_answer(
    home: Home, aws: EmbeddedAws, plugin: Path
) -> None:
    """No hang, the old key stays in its place, and the next run ends well."""
    with opened("secret-service", home) as env, ExitStack() as services:
        rotating = Rotating(home, aws, plugin, env, "secret-service")
        for action in ("get", "check", "put", "delete"):
            if action == "delete":
                rotating.rotate()
            result = rotating.locked_at(action, *(["--undo"] if action == "delete" else []))
            environment = home.environment(env)
            end_service(environment)
            services.enter_context(unlocked(environment))
            if action == "delete":
                assert "keyring still has the deleted key" in result.output
            else:
                assert result.returncode == 253, result.output
                assert "keyring can't be used" in result.output
            assert aws.user("ada").access_keys == [rotating.old]
            assert journals(home) == []
            rotating.check_a_key_works()
        rotating.rotate()
        rotating.check_a_key_works()
        assert rotating.key_id() != rotating.old.id
