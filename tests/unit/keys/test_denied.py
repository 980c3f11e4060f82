"""What a policy denies: found before a key is made, or with what is left and who ends it."""

from __future__ import annotations

import pytest

from awscli_mfa_plugin.errors import PermissionDeniedError, ThrottledError
from awscli_mfa_plugin.keys.deletion import NO_KEY, StoppedByPolicyError
from awscli_mfa_plugin.keys.ending import finish, undo
from awscli_mfa_plugin.keys.rotate import rotate
from awscli_mfa_plugin.session.access_keys import KEY_ID, STORED, UNDOING
from tests.unit.keys.user import OLD, KilledError, Machine

DENIED = PermissionDeniedError("Access denied: not authorized to perform.", "Ask.")


def rotated() -> Machine:
    """Return a machine whose key was rotated, the old one inactive."""
    machine = Machine()
    rotate(machine.work("y"))
    return machine


def test_no_key_is_made_that_couldnt_be_deleted() -> None:
    """It is tried on an ID that no key can have, and that IAM takes."""
    assert KEY_ID.fullmatch(NO_KEY)
    assert NO_KEY.isalpha()
    machine = Machine()
    machine.user.faults["delete"] = [DENIED]
    with pytest.raises(PermissionDeniedError, match="Nothing was changed: without iam:DeleteA"):
        rotate(machine.work())
    assert list(machine.user.pairs) == [OLD.access_key_id]
    assert "create" not in machine.user.calls
    assert machine.journal.all() == ()


def test_another_answer_to_that_is_left_to_the_calls_that_matter() -> None:
    """Throttled, say: the rotation begins."""
    machine = Machine()
    machine.user.faults["delete"] = [ThrottledError("Rate exceeded.")]
    assert rotate(machine.work()).outcome == "rotated"


def test_a_key_that_may_not_be_made() -> None:
    """Nothing is left."""
    machine = Machine()
    denied = PermissionDeniedError("Access denied.")
    denied.is_safe_to_repeat = True
    machine.user.faults["create"] = [denied]
    with pytest.raises(PermissionDeniedError):
        rotate(machine.work())
    assert machine.journal.all() == ()
    assert machine.key() == OLD


def test_an_old_key_that_may_not_be_made_inactive_stays_active() -> None:
    """The rotation itself is done; that is noted."""
    machine = Machine()
    machine.user.faults["set_active"] = [DENIED]
    result = rotate(machine.work("y"))
    assert (result.outcome, result.old_is_active) == ("rotated", True)
    assert machine.fakes.notes == [f"The old key stays active. {DENIED.what}"]


def test_an_old_key_that_may_not_be_deleted() -> None:
    """An administrator can delete it, and then the same command ends the rotation."""
    machine = rotated()
    machine.user.faults["delete"] = [DENIED]
    with pytest.raises(StoppedByPolicyError, match="allow iam:DeleteAccessKey") as caught:
        finish(machine.work("y"))
    assert f"The key {OLD.access_key_id} still exists." in caught.value.what
    assert caught.value.remedy.endswith("aws mfa keys rotate --finish --source-profile default")
    assert machine.rotation().stage == STORED
    machine.user.delete(OLD.access_key_id)
    finish(machine.work())
    assert machine.journal.all() == ()


def test_an_old_key_that_may_not_be_made_active() -> None:
    """The new one stays in its place."""
    machine = rotated()
    new = machine.key()
    machine.user.faults["set_active"] = [DENIED]
    with pytest.raises(StoppedByPolicyError, match="profile default still has the new") as caught:
        undo(machine.work())
    assert "UpdateAccessKey" in caught.value.what
    assert machine.user.works(machine.key())
    assert machine.key() == new
    machine.user.active[OLD.access_key_id] = True
    undo(machine.work())
    assert machine.key() == OLD


def test_a_new_key_that_may_not_be_deleted_after_an_undo() -> None:
    """The old one is back; the same command ends it."""
    machine = rotated()
    new = machine.key()
    machine.user.faults["delete"] = [DENIED]
    with pytest.raises(StoppedByPolicyError, match="Profile default has the other") as caught:
        undo(machine.work())
    assert caught.value.remedy.endswith("aws mfa keys rotate --undo --source-profile default")
    assert machine.key() == OLD
    assert machine.rotation().stage == UNDOING
    machine.user.delete(new.access_key_id)
    undo(machine.work())
    assert machine.journal.all() == ()


def test_a_lost_key_that_may_not_be_deleted() -> None:
    """It is named, with what ends it."""
    machine = Machine()
    with pytest.raises(KilledError):
        rotate(machine.work(kill_at=steps_to(machine, "after create")))
    machine.user.faults["delete"] = [DENIED]
    with pytest.raises(StoppedByPolicyError, match="whose secret is lost") as caught:
        rotate(machine.work())
    assert "AKIANEWNEWNEWNEWNEW1" in caught.value.remedy


def steps_to(machine: Machine, name: str) -> int:
    """Return which step of a rotation has a name."""
    other = Machine(machine.files.credentials)
    rotate(other.work())
    return other.user.steps.names.index(name)
