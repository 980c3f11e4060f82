"""A key in the keyring: the new one goes there, and its secret is never anywhere else."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.errors import ConfigurationError, KeyringError, UnwritableFileError
from awscli_mfa_plugin.keys.ending import finish, undo
from awscli_mfa_plugin.keys.rotate import rotate
from awscli_mfa_plugin.session.access_keys import CREATED, STORED, KeyPair, as_json
from awscli_mfa_plugin.session.records import Session
from tests.fakes import NOW
from tests.unit.keys.user import OLD, in_keyring, killed_at, line_of, section

if TYPE_CHECKING:
    from tests.unit.keys.user import Machine

NEW = KeyPair("AKIANEWNEWNEWNEWNEW1", "new-secret-1")


def rotated(*names: str) -> Machine:
    """Return a machine whose key in the keyring was rotated, the old one inactive."""
    machine = in_keyring(*names)
    rotate(machine.work(*("y",) * (1 if len(names) < 2 else 2)))
    assert not machine.user.active[OLD.access_key_id]
    return machine


def kept_secrets(machine: Machine) -> list[str]:
    """Return which of all secrets are in the journal or in a file."""
    files = (machine.files._config, machine.files._credentials)
    text = "".join(file.read().render().decode() for file in files)
    text += json.dumps([as_json(each) for each in machine.journal.all()])
    return [secret for secret in machine.user.pairs.values() if secret in text]


def test_the_line_gets_the_new_key() -> None:
    """Both are in the keyring until the old one is deleted; a session of the old one stays."""
    machine = in_keyring()
    session = Session("ASIA", "s", "t", NOW, NOW)
    machine.files.write_session("default", session)
    result = rotate(machine.work("y"))
    assert (result.outcome, result.old_is_active) == ("rotated", False)
    line = line_of(NEW.access_key_id)
    assert machine.files.config["default"] == {"credential_process": line}
    assert machine.key() == NEW
    assert machine.keyring.entries.keys() == {OLD.access_key_id, NEW.access_key_id}
    assert kept_secrets(machine) == []
    assert machine.files.session_of(machine.files.profile("default")) == session
    assert rotate(machine.work()).outcome == "waiting"
    finish(machine.work("y"))
    assert machine.keyring.entries.keys() == machine.user.pairs.keys() == {NEW.access_key_id}
    assert machine.journal.all() == ()


def test_undo() -> None:
    """The line gets the old key again; the new one is nowhere."""
    machine = rotated()
    undo(machine.work())
    assert machine.key() == OLD
    assert machine.user.works(OLD)
    assert machine.keyring.entries.keys() == {OLD.access_key_id}
    assert kept_secrets(machine) == []


def test_a_new_key_that_is_kept_after_an_undo_stays_in_the_keyring() -> None:
    """It works still, and its secret is nowhere else."""
    machine = rotated()
    undo(machine.work("n"))
    assert machine.keyring.entries[NEW.access_key_id] == NEW.secret_access_key


def test_all_profiles_with_the_key() -> None:
    """Their lines are changed together, and back."""
    machine = rotated("default", "work")
    assert machine.key("work") == machine.key() == NEW
    undo(machine.work())
    assert machine.key("work") == machine.key() == OLD


def test_finish_all_profiles() -> None:
    """A line that still gets the old key is changed first."""
    machine = in_keyring("default", "work")
    rotate(machine.work("n", "n"))
    assert machine.key("work") == OLD
    with pytest.raises(ConfigurationError, match="still in profile work"):
        finish(machine.work("y"))
    finish(machine.work("y"), all_profiles=True)
    assert machine.key("work") == NEW
    assert machine.keyring.entries.keys() == {NEW.access_key_id}


def test_finish_named_by_a_profile_that_has_the_old_key() -> None:
    """The source profile's new key is checked with its own secret."""
    machine = in_keyring("default", "work")
    rotate(machine.work("n", "n"))
    machine.source = "work"
    finish(machine.work("y"), all_profiles=True)
    assert machine.key("work") == machine.key("default") == NEW


OTHER_PLACES = {
    "file": (section(OLD), "has the key in a file", "keyring store --backend pass --profile work"),
    "another keyring": (
        {"credential_process": line_of(OLD.access_key_id, "macos")},
        r"in the keyring \(macos\)",
        "keyring restore --profile work",
    ),
}


@pytest.mark.parametrize("place", OTHER_PLACES)
def test_a_profile_that_has_the_key_elsewhere_is_moved_first(place: str) -> None:
    """Else the secret would be written where it wasn't, or the profile would break."""
    options, why, remedy = OTHER_PLACES[place]
    machine = in_keyring()
    machine.files.config["work"] = options
    with pytest.raises(ConfigurationError, match=why) as caught:
        rotate(machine.work())
    assert caught.value.remedy.endswith(remedy)
    assert list(machine.user.pairs) == [OLD.access_key_id]


def test_a_locked_keyring_is_found_before_a_key_is_made() -> None:
    """Nothing is changed."""
    machine = in_keyring()
    machine.keyring.faults["check"] = [KeyringError("locked")]
    with pytest.raises(KeyringError):
        rotate(machine.work())
    assert machine.user.calls == []
    assert machine.journal.all() == ()


def test_a_keyring_that_doesnt_keep_the_new_key() -> None:
    """The key is deleted again: nobody has its secret."""
    machine = in_keyring()
    machine.keyring.faults["put"] = [KeyringError("locked")]
    with pytest.raises(KeyringError):
        rotate(machine.work())
    assert machine.user.pairs == {OLD.access_key_id: OLD.secret_access_key}
    assert machine.journal.all() == ()
    assert machine.key() == OLD


def test_a_journal_that_cant_be_written_after_the_new_key_was_stored() -> None:
    """The key is deleted again, in the keyring too."""
    machine = in_keyring()
    work = machine.work()
    machine.journal.refusals = [None, UnwritableFileError("journal", "can't be replaced", "")]
    with pytest.raises(UnwritableFileError):
        rotate(work)
    assert machine.keyring.entries == machine.user.pairs
    assert list(machine.user.pairs) == [OLD.access_key_id]
    assert machine.journal.all() == ()


def test_a_keyring_that_is_locked_after_the_new_key_was_stored() -> None:
    """The old key goes on working, and the next run goes on."""
    machine = in_keyring()
    machine.keyring.faults["get"] = [KeyringError("locked")]
    with pytest.raises(KeyringError):
        rotate(machine.work())
    assert machine.rotation().stage == CREATED
    assert machine.user.works(machine.key())
    rotate(machine.work())
    assert machine.key() == NEW


def test_a_keyring_that_is_locked_at_an_undo() -> None:
    """Nothing is changed."""
    machine = rotated()
    machine.keyring.faults["get"] = [KeyringError("locked")]
    with pytest.raises(KeyringError):
        undo(machine.work())
    assert machine.key() == NEW
    assert machine.rotation().stage == STORED
    undo(machine.work())
    assert machine.key() == OLD


def test_a_keyring_that_keeps_a_deleted_key() -> None:
    """That is worth a note: the key doesn't work any more."""
    machine = rotated()
    machine.keyring.faults["remove"] = [KeyringError("locked.")]
    finish(machine.work("y"))
    assert machine.fakes.notes == [
        f"The keyring still has the deleted key {OLD.access_key_id}: locked."
    ]
    assert machine.journal.all() == ()


def test_a_key_whose_making_was_interrupted_is_in_no_keyring() -> None:
    """It may have got there before the journal knew of it."""
    machine = killed_at("after put", in_keyring)
    assert NEW.access_key_id in machine.keyring.entries
    rotate(machine.work())
    assert machine.key() == KeyPair("AKIANEWNEWNEWNEWNEW2", "new-secret-2")
    assert NEW.access_key_id not in machine.keyring.entries


def test_the_old_key_was_deleted_elsewhere() -> None:
    """Its entry goes with the end of the rotation."""
    machine = rotated()
    machine.user.delete(OLD.access_key_id)
    rotate(machine.work("y"))
    assert OLD.access_key_id not in machine.keyring.entries


def moved_to_its_file(machine: Machine, pair: KeyPair) -> Machine:
    """Let ``keyring restore`` move a key of profile default."""
    machine.files.config["default"] = {}
    machine.files.credentials["default"] = section(pair)
    del machine.keyring.entries[pair.access_key_id]
    return machine


def test_undo_where_the_new_key_was_moved_to_its_file() -> None:
    """The old one goes there, too."""
    machine = moved_to_its_file(rotated(), NEW)
    undo(machine.work())
    assert machine.files.credentials["default"] == section(OLD)


def test_finish_where_the_new_key_was_moved_to_its_file() -> None:
    """The old one leaves the keyring."""
    machine = moved_to_its_file(rotated(), NEW)
    finish(machine.work("y"))
    assert machine.keyring.entries == {}
    assert machine.key() == NEW


def test_an_old_key_that_was_moved_to_its_file_during_a_rotation() -> None:
    """The new one isn't written there; the rotation can be undone."""
    machine = moved_to_its_file(killed_at("before get", in_keyring), OLD)
    with pytest.raises(ConfigurationError, match="was moved during the rotation") as caught:
        rotate(machine.work())
    assert "--undo" in caught.value.remedy
    assert machine.files.credentials["default"] == section(OLD)
    undo(machine.work())
    assert list(machine.user.pairs) == [OLD.access_key_id]
    assert machine.keyring.entries == {}
    assert machine.journal.all() == ()


def test_a_line_that_leads_to_another_keyring_by_now() -> None:
    """It isn't changed: that one has no such key."""
    machine = killed_at("before get", in_keyring)
    line = line_of(OLD.access_key_id, "macos")
    machine.files.config["default"] = {"credential_process": line}
    with pytest.raises(ConfigurationError, match="was moved during the rotation"):
        rotate(machine.work())
    assert machine.files.config["default"] == {"credential_process": line}
    with pytest.raises(ConfigurationError, match="was moved into a keyring"):
        undo(machine.work())


def test_awscli_mfa_may_have_moved() -> None:
    """The line of now names it; the journal's is for a profile without one."""
    machine = rotated()
    moved = f"/elsewhere{line_of(NEW.access_key_id)}"
    machine.files.config["default"] = {"credential_process": moved}
    machine.keyring.lines.clear()
    finish(machine.work("y"))
    assert machine.keyring.lines == [moved]


def test_the_journal_keeps_the_line() -> None:
    """And no secret, whatever it is given."""
    rotation = rotated().rotation()
    assert rotation.keyring == line_of(OLD.access_key_id)
    kept = as_json(replace(rotation, old=OLD, new=NEW))
    assert "secret" not in json.dumps(kept).replace("SecretAccessKey", "")
