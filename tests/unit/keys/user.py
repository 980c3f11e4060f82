"""One IAM user with access keys, a journal, and a run that can be killed at each step."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.aws.iam import UserKeys
from awscli_mfa_plugin.errors import KeyLimitError, KeyringError, MfaError, WrongKeyError
from awscli_mfa_plugin.files.rotation_journal import RotationJournal
from awscli_mfa_plugin.keys.caller import Caller
from awscli_mfa_plugin.keys.rotate import rotate
from awscli_mfa_plugin.keys.rotation import Work
from awscli_mfa_plugin.session.access_keys import (
    AccessKey,
    KeyPair,
    LastUse,
    Rotation,
    as_json,
    from_json,
)
from awscli_mfa_plugin.session.records import CallerIdentity, Keys
from awscli_mfa_plugin.session.source import Source
from awscli_mfa_plugin.system.keyring_program import KeyringProgram
from tests.fakes import NOW, FakeFiles, Fakes, FakeTerminal, next_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime


OLD = KeyPair("AKIAOLDOLDOLDOLDOLD0", "old-secret")
ARN = "arn:aws:iam::123456789012:user/ada"
USER = CallerIdentity(ARN, "123456789012")
NOBODY = "CI is set"


class KilledError(BaseException):
    """The process was killed."""


class Steps:
    """Counts the moments before and after each effect; kills at the one that is named."""

    def __init__(self, kill_at: int | None = None) -> None:
        """Start at the first."""
        self.kill_at = kill_at
        self.names: list[str] = []

    def reach(self, name: str) -> None:
        """Count a moment."""
        self.names.append(name)
        if self.kill_at == len(self.names) - 1:
            raise KilledError(name)


@dataclass
class FakeUser(UserKeys):
    """The user's keys in IAM; each call's faults are in ``faults`` by its name.

    A fault is raised before the effect; one in a tuple is raised after it, as a lost answer.
    """

    steps: Steps = field(default_factory=Steps)
    pairs: dict[str, str] = field(
        default_factory=lambda: {OLD.access_key_id: OLD.secret_access_key}
    )
    active: dict[str, bool] = field(default_factory=lambda: {OLD.access_key_id: True})
    created: dict[str, datetime] = field(default_factory=dict)
    uses: dict[str, LastUse | BaseException] = field(default_factory=dict)
    faults: dict[str, list[Any]] = field(default_factory=dict)
    unknown_for: int = 0
    calls: list[str] = field(default_factory=list)
    now: datetime = NOW
    number: int = 0
    identity: CallerIdentity = USER

    def has(self, key_id: str, secret: str, *, active: bool = True) -> None:
        """Give the user a key."""
        self.pairs[key_id], self.active[key_id] = secret, active

    def works(self, pair: KeyPair) -> bool:
        """Return whether AWS accepts a key, in the end."""
        key_id = pair.access_key_id
        return self.pairs.get(key_id) == pair.secret_access_key and self.active[key_id]

    def list(self) -> tuple[AccessKey, ...]:
        """Return the keys."""
        self._begin("list")
        found = tuple(
            AccessKey(key_id, self.active[key_id], self.created.get(key_id))
            for key_id in self.pairs
        )
        self._end("list")
        return found

    def create(self) -> KeyPair:
        """Make a key, unless there are two."""
        self._begin("create")
        if len(self.pairs) >= 2:
            error = KeyLimitError("two keys")
            error.is_safe_to_repeat = True
            raise error
        self.number += 1
        new = KeyPair(f"AKIANEWNEWNEWNEWNEW{self.number}", f"new-secret-{self.number}")
        self.has(new.access_key_id, new.secret_access_key)
        self.created[new.access_key_id] = self.now
        self._end("create")
        return new

    def set_active(self, key_id: str, *, active: bool) -> None:
        """Change a key's status."""
        self._begin("set_active")
        self.active[key_id] = active
        self._end("set_active")

    def delete(self, key_id: str) -> None:
        """Delete a key, if it is there; IAM judges the call first, then looks for the key."""
        self._begin("delete")
        self.pairs.pop(key_id, None)
        self.active.pop(key_id, None)
        self._end("delete")

    def last_use(self, key_id: str) -> LastUse:
        """Return a scripted use."""
        self._begin("last_use")
        use = self.uses.get(key_id, LastUse())
        if isinstance(use, BaseException):
            raise use
        return use

    def get_caller_identity(self, keys: Keys, region: str) -> CallerIdentity:
        """Accept what is active, once it is known."""
        del region
        self._begin("identity")
        if self.unknown_for and keys.access_key_id != OLD.access_key_id:
            self.unknown_for -= 1
            raise WrongKeyError("unknown")
        if not self.works(KeyPair(keys.access_key_id, keys.secret_access_key)):
            raise WrongKeyError("unknown")
        return self.identity

    def _begin(self, name: str) -> None:
        self.calls.append(name)
        self.steps.reach(f"before {name}")
        script = self.faults.get(name, [])
        if script and not isinstance(script[0], tuple):
            next_of(script)

    def _end(self, name: str) -> None:
        self.steps.reach(f"after {name}")
        script = self.faults.get(name, [])
        if script and isinstance(script[0], tuple):
            (error,) = script.pop(0)
            raise error


class FakeKeyring(KeyringProgram):
    """A keyring in memory, by key ID; each call's faults are in ``faults`` by its name."""

    def __init__(self, steps: Steps) -> None:
        """Start empty."""
        self.steps = steps
        self.entries: dict[str, str] = {}
        self.lines: list[str] = []
        self.faults: dict[str, list[MfaError | None]] = {}

    def check(self, key_id: str) -> None:
        """Be open."""
        self._reach("check")
        if key_id not in self.entries:
            raise KeyringError("no such entry")

    def get(self, key_id: str) -> KeyPair:
        """Return a key."""
        self._reach("get")
        if key_id not in self.entries:
            raise KeyringError("no such entry")
        return KeyPair(key_id, self.entries[key_id])

    def put(self, pair: KeyPair, in_place_of: str) -> None:
        """Keep a key."""
        assert in_place_of in self.entries
        self._reach("put")
        self.entries[pair.access_key_id] = pair.secret_access_key
        self.steps.reach("after put")

    def delete(self, key_id: str) -> None:
        """Remove a key."""
        self._reach("remove")
        self.entries.pop(key_id, None)
        self.steps.reach("after remove")

    def _reach(self, name: str) -> None:
        self.steps.reach(f"before {name}")
        next_of(self.faults.get(name, []))


class FakeJournal(RotationJournal):
    """The journal in memory; ``refusals`` are raised by the next writes."""

    def __init__(self, steps: Steps) -> None:
        """Start empty."""
        self.steps = steps
        self.kept: dict[str, Rotation] = {}
        self.refusals: list[MfaError | None] = []

    def all(self) -> tuple[Rotation, ...]:
        """Return what is kept."""
        return tuple(self.kept.values())

    def save(self, rotation: Rotation) -> None:
        """Keep one."""
        self.steps.reach("before save")
        next_of(self.refusals)
        rotation = from_json(json.loads(json.dumps(as_json(rotation))))
        self.kept[rotation.old.access_key_id] = rotation
        self.steps.reach("after save")

    def remove(self, rotation: Rotation) -> None:
        """Forget one."""
        self.steps.reach("before remove")
        del self.kept[rotation.old.access_key_id]
        self.steps.reach("after remove")


class KillableFiles(FakeFiles):
    """The shared files; a write to either is a step."""

    def __init__(
        self, config: Mapping[str, Mapping[str, str]], credentials: Mapping[str, Mapping[str, str]]
    ) -> None:
        """Let each write be killed around its effect."""
        super().__init__(config, credentials)
        self.steps = Steps()
        for file in (self._config, self._credentials):
            vars(file)["update"] = partial(self._step, file.update)

    def _step(self, update: Any, change: Any) -> bool:
        self.steps.reach("before write")
        changed: bool = update(change)
        self.steps.reach("after write")
        return changed


class Machine:
    """A user at a machine, over several runs."""

    def __init__(
        self,
        credentials: Mapping[str, Mapping[str, str]] | None = None,
        config: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        """Start with the old key in profile default."""
        key = section(OLD)
        self.files = KillableFiles(config or {}, credentials or {"default": key})
        self.user = FakeUser()
        self.user.has(OLD.access_key_id, OLD.secret_access_key)
        self.journal = FakeJournal(self.user.steps)
        self.keyring = FakeKeyring(self.user.steps)
        self.fakes = Fakes(files=self.files)
        self.source = "default"

    def work(self, *answers: str, kill_at: int | None = None, nobody: str = "") -> Work:
        """Return what a new run works with; without answers nobody can be asked."""
        steps = Steps(kill_at)
        self.user.steps = self.journal.steps = self.files.steps = self.keyring.steps = steps
        self.user.now = self.fakes.clock.now()
        if not answers:
            nobody = nobody or NOBODY
        terminal = FakeTerminal(*answers, nobody=nobody)
        self.fakes = Fakes(files=self.files, terminal=terminal, clock=self.fakes.clock)
        self.fakes.sts = self.user  # type: ignore[assignment]
        pair = self.key(self.source)
        keys = Keys(pair.access_key_id, pair.secret_access_key, "", self.source)
        caller = Caller(Source(self.source, keys), keys, "eu-west-1", "mfa")
        ports = self.fakes.ports()
        return Work(caller, USER, self.user, self.journal, ports, terminal, self.keyring_of)

    def keyring_of(self, line: str) -> FakeKeyring:
        """Return the keyring, and note by which line."""
        self.keyring.lines.append(line)
        return self.keyring

    def key(self, profile: str = "default") -> KeyPair:
        """Return the key of a profile in the files."""
        found = self.files.profile(profile)
        if found.keyring_key_id:
            key_id = found.keyring_key_id
            return KeyPair(key_id, self.keyring.entries.get(key_id, ""))
        has = found.key_section
        return KeyPair(has.get("aws_access_key_id", ""), has.get("aws_secret_access_key", ""))

    def rotation(self) -> Rotation:
        """Return the one rotation in the journal."""
        (rotation,) = self.journal.all()
        return rotation

    def has_a_key_that_works(self) -> bool:
        """Return whether a key that AWS accepts is in its place or in the journal."""
        kept = [pair for each in self.journal.all() for pair in (each.old, each.new)]
        return any(map(self.user.works, (self.key(self.source), *kept)))


def line_of(key_id: str, backend: str = "pass") -> str:
    """Return the ``credential_process`` of a key in the keyring."""
    return f"/bin/awscli-mfa keyring get --backend {backend} {key_id}"


def in_keyring(*names: str, backend: str = "pass") -> Machine:
    """Return a machine whose old key is in the keyring, for these profiles or ``default``."""
    line = {"credential_process": line_of(OLD.access_key_id, backend)}
    machine = Machine({"x": {"region": "y"}}, dict.fromkeys(names or ("default",), line))
    machine.keyring.entries[OLD.access_key_id] = OLD.secret_access_key
    return machine


def killed_at(name: str, new: Callable[[], Machine] = Machine) -> Machine:
    """Return a machine on which a rotation was killed at a step."""
    for step in range(50):
        machine = new()
        try:
            rotate(machine.work(kill_at=step))
        except KilledError as error:
            if str(error) == name:
                return machine
    raise AssertionError(name)


def section(pair: KeyPair) -> dict[str, str]:
    """Return a section with a key."""
    return {
        "aws_access_key_id": pair.access_key_id,
        "aws_secret_access_key": pair.secret_access_key,
    }
