"""``rotate``: what it asks, refuses and stores, and how it ends after a fault of AWS."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from awscli_mfa_plugin.errors import (
    BusyError,
    CancelledError,
    ConfigurationError,
    MfaError,
    PermissionDeniedError,
    ServiceError,
    ThrottledError,
    UnreachableError,
    UnwritableFileError,
)
from awscli_mfa_plugin.keys.ending import undo
from awscli_mfa_plugin.keys.rotate import rotate
from awscli_mfa_plugin.keys.rotation import PAUSES
from awscli_mfa_plugin.session.access_keys import CREATED, CREATING, STORED, KeyPair, LastUse
from awscli_mfa_plugin.session.records import CallerIdentity, Keys
from awscli_mfa_plugin.session.source import Source
from tests.fakes import LONG_LIVED, NOW
from tests.unit.keys.user import OLD, Machine, section

OTHER = KeyPair("AKIAOTHEROTHEROTHER0", "other-secret")


def refusal() -> MfaError:
    """Return an error of a call that changed nothing."""
    error = ThrottledError("throttled")
    error.is_safe_to_repeat = True
    return error


def test_without_a_person_both_keys_stay_active() -> None:
    """The file has the new one, the journal the old one, for an undo."""
    machine = Machine()
    result = rotate(machine.work())
    new = machine.key()
    assert (result.outcome, result.old_is_active, result.others) == ("rotated", True, ())
    assert machine.user.active == {OLD.access_key_id: True, new.access_key_id: True}
    rotation = machine.rotation()
    assert (rotation.old, rotation.new) == (OLD, KeyPair(new.access_key_id))
    assert rotation.stored == NOW


def test_a_person_is_asked_before_the_old_key_becomes_inactive() -> None:
    """No keeps it active."""
    yes, no = Machine(), Machine()
    assert not rotate(yes.work("y")).old_is_active
    assert not yes.user.active[OLD.access_key_id]
    work = no.work("n")
    assert rotate(work).old_is_active
    assert "Other machines" in "".join(no.fakes.terminal.shown)
    assert no.fakes.terminal.questions == [f"Make {OLD.access_key_id} inactive now? [y/N] "]


def test_a_second_rotate_makes_no_third_key() -> None:
    """It asks for the old key's end again."""
    machine = Machine()
    rotate(machine.work())
    result = rotate(machine.work("y"))
    assert (result.outcome, result.old_is_active) == ("waiting", False)
    assert machine.user.calls.count("create") == 1


def test_a_rotation_whose_old_key_was_deleted_elsewhere_is_over() -> None:
    """The next one starts anew."""
    machine = Machine()
    rotate(machine.work())
    first = machine.key()
    machine.user.delete(OLD.access_key_id)
    assert rotate(machine.work()).outcome == "rotated"
    assert machine.rotation().old == first


def test_an_old_key_that_came_back_into_the_file_isnt_made_inactive() -> None:
    """A backup was restored: the undo is named."""
    machine = Machine()
    rotate(machine.work())
    machine.files.credentials["default"] = section(OLD)
    with pytest.raises(ConfigurationError, match="has the old key again") as caught:
        rotate(machine.work("y"))
    assert "--undo" in caught.value.remedy
    assert machine.user.active[OLD.access_key_id]


def test_a_key_of_the_users_own_in_the_files_keeps_the_old_one_active() -> None:
    """Nobody knows whether that one works."""
    machine = Machine()
    rotate(machine.work())
    machine.files.credentials["default"] = section(OTHER)
    assert rotate(machine.work("y")).old_is_active


def test_every_other_option_of_the_profile_stays() -> None:
    """In the credentials file or in the config file, wherever the key is."""
    config = {"default": {**section(OLD), "region": "eu-west-1"}}
    machine = Machine({"x": {"a": "b"}}, config)
    rotate(machine.work())
    new = machine.rotation().new.access_key_id
    assert machine.files.config["default"]["aws_access_key_id"] == new
    assert machine.files.config["default"]["region"] == "eu-west-1"
    assert machine.files.credentials["x"] == {"a": "b"}


def test_a_key_in_both_files_is_replaced_in_both() -> None:
    """Botocore takes the credentials file's, other tools may take the other."""
    machine = Machine({"default": section(OLD)}, {"default": section(OLD)})
    rotate(machine.work())
    assert machine.files.credentials["default"] == machine.files.config["default"]
    assert machine.key() != OLD


TWO_PROFILES = {"default": section(OLD), "work": section(OLD), "else": section(OTHER)}


def test_other_profiles_with_the_key_are_updated_on_request() -> None:
    """Named and asked for; without a person they stay, and are named at the end."""
    prompted, unattended, all_of_them = (
        Machine(TWO_PROFILES),
        Machine(TWO_PROFILES),
        Machine(TWO_PROFILES),
    )
    rotate(prompted.work("y", "n"))
    assert "the same key: work" in prompted.fakes.terminal.shown[0]
    assert prompted.key("work") == prompted.key() != OLD
    result = rotate(unattended.work())
    assert (result.others, unattended.key("work")) == (("work",), OLD)
    assert rotate(all_of_them.work(), all_profiles=True).others == ()
    assert all_of_them.key("work") == all_of_them.key()
    assert all_of_them.key("else") == OTHER


def test_a_key_that_another_profile_needs_isnt_made_inactive() -> None:
    """It is not even asked."""
    machine = Machine(TWO_PROFILES)
    rotate(machine.work("n"))
    assert machine.user.active[OLD.access_key_id]
    assert len(machine.fakes.terminal.questions) == 1


def with_two_keys() -> Machine:
    """Return a user who can't have another key."""
    machine = Machine()
    machine.user.has(OTHER.access_key_id, OTHER.secret_access_key, active=False)
    return machine


def test_the_other_key_stays_if_the_journal_cant_be_written() -> None:
    """A full disk ends the rotation before anything is deleted."""
    machine = with_two_keys()
    machine.journal.refusals = [UnwritableFileError("journal", "the disk is full", "")]
    with pytest.raises(UnwritableFileError):
        rotate(machine.work("y"))
    assert OTHER.access_key_id in machine.user.pairs


def test_two_keys_are_shown_and_the_other_goes_if_a_person_agrees() -> None:
    """The key in use is never deleted first."""
    machine = with_two_keys()
    rotate(machine.work("y", "n"))
    assert OTHER.access_key_id not in machine.user.pairs
    assert OLD.access_key_id in machine.user.pairs
    shown = machine.fakes.terminal.shown[0]
    assert f"{OLD.access_key_id}, active, age unknown, never used, profile default" in shown
    assert f"{OTHER.access_key_id}, inactive" in shown


@pytest.mark.parametrize(("answers", "error"), [((), ConfigurationError), (("n",), CancelledError)])
def test_two_keys_stay_without_an_agreement(
    answers: tuple[str, ...], error: type[MfaError]
) -> None:
    """Nothing is changed or written."""
    machine = with_two_keys()
    with pytest.raises(error):
        rotate(machine.work(*answers))
    assert set(machine.user.pairs) == {OLD.access_key_id, OTHER.access_key_id}
    assert machine.journal.all() == ()


def test_keys_in_the_environment_are_refused() -> None:
    """There a new one can't be stored."""
    work = Machine().work()
    keys = replace(work.caller.source.keys, profile="")
    work = replace(work, caller=replace(work.caller, source=Source("", keys)))
    with pytest.raises(ConfigurationError, match="in your environment"):
        rotate(work)


def test_keys_from_a_command_are_refused() -> None:
    """A credential_process has its own place for them."""
    machine = Machine({"x": {}}, {"default": {"credential_process": "keys"}})
    work = machine.work()
    keys = Keys(OLD.access_key_id, OLD.secret_access_key, "", "default")
    work = replace(work, caller=replace(work.caller, source=Source("default", keys)))
    with pytest.raises(ConfigurationError, match="doesn't have its access key in the AWS files"):
        rotate(work)


def test_a_session_of_another_user_is_refused() -> None:
    """Otherwise that one would get the key."""
    machine = Machine({"default": LONG_LIVED})
    with pytest.raises(ConfigurationError, match="isn't a key of user ada") as caught:
        rotate(machine.work())
    assert "--profile" in caught.value.remedy
    assert machine.user.calls == ["list"]


def test_files_that_cant_be_written_are_found_before_a_key_is_made() -> None:
    """The check comes first."""
    machine = Machine({"default": section(OLD)}, {"default": section(OLD)})

    def refuse() -> None:
        raise UnwritableFileError("config", "belongs to another user", "")

    vars(machine.files._config)["check_writable"] = refuse
    with pytest.raises(UnwritableFileError):
        rotate(machine.work())
    assert "create" not in machine.user.calls


def test_two_rotations_at_once_on_a_machine() -> None:
    """The second is told."""
    machine = Machine()
    work = machine.work()
    machine.fakes.locks.busy["rotation"] = "process 1"
    with pytest.raises(BusyError):
        rotate(work)


def test_a_new_key_is_waited_for() -> None:
    """Twenty seconds have been seen."""
    machine = Machine()
    work = machine.work()
    machine.user.unknown_for = 6
    machine.user.faults["identity"] = [ThrottledError("busy"), UnreachableError("no network")]
    rotate(work)
    assert [seconds for seconds, _ in machine.fakes.wait.waits] == [*PAUSES[:8]]
    assert machine.rotation().stage == STORED


def test_a_key_that_stays_unknown_is_kept_for_the_next_run() -> None:
    """The file isn't touched; the journal has the key."""
    machine = Machine()
    machine.user.unknown_for = 100
    with pytest.raises(ServiceError, match="Nothing is lost") as caught:
        rotate(machine.work())
    assert caught.value.remedy.endswith("aws mfa keys rotate --source-profile default")
    assert machine.key() == OLD
    assert machine.rotation().stage == CREATED
    machine.user.unknown_for = 0
    rotate(machine.work())
    assert machine.fakes.notes == ["Going on with a rotation that was interrupted."]
    assert machine.key() != OLD


def test_a_new_key_of_another_user_is_not_stored() -> None:
    """Something answers in AWS's place."""
    machine = Machine()
    with pytest.raises(ConfigurationError, match="isn't a key of user bob"):
        rotate(
            replace(
                machine.work(),
                user=CallerIdentity("arn:aws:iam::123456789012:user/bob", "123456789012"),
            )
        )
    assert machine.key() == OLD


def test_a_profile_that_got_another_key_meanwhile_keeps_it() -> None:
    """The undo deletes the new one."""
    machine = Machine()
    work = machine.work()
    machine.user.unknown_for = 100
    with pytest.raises(ServiceError):
        rotate(work)
    machine.user.unknown_for = 0
    machine.files.credentials["default"] = section(OTHER)
    with pytest.raises(ConfigurationError, match="has another access key by now"):
        rotate(machine.work())
    assert machine.key() == OTHER
    undo(machine.work())
    assert machine.key() == OTHER
    assert list(machine.user.pairs) == [OLD.access_key_id]
    assert machine.journal.all() == ()


def test_a_refused_creation_leaves_nothing() -> None:
    """No journal, and the error as it is."""
    machine = Machine()
    machine.user.faults["create"] = [refusal()]
    with pytest.raises(ThrottledError):
        rotate(machine.work())
    assert machine.journal.all() == ()


def with_a_lost_answer(*, before: bool = False) -> Machine:
    """Return a machine whose CreateAccessKey had no answer."""
    machine = Machine()
    lost = UnreachableError("lost")
    machine.user.faults["create"] = [lost] if before else [(lost,)]
    with pytest.raises(UnreachableError) as caught:
        rotate(machine.work())
    assert "AWS may have made a key" in caught.value.remedy
    assert machine.rotation().stage == CREATING
    return machine


@pytest.mark.parametrize("answers", [(), ("", "n")], ids=["nobody", "a person"])
def test_a_lost_answer_is_cleaned_up_by_the_next_run(answers: tuple[str, ...]) -> None:
    """The key without a secret goes, another is made."""
    machine = with_a_lost_answer()
    (lost,) = set(machine.user.pairs) - {OLD.access_key_id}
    rotate(machine.work(*answers))
    assert lost not in machine.user.pairs
    assert set(machine.user.pairs) == {OLD.access_key_id, machine.key().access_key_id}
    assert f"Deleted {lost}" in "".join(machine.fakes.notes)


def test_a_lost_answer_without_a_key() -> None:
    """The next run just makes one."""
    machine = with_a_lost_answer(before=True)
    rotate(machine.work())
    assert len(machine.user.pairs) == 2


def test_a_person_may_keep_a_key_that_looks_lost() -> None:
    """It may be somebody's."""
    machine = with_a_lost_answer()
    with pytest.raises(ConfigurationError, match="wasn't there before") as caught:
        rotate(machine.work("n"))
    assert "aws iam delete-access-key --user-name ada" in caught.value.remedy
    assert len(machine.user.pairs) == 2


def test_a_key_that_a_profile_has_isnt_taken_for_lost() -> None:
    """Somebody stored it by hand after an interrupted rotation: it is the one to rotate now."""
    machine = with_a_lost_answer()
    (found,) = set(machine.user.pairs) - {OLD.access_key_id}
    by_hand = KeyPair(found, machine.user.pairs[found])
    machine.files.credentials["default"] = section(by_hand)
    with pytest.raises(ConfigurationError, match="two access keys"):
        rotate(machine.work())
    assert machine.user.works(by_hand)
    assert machine.journal.all() == ()


def test_an_undo_doesnt_take_a_key_that_a_profile_has_for_lost() -> None:
    """In whatever profile it is."""
    machine = with_a_lost_answer()
    (found,) = set(machine.user.pairs) - {OLD.access_key_id}
    machine.files.credentials["work"] = section(KeyPair(found, machine.user.pairs[found]))
    undo(machine.work())
    assert found in machine.user.pairs
    assert machine.journal.all() == ()


def test_the_rotation_of_another_user_isnt_gone_on_with() -> None:
    """A profile of the same name, in other files: its user's keys aren't touched."""
    machine = with_a_lost_answer()
    machine.user.pairs.clear()
    machine.user.has(OTHER.access_key_id, OTHER.secret_access_key)
    machine.files.credentials["default"] = section(OTHER)
    other = CallerIdentity("arn:aws:iam::210987654321:user/ada", "210987654321")
    machine.user.identity = other
    rotate(replace(machine.work(), user=other))
    assert machine.user.works(OTHER)
    assert sorted(each.stage for each in machine.journal.all()) == [CREATING, STORED]


@pytest.mark.parametrize(
    "use", [LastUse(NOW), PermissionDeniedError("hidden")], ids=["used", "unknown"]
)
def test_a_key_that_may_be_in_use_isnt_taken_for_lost(use: LastUse | MfaError) -> None:
    """Somebody may have made it in the console, or another machine rotated meanwhile."""
    machine = with_a_lost_answer()
    (found,) = set(machine.user.pairs) - {OLD.access_key_id}
    machine.user.uses[found] = use
    for answers in ((), ("",)):  # enter alone doesn't delete it either
        with pytest.raises(ConfigurationError, match="wasn't there before"):
            rotate(machine.work(*answers))
    assert "[y/N]" in machine.fakes.terminal.questions[0]
    assert ("last used" in machine.fakes.terminal.shown[0]) is isinstance(use, LastUse)
    assert found in machine.user.pairs


@pytest.mark.parametrize("created", [None, NOW + timedelta(hours=1)], ids=["unknown", "later"])
def test_without_a_person_a_key_of_another_time_stays(created: object) -> None:
    """It isn't this rotation's; a person is told when it was made."""
    machine = with_a_lost_answer()
    (found,) = set(machine.user.pairs) - {OLD.access_key_id}
    machine.user.created[found] = created  # type: ignore[assignment]
    with pytest.raises(ConfigurationError, match="wasn't there before"):
        rotate(machine.work())
    with pytest.raises(ConfigurationError, match="wasn't there before"):
        rotate(machine.work(""))
    rotate(machine.work("y", "n"))
    when = "an unknown time" if created is None else "10:00"
    assert f"made at {when}" in machine.fakes.terminal.shown[0]


def test_a_journal_that_cant_be_written_takes_the_new_key_back() -> None:
    """A full disk: nobody else has the key."""
    machine = Machine()
    work = machine.work()
    full = UnwritableFileError("journal", "can't be replaced", "")
    machine.journal.refusals = [None, full]
    with pytest.raises(UnwritableFileError):
        rotate(work)
    assert list(machine.user.pairs) == [OLD.access_key_id]
    assert machine.journal.all() == ()
    assert machine.key() == OLD


def test_a_new_key_that_cant_be_taken_back_is_found_by_the_next_run() -> None:
    """The start of the rotation is still written down."""
    machine = Machine()
    work = machine.work()
    machine.journal.refusals = [None, UnwritableFileError("journal", "can't be replaced", "")]
    machine.user.faults["delete"] = [None, UnreachableError("no network")]
    with pytest.raises(UnwritableFileError):
        rotate(work)
    assert machine.rotation().stage == CREATING
    rotate(machine.work())
    assert len(machine.user.pairs) == 2


@pytest.mark.parametrize("call", ["list", "identity", "set_active", "last_use"])
@pytest.mark.parametrize("fault", [UnreachableError("500"), (UnreachableError("lost"),)])
def test_a_fault_at_any_other_call_is_gone_on_from(call: str, fault: object) -> None:
    """The next run ends well."""
    machine = Machine()
    machine.user.faults[call] = [fault]
    work = machine.work("y")
    try:
        rotate(work)
    except MfaError:
        assert machine.has_a_key_that_works()
    machine.user.faults.clear()
    rotate(machine.work("y"))
    assert machine.user.works(machine.key())
    assert machine.key() != OLD
    assert not machine.user.active[OLD.access_key_id]


def test_the_rotation_of_another_profile_isnt_taken_for_this_one() -> None:
    """Each key has its own."""
    machine = Machine({"default": section(OLD), "else": section(OTHER)})
    machine.user.has(OTHER.access_key_id, OTHER.secret_access_key)
    machine.journal.save(
        replace(with_a_lost_answer().rotation(), profiles=("else",), old=OTHER, stage=STORED)
    )
    with pytest.raises(ConfigurationError, match="two access keys"):
        rotate(machine.work())
