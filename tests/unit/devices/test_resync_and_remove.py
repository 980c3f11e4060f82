"""``aws mfa devices resync`` and ``remove``: which device, what is asked, what is left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from awscli_mfa_plugin.devices.codes import resync
from awscli_mfa_plugin.devices.enroll import add
from awscli_mfa_plugin.devices.remove import remove
from awscli_mfa_plugin.errors import (
    CancelledError,
    ConfigurationError,
    PermissionDeniedError,
    WrongCodeError,
)
from tests.unit.devices.user import ARN, Devices

Of = Callable[..., Devices]
ADA = f"{ARN}ada"


def with_two(devices_of: Of) -> Devices:
    """Return ada with a session and two devices; profiles mfa and ops name the first."""
    devices = devices_of("ada")
    devices.log_in()
    devices.files.config["mfa"] = {"mfa_serial": ADA, "mfa_source_profile": "default"}
    devices.files.config["ops"] = {"mfa_serial": ADA}
    devices.answer(*devices.pair("tablet"))
    add(devices.request(name="tablet"), devices.work)
    devices.aws.advance(60)
    return devices


def test_a_device_whose_clock_is_off(devices_of: Of) -> None:
    """Two codes in a row, by long-lived keys; the second counts as used."""
    devices = devices_of("ada")
    ahead = devices.code("ada", 6)
    devices.answer(ahead, ahead)
    assert resync(devices.request(), devices.work) == ADA
    assert devices.aws.state.device(ADA).drift_steps == 6
    assert ADA in devices.fakes.used_codes.used


def test_a_code_that_was_used(devices_of: Of) -> None:
    """Before it is sent: the login's own code doesn't count again."""
    devices = devices_of("ada")
    work = devices.answer(devices.code("ada"), "", *devices.pair("ada")).work
    work.ports.used_codes.remember(ADA, devices.aws.token_code(ADA))

    def nothing_yet() -> str:
        devices.aws.advance(30)
        return ""

    devices.person.script[1] = nothing_yet
    assert resync(devices.request(), work) == ADA
    assert devices.person.shown[1] == "That code was already used. Wait for the next one.\n"


def test_codes_of_a_program(devices_of: Of) -> None:
    """Without a terminal."""
    devices = devices_of("ada", process=ADA)
    devices.answer(nobody="there is no terminal")
    assert resync(devices.request(), devices.work) == ADA


def test_nobody_to_ask(devices_of: Of) -> None:
    """It says how."""
    devices = devices_of("ada")
    devices.answer(nobody="there is no terminal")
    with pytest.raises(ConfigurationError, match="Two codes from ada are needed"):
        resync(devices.request(), devices.work)


def test_three_wrong_pairs(devices_of: Of) -> None:
    """Then it gives up."""
    devices = devices_of("ada")
    devices.answer(*["000000", "111111"] * 3)
    with pytest.raises(WrongCodeError):
        resync(devices.request(), devices.work)


def test_a_policy_that_wants_a_session(devices_of: Of) -> None:
    """It is tried with the session's keys, if there are any."""
    devices = devices_of("ada")
    condition = {"Null": {"aws:MultiFactorAuthPresent": "true"}}
    deny = {"Effect": "Deny", "Action": "iam:ResyncMFADevice", "Resource": "*"}
    allow = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    statements = [allow, {**deny, "Condition": condition}]
    devices.aws.user("ada").policies = [{"Version": "2012-10-17", "Statement": statements}]
    devices.answer(*devices.pair("ada"))
    with pytest.raises(PermissionDeniedError, match="ResyncMFADevice"):
        resync(devices.request(), devices.work)
    devices.log_in()
    devices.aws.advance(90)
    devices.answer(*devices.pair("ada"))
    assert resync(devices.request(), devices.work) == ADA


def test_which_device(devices_of: Of) -> None:
    """The profile's, unless it is gone; a name or a serial; a menu."""
    devices = with_two(devices_of)
    devices.answer(*devices.pair("ada"))
    assert resync(devices.request(), devices.work) == ADA
    devices.aws.advance(60)
    devices.answer(*devices.pair("tablet"))
    assert resync(devices.request(device="tablet"), devices.work) == f"{ARN}tablet"
    devices.aws.advance(60)
    devices.files.config["mfa"] = {"mfa_serial": f"{ARN}gone", "mfa_source_profile": "default"}
    for answers in (["2"], ["tablet"], ["3", "x", "2"]):
        devices.answer(*answers, *devices.pair("tablet"))
        assert resync(devices.request(), devices.work) == f"{ARN}tablet"
        devices.aws.advance(60)
    devices.answer("0", "3", "")
    with pytest.raises(ConfigurationError, match="No MFA device was chosen"):
        resync(devices.request(), devices.work)
    devices.answer(nobody="there is no terminal")
    with pytest.raises(ConfigurationError, match="You have several MFA devices"):
        resync(devices.request(), devices.work)


@pytest.mark.parametrize(("user", "named"), [("ada", "phone"), ("fido", None), ("fido", "key")])
def test_no_such_device(devices_of: Of, user: str, named: str | None) -> None:
    """A name that isn't yours, or FIDO keys alone."""
    devices = devices_of(user)
    with pytest.raises(ConfigurationError, match="You have no MFA device"):
        resync(devices.request(device=named), devices.work)


def test_a_device_is_removed(devices_of: Of) -> None:
    """The change of the config file is shown first; then nothing names the device."""
    devices = with_two(devices_of)
    devices.answer("y")
    removed = remove(devices.request(device="ada"), devices.work)
    assert removed.changed
    assert removed.is_deleted
    assert devices.serials() == ["tablet"]
    assert devices.unassigned() == []
    assert devices.left() == {}
    assert "mfa_serial" not in devices.files.config["mfa"]
    assert devices.files.config["ops"] == {}
    [shown] = devices.person.shown
    assert shown.count(f"-mfa_serial = {ADA}") == 2


@pytest.mark.parametrize("answer", ["n", "", "no"])
def test_a_removal_that_is_not_confirmed(devices_of: Of, answer: str) -> None:
    """Nothing is changed."""
    devices = with_two(devices_of)
    devices.answer(answer)
    with pytest.raises(CancelledError):
        remove(devices.request(device="ada"), devices.work)
    assert devices.serials() == ["ada", "tablet"]
    assert devices.files.config["ops"]


def test_a_removal_without_a_terminal(devices_of: Of) -> None:
    """It needs --yes; then what changes is said beside the result."""
    devices = with_two(devices_of)
    devices.answer(nobody="there is no terminal")
    with pytest.raises(ConfigurationError, match="has to be confirmed"):
        remove(devices.request(device="tablet"), devices.work)
    removed = remove(devices.request(device="tablet", yes=True), devices.work)
    assert not removed.changed
    assert devices.fakes.notes == ["Removing tablet."]


def test_a_removal_without_a_session(devices_of: Of) -> None:
    """AWS wants MFA for it."""
    devices = devices_of("ada")
    with pytest.raises(ConfigurationError, match="Removing a device needs an MFA session"):
        remove(devices.request(), devices.work)


def test_a_session_that_is_nearly_over(devices_of: Of) -> None:
    """Its keys aren't used any more."""
    devices = devices_of("ada")
    devices.log_in()
    devices.aws.advance(3580)
    devices.aws.set_offset(0)
    session = devices.files.session_of(devices.files.profile("mfa"))
    assert session
    work = devices.work
    object.__setattr__(work.ports, "clock", _At(session.expiration))
    with pytest.raises(ConfigurationError, match="needs an MFA session"):
        remove(devices.request(), work)


class _At:
    def __init__(self, moment: Any) -> None:
        self._moment = moment

    def now(self) -> Any:
        return self._moment


def test_the_last_device(devices_of: Of) -> None:
    """Only with --force, and with a plain warning."""
    devices = devices_of("ada")
    devices.log_in()
    with pytest.raises(ConfigurationError, match="ada is your last MFA device"):
        remove(devices.request(), devices.work)
    devices.answer("y")
    remove(devices.request(force=True), devices.work)
    assert "Warning: ada is your last MFA device" in devices.person.shown[0]
    assert devices.serials() == []


def test_a_hardware_device(devices_of: Of) -> None:
    """It is taken from the user; there is nothing to delete."""
    devices = devices_of("grace")
    devices.log_in()
    removed = remove(devices.request(force=True, yes=True), devices.work)
    assert removed.mfa_serial == "GAHT12345678"
    assert devices.serials() == []
    assert "DeleteVirtualMFADevice" not in [call.action for call in devices.aws.calls]


def test_a_device_that_may_not_be_deleted(devices_of: Of) -> None:
    """It is no longer the user's, and stays unassigned."""
    devices = with_two(devices_of)
    devices.aws.user("ada").denied_actions = ["iam:DeleteVirtualMFADevice"]
    removed = remove(devices.request(device="tablet", yes=True), devices.work)
    assert not removed.is_deleted
    assert devices.unassigned() == ["tablet"]
    assert "An administrator can" in devices.fakes.notes[-1]


@pytest.mark.parametrize(
    ("effect", "remedy"), [("Deny", "renew it:  aws mfa login --profile mfa --force"), ("", "Ask")]
)
def test_a_session_that_a_policy_calls_too_old(devices_of: Of, effect: str, remedy: str) -> None:
    """The error says how to renew it; a missing permission is another matter."""
    devices = with_two(devices_of)
    allowed = "*" if effect else ["iam:List*", "sts:*"]
    allow = {"Effect": "Allow", "Action": allowed, "Resource": "*"}
    too_old = {"NumericGreaterThanIfExists": {"aws:MultiFactorAuthAge": "10"}}
    deny = {"Effect": "Deny", "Action": "iam:DeactivateMFADevice", "Resource": "*"}
    statements = [allow, *([{**deny, "Condition": too_old}] if effect else [])]
    devices.aws.user("ada").policies = [{"Version": "2012-10-17", "Statement": statements}]
    with pytest.raises(PermissionDeniedError) as caught:
        remove(devices.request(device="tablet", yes=True), devices.work)
    assert "iam:DeactivateMFADevice" in caught.value.what
    assert remedy in caught.value.remedy
    assert devices.left() == {}
    assert devices.serials() == ["ada", "tablet"]


def test_a_deletion_that_is_lost(devices_of: Of) -> None:
    """It says that the next command removes the device, and that one does."""
    devices = with_two(devices_of)
    devices.aws.fault("DeleteVirtualMFADevice", "throttle", -1)
    removed = remove(devices.request(device="tablet", yes=True), devices.work)
    assert not removed.is_deleted
    assert "may still exist. 'aws mfa devices add' removes it" in devices.fakes.notes[-1]
    devices.aws.clear_faults()
    devices.answer(*devices.pair("tablet"))
    add(devices.request(name="tablet"), devices.work)
    assert devices.serials() == ["ada", "tablet"]
    assert devices.left() == {}


@pytest.mark.parametrize("named", ["tablet", None])
def test_a_lost_deletion_is_finished_by_the_same_command(devices_of: Of, named: str | None) -> None:
    """Repeated, it succeeds, and asks about no other device."""
    devices = with_two(devices_of)
    devices.aws.fault("DeleteVirtualMFADevice", "throttle", -1)
    remove(devices.request(device="tablet", yes=True), devices.work)
    devices.aws.clear_faults()
    removed = remove(devices.request(device=named, yes=True), devices.work)
    assert removed.mfa_serial == f"{ARN}tablet"
    assert devices.unassigned() == []
    assert devices.serials() == ["ada"]


def test_a_session_of_another_user(devices_of: Of) -> None:
    """It isn't used: a device would be created or deleted in another account."""
    ada, devices = devices_of("ada"), devices_of("user01")
    ada.files = devices.files
    ada.log_in()
    with pytest.raises(ConfigurationError, match="Removing a device needs an MFA session"):
        remove(devices.request(yes=True, force=True), devices.work)


def test_a_lost_deletion_and_another_device(devices_of: Of) -> None:
    """Both are removed."""
    devices = with_two(devices_of)
    devices.aws.fault("DeleteVirtualMFADevice", "throttle", -1)
    remove(devices.request(device="tablet", yes=True), devices.work)
    devices.aws.clear_faults()
    assert remove(devices.request(device="ada", yes=True, force=True), devices.work).is_deleted
    assert devices.unassigned() == devices.serials() == []
