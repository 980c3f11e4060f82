"""A rotation killed at each step: a key that works is always there, and the next run ends well."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.keys.ending import finish, undo
from awscli_mfa_plugin.keys.rotate import rotate
from awscli_mfa_plugin.session.access_keys import STORED
from tests.unit.keys.user import OLD, KilledError, Machine, in_keyring

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from awscli_mfa_plugin.keys.rotation import Work

WITH_A_PERSON = ("y",) * 6


def rotated() -> Machine:
    """Return a machine whose key was rotated, the old one inactive."""
    machine = Machine()
    rotate(machine.work("y"))
    assert not machine.user.active[OLD.access_key_id]
    return machine


def killed(
    make: Callable[[], Machine], run: Callable[[Work], object], answers: tuple[str, ...]
) -> Iterator[tuple[Machine, str]]:
    """Yield machines on which a run was killed at each of its steps, with the step's name."""
    step = 0
    while True:
        machine = make()
        try:
            run(machine.work(*answers, kill_at=step))
        except KilledError as error:
            yield machine, str(error)
        else:
            return
        step += 1


def rotated_in_keyring() -> Machine:
    """Return a machine whose key in the keyring was rotated, the old one inactive."""
    machine = in_keyring()
    rotate(machine.work("y"))
    return machine


MADE = pytest.mark.parametrize("made", [Machine, in_keyring], ids=["file", "keyring"])
ROTATED = pytest.mark.parametrize("made", [rotated, rotated_in_keyring], ids=["file", "keyring"])
RUNS = [
    (Machine, rotate),
    (rotated, finish),
    (rotated, undo),
    (in_keyring, rotate),
    (rotated_in_keyring, finish),
    (rotated_in_keyring, undo),
]
NAMES = [
    f"{name} in {place}" for place in ("file", "keyring") for name in ("rotate", "finish", "undo")
]


def check_keyring(machine: Machine, step: str) -> None:
    """Check that the keyring has the keys that AWS has, if it has any."""
    assert not machine.keyring.entries or machine.keyring.entries == machine.user.pairs, step


@pytest.mark.parametrize("answers", [(), WITH_A_PERSON], ids=["nobody", "a person"])
@pytest.mark.parametrize(("make", "run"), RUNS, ids=NAMES)
def test_a_key_that_works_is_always_there(
    make: Callable[[], Machine], run: Callable[[Work], object], answers: tuple[str, ...]
) -> None:
    """On disk or in the journal, whatever the moment."""
    steps = 0
    for machine, step in killed(make, run, answers):
        steps += 1
        assert machine.has_a_key_that_works(), step
        # The profile alone is enough for every aws command, until somebody runs this one again.
        assert machine.user.works(machine.key()), step
    assert steps >= 8


@MADE
@pytest.mark.parametrize("answers", [(), WITH_A_PERSON], ids=["nobody", "a person"])
def test_the_next_rotate_ends_a_killed_one(
    made: Callable[[], Machine], answers: tuple[str, ...]
) -> None:
    """One new key, stored; no third key, and none whose secret is lost."""
    for machine, step in killed(made, rotate, answers):
        rotate(machine.work(*answers))
        new = machine.key()
        assert new != OLD, step
        assert machine.user.works(new), step
        assert set(machine.user.pairs) == {OLD.access_key_id, new.access_key_id}, step
        rotation = machine.rotation()
        assert (rotation.stage, rotation.new.secret_access_key) == (STORED, ""), step
        check_keyring(machine, step)


@MADE
@pytest.mark.parametrize("answers", [(), WITH_A_PERSON], ids=["nobody", "a person"])
def test_undo_after_a_killed_rotate(made: Callable[[], Machine], answers: tuple[str, ...]) -> None:
    """The old key alone, active; nothing is left in the journal."""
    for machine, step in killed(made, rotate, answers):
        if machine.journal.all():
            undo(machine.work(*answers))
        assert machine.key() == OLD, step
        assert machine.user.works(OLD), step
        assert list(machine.user.pairs) == [OLD.access_key_id], step
        assert machine.journal.all() == (), step
        check_keyring(machine, step)


@ROTATED
@pytest.mark.parametrize("answers", [(), WITH_A_PERSON], ids=["nobody", "a person"])
def test_the_next_rotate_ends_a_killed_undo(
    made: Callable[[], Machine], answers: tuple[str, ...]
) -> None:
    """It goes back, unless it had gone back already and makes a new key."""
    for machine, step in killed(made, undo, answers):
        was_begun = bool(machine.journal.all()) and machine.rotation().stage != STORED
        rotate(machine.work(*answers))
        assert machine.user.works(machine.key()), step
        assert len(machine.user.pairs) <= 2, step
        if was_begun:
            assert machine.key() == OLD, step
            assert machine.journal.all() == (), step
        check_keyring(machine, step)


@ROTATED
def test_the_next_finish_ends_a_killed_one(made: Callable[[], Machine]) -> None:
    """The old key is gone, the new one is in its place."""
    for machine, step in killed(made, finish, WITH_A_PERSON):
        if machine.journal.all():
            finish(machine.work(*WITH_A_PERSON))
        assert list(machine.user.pairs) == [machine.key().access_key_id], step
        assert machine.user.works(machine.key()), step
        assert machine.journal.all() == (), step
        check_keyring(machine, step)
