"""``--finish`` and ``--undo``: when the old key may go, and how it comes back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from awscli_mfa_plugin.errors import CancelledError, ConfigurationError, PermissionDeniedError
from awscli_mfa_plugin.keys.ending import finish, undo
from awscli_mfa_plugin.keys.rotate import rotate
from awscli_mfa_plugin.session.access_keys import KeyPair, LastUse
from tests.fakes import NOW
from tests.unit.keys.user import OLD, Machine, killed_at, section

OTHER = KeyPair("AKIAOTHEROTHEROTHER0", "other-secret")
DAYS = timedelta(days=3)


def rotated(credentials: dict[str, dict[str, str]] | None = None) -> Machine:
    """Return a machine whose key was rotated three days ago, the old one still active."""
    machine = Machine(credentials)
    rotate(machine.work())
    machine.fakes.clock.time = NOW + DAYS
    return machine


def test_the_old_key_is_deleted_and_the_journal_with_it() -> None:
    """Nobody used it since."""
    machine = rotated()
    result = finish(machine.work())
    assert (result.outcome, result.old_is_active) == ("finished", False)
    assert list(machine.user.pairs) == [machine.key().access_key_id]
    assert machine.journal.all() == ()


def test_a_person_sees_the_last_use_and_agrees() -> None:
    """No keeps the key, and an undo possible."""
    machine = rotated()
    machine.user.uses[OLD.access_key_id] = LastUse(NOW - DAYS, "s3")
    with pytest.raises(CancelledError):
        finish(machine.work("n"))
    shown = machine.fakes.terminal.shown
    assert shown == [
        f"The old key: {OLD.access_key_id}, active, age unknown, last used 2026-11-21 09:00 (s3)\n"
    ]
    assert machine.rotation().old == OLD
    assert finish(machine.work("y")).outcome == "finished"


def test_a_key_that_was_used_since_is_kept_without_a_person() -> None:
    """A person is warned."""
    machine = rotated()
    machine.user.uses[OLD.access_key_id] = LastUse(NOW + timedelta(days=1), "s3")
    with pytest.raises(ConfigurationError, match="used at 2026-11-25 09:00, after the rotation"):
        finish(machine.work())
    assert machine.user.active[OLD.access_key_id]
    finish(machine.work("y"))
    assert "after the rotation" in machine.fakes.terminal.shown[0]


def test_the_rotations_own_use_doesnt_count() -> None:
    """It signed its calls with the old key, where there is no session."""
    machine = rotated()
    machine.user.uses[OLD.access_key_id] = LastUse(NOW + timedelta(minutes=1), "iam")
    assert finish(machine.work()).outcome == "finished"


def test_right_after_a_rotation_nothing_is_known_of_uses() -> None:
    """IAM reports them hours later; an inactive key has none."""
    machine = rotated()
    machine.fakes.clock.time = NOW + timedelta(hours=1)
    with pytest.raises(ConfigurationError, match=r"kept\. The rotation was at 09:00"):
        finish(machine.work())
    machine.user.active[OLD.access_key_id] = False
    assert finish(machine.work()).outcome == "finished"


def test_a_use_that_a_policy_hides_is_no_sign() -> None:
    """After some days the user knows better."""
    machine = rotated()
    machine.user.uses[OLD.access_key_id] = PermissionDeniedError("hidden")
    assert finish(machine.work()).outcome == "finished"


def test_a_key_that_was_deleted_elsewhere_just_ends_the_rotation() -> None:
    """In the console, say."""
    machine = rotated()
    machine.user.delete(OLD.access_key_id)
    machine.user.calls.clear()
    assert finish(machine.work()).outcome == "finished"
    assert "delete" not in machine.user.calls
    assert machine.journal.all() == ()


def test_a_profile_here_that_still_has_the_old_key_keeps_it() -> None:
    """--all-profiles gives it the new one first."""
    machine = rotated({"default": section(OLD), "work": section(OLD)})
    with pytest.raises(ConfigurationError, match="still in profile work") as caught:
        finish(machine.work())
    assert caught.value.remedy.endswith("--finish --all-profiles --source-profile default")
    assert machine.user.works(OLD)
    finish(machine.work(), all_profiles=True)
    assert machine.key("work") == machine.key()


def test_an_old_key_that_came_back_into_the_profile_is_kept() -> None:
    """A backup was restored."""
    machine = rotated()
    machine.files.credentials["default"] = section(OLD)
    with pytest.raises(ConfigurationError, match="still in profile default") as caught:
        finish(machine.work())
    assert "--undo" in caught.value.remedy
    assert machine.user.works(OLD)


def test_the_old_key_stays_while_the_new_one_doesnt_work() -> None:
    """Somebody made it inactive."""
    machine = rotated()
    machine.user.active[machine.key().access_key_id] = False
    with pytest.raises(Exception, match="doesn't accept the key"):
        finish(machine.work())
    assert machine.user.works(OLD)


def test_nothing_to_finish_or_to_undo() -> None:
    """The way to start is named."""
    for run in (finish, undo):
        with pytest.raises(ConfigurationError, match="No key of profile default is being rotated"):
            run(Machine().work())


def test_an_interrupted_rotation_isnt_finished() -> None:
    """It has to be gone on with first."""
    for name in ("before create", "before identity"):
        machine = killed_at(name)
        with pytest.raises(ConfigurationError, match="was interrupted"):
            finish(machine.work())


def test_undo_brings_the_old_key_back_everywhere() -> None:
    """Active, in each profile that had it; the new one is gone."""
    machine = Machine({"default": section(OLD), "work": section(OLD)})
    rotate(machine.work(), all_profiles=True)
    machine.user.active[OLD.access_key_id] = False
    result = undo(machine.work())
    assert (result.outcome, result.others) == ("undone", ())
    assert machine.key() == machine.key("work") == OLD
    assert machine.user.active == {OLD.access_key_id: True}
    assert machine.journal.all() == ()


def test_a_person_may_keep_the_new_key_after_an_undo() -> None:
    """Another machine may have it by now."""
    machine = rotated()
    undo(machine.work("n"))
    assert len(machine.user.pairs) == 2
    assert machine.key() == OLD


def test_undo_of_a_key_that_was_deleted() -> None:
    """It can't come back; the rotation can be ended."""
    machine = rotated()
    machine.user.delete(OLD.access_key_id)
    new = machine.key()
    with pytest.raises(ConfigurationError, match="was deleted, so it can't come back"):
        undo(machine.work())
    assert machine.key() == new
    finish(machine.work())


def test_undo_where_the_new_key_was_deleted_already() -> None:
    """Nothing is left to delete."""
    machine = rotated()
    machine.user.delete(machine.key().access_key_id)
    machine.user.calls.clear()
    undo(machine.work())
    assert "delete" not in machine.user.calls
    assert machine.key() == OLD


def test_undo_leaves_a_third_key_alone() -> None:
    """The user stored another one by hand: the rotation can be ended with it."""
    machine = rotated()
    machine.user.has(OTHER.access_key_id, OTHER.secret_access_key)
    machine.files.credentials["default"] = section(OTHER)
    with pytest.raises(ConfigurationError, match="has another access key by now") as caught:
        undo(machine.work())
    assert caught.value.remedy.endswith("--finish --source-profile default")
    finish(machine.work())
    assert OLD.access_key_id not in machine.user.pairs
    assert machine.key() == OTHER


def test_a_key_that_somebody_stores_during_an_undo_keeps_the_new_one() -> None:
    """What a profile has isn't deleted."""
    machine = rotated()
    work = machine.work("y")
    new = machine.key()
    replace_key = machine.files.replace_key

    def and_again(*given: object) -> None:
        replace_key(*given)  # type: ignore[arg-type]
        machine.files.credentials["work"] = section(new)

    vars(machine.files)["replace_key"] = and_again
    result = undo(work)
    assert result.others == ("work",)
    assert machine.user.works(new)


def with_the_new_key_in_the_keyring() -> Machine:
    """Return a machine on which the new key was moved there after the rotation."""
    machine = rotated()
    new_id = machine.key().access_key_id
    line = f"/bin/awscli-mfa keyring get --backend pass {new_id}"
    machine.files.config["default"] = {"credential_process": line}
    machine.keyring.entries[new_id] = machine.key().secret_access_key
    machine.files.credentials["default"] = {}
    return machine


def test_finish_where_the_new_key_is_in_the_keyring() -> None:
    """It works, so the old one goes."""
    machine = with_the_new_key_in_the_keyring()
    assert rotate(machine.work()).outcome == "waiting"
    finish(machine.work())
    assert list(machine.user.pairs) == [machine.key().access_key_id]


def test_undo_where_the_new_key_is_in_the_keyring() -> None:
    """The old one can't go there: how to move the new one to the file is said."""
    machine = with_the_new_key_in_the_keyring()
    with pytest.raises(ConfigurationError, match="was moved into a keyring") as caught:
        undo(machine.work())
    assert "awscli-mfa keyring restore --profile default" in caught.value.remedy
    assert machine.rotation().old == OLD
    assert len(machine.user.pairs) == 2


def test_finish_where_another_profile_has_the_old_key_in_the_keyring() -> None:
    """--all-profiles couldn't replace it: what helps is said."""
    machine = rotated()
    line = f"/bin/awscli-mfa keyring get --backend pass {OLD.access_key_id}"
    machine.files.config["work"] = {"credential_process": line}
    with pytest.raises(ConfigurationError, match=r"work has the key in the keyring \(pass\)"):
        finish(machine.work(), all_profiles=True)
    assert OLD.access_key_id in machine.user.pairs
