"""The rotation of one user's key, gone on with by the session of another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.keys.ending import finish, undo
from awscli_mfa_plugin.keys.rotate import rotate
from awscli_mfa_plugin.session.records import CallerIdentity
from tests.fakes import NOW
from tests.unit.keys.user import OLD, FakeUser, KilledError, Machine, in_keyring

THEIRS = "AKIATHEIRSTHEIRS0000"
BOB = CallerIdentity("arn:aws:iam::123456789012:user/bob", "123456789012")


def bobs_keys() -> FakeUser:
    """Return another user with a key that was made just now."""
    bob = FakeUser(identity=BOB)
    bob.pairs, bob.active, bob.created = {THEIRS: "x"}, {THEIRS: True}, {THEIRS: NOW}
    return bob


def rotated() -> Machine:
    """Return a machine whose key in the keyring was rotated."""
    machine = in_keyring()
    rotate(machine.work())
    return machine


def interrupted() -> Machine:
    """Return a machine on which a rotation was killed before there was a key."""
    machine = Machine()
    work = machine.work()
    machine.user.faults["create"] = [KilledError()]
    with pytest.raises(KilledError):
        rotate(work)
    return machine


@pytest.mark.parametrize("begun", [rotated, interrupted])
def test_another_users_keys_say_nothing_about_a_rotation(begun: object) -> None:
    """That the old key isn't among them doesn't mean that it was deleted; theirs isn't lost."""
    assert callable(begun)
    machine = begun()
    entries, rotation, keys = dict(machine.keyring.entries), machine.rotation(), bobs_keys()
    for run in (rotate, finish, undo):
        with pytest.raises(ConfigurationError, match="isn't a key of user bob, who is logged in"):
            run(replace(machine.work(), user=BOB, keys=keys))
    assert list(keys.pairs) == [THEIRS]
    assert machine.keyring.entries == entries
    assert machine.rotation() == rotation


def test_a_user_who_was_renamed_finishes() -> None:
    """The keys are the same."""
    machine = rotated()
    machine.user.identity = replace(BOB)
    finish(replace(machine.work("y"), user=BOB))
    assert OLD.access_key_id not in machine.user.pairs
    assert machine.journal.all() == ()
