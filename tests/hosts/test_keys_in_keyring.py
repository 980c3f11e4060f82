"""Rotation of a key in a real keyring, on the real CLIs; killed anywhere, one key works."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import pytest

from tests.hosts.keyrings import PAIRS, console_script, end_service, opened, unlocked
from tests.hosts.stored import Stored
from tests.hosts.test_keys import journals, kill_when

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
        self.log_in()
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

    def check_is_undone(self) -> None:
        """Check that the old key is the only one, in its place, and that no rotation is left."""
        assert self.user.access_keys == [self.old]
        assert journals(self.home) == []
        self.check_a_key_works()
        assert self.key_id() == self.old.id

    def start(self) -> subprocess.Popen[bytes]:
        """Start a rotation."""
        words = ("mfa", "keys", "rotate", "--profile", "default")
        return self.home.start(*words, env=self.env)


@PAIRS
def test_rotate_undo_and_finish(home: Home, aws: EmbeddedAws, plugin: Path, backend: str) -> None:
    """Only the keyring has the secret; the session stays valid, and at last the old key goes.

    The first rotation is killed on the way. The profile's key works whatever was done last, and
    each run goes on with what the one before left. Every moment is in tests/unit/keys.
    """
    with opened(backend, home) as env:
        rotating = Rotating(home, aws, plugin, env, backend)
        kill_when(rotating.start(), aws, lambda *_: bool(journals(home)))
        for moment in ("before put", "after put"):
            rotating.kill(moment)
            rotating.check_a_key_works()
        kill_when(rotating.start(), aws, lambda *_: rotating.key_id() != rotating.old.id)
        rotating.check_a_key_works()
        rotating.rotate()
        old, new = rotating.user.access_keys
        assert (old, new.id) == (rotating.old, rotating.key_id())
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


@pytest.mark.parametrize("host", ["v2"], indirect=True)
def test_a_keyring_that_is_locked_at_a_step_is_an_answer(
    home: Home, aws: EmbeddedAws, plugin: Path
) -> None:
    """No hang, the old key stays in its place, and the next run ends well.

    With a new key that can't be stored, and with one that was deleted in AWS. A locked keyring
    before any change is in tests/unit/keys.
    """
    with opened("secret-service", home) as env:
        rotating = Rotating(home, aws, plugin, env, "secret-service")
        environment = home.environment(env)
        result = rotating.locked_at("put")
        assert result.returncode == 253, result.output
        assert "keyring can't be used" in result.output
        end_service(environment)
        with unlocked(environment):
            rotating.check_is_undone()
            rotating.rotate()
            assert rotating.key_id() != rotating.old.id
            result = rotating.locked_at("delete", "--undo")
            assert "keyring still has the deleted key" in result.output
            end_service(environment)
        with unlocked(environment):
            rotating.check_is_undone()
