"""A process that forks children which stop, and on SIGCONT rotate the key of a home.

As `tests.unit.one_write`, of which it has the form: a home folder a line on stdin, then the
child's process id, and what became of it. Files and journal are real; what AWS knows is a file
too, so that it outlives a child. Run as ``python -m tests.unit.keys.one_rotation``.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import MfaError
from awscli_mfa_plugin.files.locks import Locks
from awscli_mfa_plugin.files.profiles import SharedConfigFiles
from awscli_mfa_plugin.files.rotation_journal import RotationJournal
from awscli_mfa_plugin.files.session_cache import SessionCache
from awscli_mfa_plugin.keys.caller import Caller
from awscli_mfa_plugin.keys.rotate import rotate
from awscli_mfa_plugin.keys.rotation import Work
from awscli_mfa_plugin.session.access_keys import KeyPair
from awscli_mfa_plugin.session.records import Keys
from awscli_mfa_plugin.session.source import Source
from tests.fakes import Fakes, FakeTerminal
from tests.unit.keys.user import OLD, USER, FakeKeyring, FakeUser
from tests.unit.one_write import serve
from tests.unit.store import homely, state_folder

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

CREDENTIALS = (
    f"# mine\n[default]\naws_access_key_id = {OLD.access_key_id}\n"
    f"aws_secret_access_key = {OLD.secret_access_key}\n"
)


class UserOnDisk(FakeUser):
    """A user whose keys are in ``aws.json`` of a home; each change is made at once."""

    def __init__(self, home: Path) -> None:
        """Read what there is, or begin with the old key."""
        super().__init__()
        self.path = home / "aws.json"
        if self.path.exists():
            known = json.loads(self.path.read_text())
            self.pairs, self.active = known["pairs"], known["active"]
            self.number = known["number"]
            self.created = dict.fromkeys(set(self.pairs) - {OLD.access_key_id}, self.now)
        else:
            self.has(OLD.access_key_id, OLD.secret_access_key)
            self.keep()

    def keep(self) -> None:
        """Write everything down."""
        known = {"pairs": self.pairs, "active": self.active, "number": self.number}
        new = self.path.with_suffix(".new")
        new.write_text(json.dumps(known))
        new.replace(self.path)

    def create(self) -> KeyPair:
        """Make a key."""
        new = super().create()
        self.keep()
        return new

    def set_active(self, key_id: str, *, active: bool) -> None:
        """Change a key's status."""
        super().set_active(key_id, active=active)
        self.keep()

    def delete(self, key_id: str) -> None:
        """Delete a key."""
        super().delete(key_id)
        self.keep()


def home_with_a_key(home: Path) -> Path:
    """Make a home with the old key; return the credentials file."""
    return homely(home, CREDENTIALS.encode())


def journal_of(home: Path) -> RotationJournal:
    """Return the journal of a home."""
    return RotationJournal(state_folder(home))


def key_in(home: Path) -> KeyPair:
    """Return the key of profile default in the credentials file."""
    text = (home / ".aws" / "credentials").read_text()
    options = dict(line.split(" = ", 1) for line in text.splitlines() if " = " in line)
    return KeyPair(options["aws_access_key_id"], options["aws_secret_access_key"])


def rotate_in(home: Path) -> None:
    """Rotate with a person who has the old key made inactive."""
    aws = home / ".aws"
    locks = Locks(state_folder(home))
    cache = SessionCache(str(aws / "cli" / "cache"), str(aws / "credentials"), locks)
    paths = str(aws / "config"), str(aws / "credentials")
    files: Any = SharedConfigFiles.on_disk(*paths, locks, cache)
    user, terminal = UserOnDisk(home), FakeTerminal("y", "y")
    any_locks: Any = locks
    fakes = Fakes(files=files, terminal=terminal, locks=any_locks)
    fakes.sts = user  # type: ignore[assignment]
    pair = key_in(home)
    keys = Keys(pair.access_key_id, pair.secret_access_key, "", "default")
    caller = Caller(Source("default", keys), keys, "eu-west-1", "mfa")
    keyrings = _no_keyring
    rotate(Work(caller, USER, user, journal_of(home), fakes.ports(), terminal, keyrings))


def _no_keyring(line: str) -> FakeKeyring:
    raise AssertionError(line)


def rotation(home: Path) -> int:
    """Rotate, and return what became of it."""
    if not (home / ".aws").exists():
        home_with_a_key(home)
    try:
        rotate_in(home)
    except MfaError:
        return 2
    except BaseException as error:  # noqa: BLE001 - the test is about what comes out here
        os.write(2, repr(error).encode())
        return 3
    return 0


if __name__ == "__main__":
    serve(rotation)
