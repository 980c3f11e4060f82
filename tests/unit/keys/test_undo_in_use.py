"""``--undo`` and ``--finish`` with nobody to ask: a key that may be in use goes only with --yes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from awscli_mfa_plugin.errors import (
    ConfigurationError,
    PermissionDeniedError,
    ServiceError,
    WrongKeyError,
)
from awscli_mfa_plugin.keys.ending import finish, undo
from awscli_mfa_plugin.keys.rotate import rotate
from awscli_mfa_plugin.session.access_keys import UNDOING, LastUse
from tests.fakes import NOW
from tests.unit.keys.user import OLD, KilledError, Machine

LATER = NOW + timedelta(days=1)


def rotated() -> Machine:
    """Return a machine whose key was rotated three days ago."""
    machine = Machine()
    rotate(machine.work())
    machine.fakes.clock.time = NOW + timedelta(days=3)
    return machine


@pytest.mark.parametrize(
    ("use", "why"),
    [
        (LastUse(LATER, "s3"), "was used at 2026-11-25 09:00, and another machine may have it"),
        (PermissionDeniedError("hidden"), "may be in use"),
    ],
)
def test_a_new_key_that_may_be_in_use_stays(use: LastUse | BaseException, why: str) -> None:
    """Nothing is changed; how to delete it anyway is said."""
    machine = rotated()
    new = machine.key()
    machine.user.uses[new.access_key_id] = use
    with pytest.raises(ConfigurationError, match=why) as caught:
        undo(machine.work())
    assert caught.value.remedy.endswith("--undo --yes --source-profile default")
    assert machine.key() == new
    assert "set_active" not in machine.user.calls
    undo(replace(machine.work(), yes=True))
    assert machine.key() == OLD
    assert list(machine.user.pairs) == [OLD.access_key_id]


def test_the_rotations_own_use_of_the_new_key_doesnt_count() -> None:
    """It is checked with it."""
    machine = rotated()
    machine.user.uses[machine.key().access_key_id] = LastUse(NOW + timedelta(minutes=1), "sts")
    undo(machine.work())
    assert machine.key() == OLD


def test_undo_waits_until_the_old_key_works() -> None:
    """Where it is active again but not yet known, the new one stays, and the next undo goes on."""
    machine = Machine()
    rotate(machine.work("y"))
    new = machine.key()
    machine.user.faults["identity"] = [WrongKeyError("unknown") for _ in range(99)]
    with pytest.raises(ServiceError, match="doesn't accept the key"):
        undo(machine.work())
    assert machine.key() == new
    assert machine.user.works(new)
    machine.user.faults["identity"] = [WrongKeyError("unknown")]
    undo(machine.work())
    assert machine.key() == OLD
    assert list(machine.user.pairs) == [OLD.access_key_id]


def test_a_person_sees_the_last_use_of_the_new_key() -> None:
    """Enter alone deletes only a key that wasn't used."""
    machine = rotated()
    new_id = machine.key().access_key_id
    machine.user.uses[new_id] = LastUse(LATER, "s3")
    undo(machine.work(""))
    assert "last used 2026-11-25 09:00 (s3)" in machine.fakes.terminal.shown[0]
    assert machine.fakes.terminal.questions == [f"Delete the new key {new_id}? [y/N] "]
    assert new_id in machine.user.pairs
    unused = rotated()
    undo(unused.work(""))
    assert list(unused.user.pairs) == [OLD.access_key_id]


def test_yes_asks_nobody() -> None:
    """On a terminal too, and at the end of a rotation."""
    machine = rotated()
    undo(replace(machine.work("never"), yes=True))
    assert list(machine.user.pairs) == [OLD.access_key_id]
    machine = rotated()
    machine.user.uses[OLD.access_key_id] = LastUse(LATER, "s3")
    with pytest.raises(ConfigurationError, match="was used") as caught:
        finish(machine.work())
    assert caught.value.remedy.endswith("--finish --yes --source-profile default")
    finish(replace(machine.work("never"), yes=True))
    assert OLD.access_key_id not in machine.user.pairs


def test_an_undo_that_stopped_at_its_question_deletes_nothing_by_itself() -> None:
    """The next run, with nobody to ask, keeps a key that another machine uses."""
    machine = rotated()
    new = machine.key()
    machine.user.uses[new.access_key_id] = LastUse(LATER, "s3")
    with pytest.raises(KilledError):
        undo(machine.work("y", kill_at=_last_moment_before_the_question()))
    assert machine.rotation().stage == UNDOING
    for run in (rotate, undo):
        with pytest.raises(ConfigurationError, match="another machine may have it") as caught:
            run(machine.work())
        assert "Nothing was changed" not in caught.value.what
        assert caught.value.remedy.endswith("--undo --yes --source-profile default")
        assert new.access_key_id in machine.user.pairs
    undo(replace(machine.work(), yes=True))
    assert list(machine.user.pairs) == [OLD.access_key_id]


def _last_moment_before_the_question() -> int:
    """Return the step at which an undo looks at the last use."""
    machine = rotated()
    work = machine.work("n")
    undo(work)
    return machine.user.steps.names.index("before last_use")
