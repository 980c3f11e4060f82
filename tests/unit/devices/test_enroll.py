"""``aws mfa devices add``: the first device, another one, and all that can go wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from awscli_mfa_plugin.devices.enroll import add
from awscli_mfa_plugin.devices.owner import CREATING
from awscli_mfa_plugin.errors import (
    AnswerLostError,
    CancelledError,
    ConfigurationError,
    PermissionDeniedError,
    TokenProcessError,
    UnreachableError,
    UsageError,
    WrongCodeError,
)
from tests.aws.state import Device
from tests.unit.devices.user import ARN, Devices

Of = Callable[..., Devices]


def nothing_left(devices: Devices) -> None:
    """Check that account, files and record are as before."""
    assert devices.serials() == []
    assert devices.unassigned() == []
    assert devices.left() == {}
    assert devices.files.writes == []


def test_the_first_device(devices: Devices) -> None:
    """It has the user's name; its serial and the source are saved to the session profile."""
    devices.answer(*devices.pair("nodevice"))
    added = add(devices.request(), devices.work)
    assert added.mfa_serial == f"{ARN}nodevice"
    assert not added.is_late
    assert devices.serials() == ["nodevice"]
    assert devices.files.config["mfa"] == {
        "mfa_serial": f"{ARN}nodevice",
        "mfa_source_profile": "default",
    }
    assert devices.left() == {}
    assert devices.shown[0].seed == devices.aws.state.device(f"{ARN}nodevice").secret
    assert devices.shown[0].seed not in repr(devices.shown)
    # The second code is remembered as used: a login waits for the next one.
    assert f"{ARN}nodevice" in devices.fakes.used_codes.used


def test_a_profile_with_own_keys_gets_the_serial_alone(devices: Devices) -> None:
    """Its source is itself."""
    devices.answer(*devices.pair("phone"))
    add(devices.request(session_profile="default", name="phone"), devices.work)
    assert devices.files.config["default"]["mfa_serial"] == f"{ARN}phone"
    assert "mfa_source_profile" not in devices.files.config["default"]


def test_a_serial_of_a_lost_device_is_replaced(devices: Devices) -> None:
    """An administrator removed the device that the profile names."""
    devices.files.config["mfa"] = {"mfa_serial": f"{ARN}lost", "mfa_source_profile": "default"}
    devices.answer(*devices.pair("nodevice"))
    assert add(devices.request(), devices.work).settings == {"mfa_serial": f"{ARN}nodevice"}


def test_keys_in_the_environment(devices: Devices) -> None:
    """Then no source profile is saved."""
    user = devices.aws.user("nodevice")
    work = devices.answer(*devices.pair("nodevice")).work
    devices.fakes.environment.update(
        AWS_ACCESS_KEY_ID=user.access_key_id, AWS_SECRET_ACCESS_KEY=user.secret_access_key
    )
    assert add(devices.request(), work).settings == {"mfa_serial": f"{ARN}nodevice"}


def test_another_device_needs_a_session(devices_of: Of) -> None:
    """And with one it works; the profile keeps the first."""
    devices = devices_of("ada")
    with pytest.raises(ConfigurationError, match="Adding another one needs an MFA session"):
        add(devices.request(), devices.work)
    devices.log_in()
    devices.files.config["mfa"] = {"mfa_serial": f"{ARN}ada", "mfa_source_profile": "default"}
    devices.answer(*devices.pair("tablet"))
    assert add(devices.request(name="tablet"), devices.work).settings == {}
    assert devices.serials() == ["ada", "tablet"]
    # The user's name is taken by the first.
    devices.answer(*devices.pair("ada-2"))
    assert add(devices.request(), devices.work).mfa_serial == f"{ARN}ada-2"


def test_a_user_with_fido_keys_only(devices_of: Of) -> None:
    """AWS wants MFA, which those keys can't give here."""
    devices = devices_of("fido")
    with pytest.raises(ConfigurationError, match="FIDO keys can't make one here"):
        add(devices.request(), devices.work)


def test_eight_devices(devices_of: Of) -> None:
    """Nothing is created."""
    devices = devices_of("many")
    with pytest.raises(ConfigurationError, match="the most that AWS allows"):
        add(devices.request(), devices.work)
    assert devices.unassigned() == []


def test_the_root_user(devices_of: Of) -> None:
    """IAM's calls can't enable a device for root."""
    devices = devices_of("root")
    with pytest.raises(ConfigurationError, match="not to an IAM user"):
        add(devices.request(), devices.work)


@pytest.mark.parametrize("name", ["with space", "a/b", "", "ä"])
def test_a_name_that_can_t_be_one(devices: Devices, name: str) -> None:
    """Before any call."""
    with pytest.raises(UsageError, match="can't be a device's name"):
        add(devices.request(name=name), devices.work)
    assert devices.aws.calls == []


@pytest.mark.parametrize("listed", [True, False])
def test_a_name_that_is_taken(devices: Devices, *, listed: bool) -> None:
    """By a list, or by AWS's refusal where the list is denied; nobody's device is touched."""
    if not listed:
        devices.aws.user("nodevice").denied_actions = ["iam:ListVirtualMFADevices"]
    with pytest.raises(ConfigurationError, match="A device named ada exists already"):
        add(devices.request(name="ada"), devices.work)
    assert devices.left() == {}
    assert "DeleteVirtualMFADevice" not in [call.action for call in devices.aws.calls]


def test_a_denied_creation_names_the_action(devices: Devices) -> None:
    """Nothing is left, and nothing is deleted."""
    devices.aws.user("nodevice").denied_actions = ["iam:CreateVirtualMFADevice"]
    with pytest.raises(PermissionDeniedError, match="iam:CreateVirtualMFADevice"):
        add(devices.request(), devices.work)
    nothing_left(devices)


def test_a_denied_enabling_names_the_action(devices: Devices) -> None:
    """The device is deleted again."""
    devices.aws.user("nodevice").denied_actions = ["iam:EnableMFADevice"]
    devices.answer(*devices.pair("nodevice"))
    with pytest.raises(PermissionDeniedError, match="iam:EnableMFADevice"):
        add(devices.request(), devices.work)
    nothing_left(devices)


def test_wrong_codes_twice_then_right(devices: Devices) -> None:
    """What was wrong is said, and two more are asked for."""
    wrong = ["000000", "111111"]
    devices.answer(*wrong, *wrong, *devices.pair("nodevice"))
    add(devices.request(), devices.work)
    assert devices.serials() == ["nodevice"]
    assert sum("AWS rejected the two codes" in text for text in devices.person.shown) == 2


def test_wrong_codes_three_times(devices: Devices) -> None:
    """Nothing is left."""
    devices.answer(*["000000", "111111"] * 3)
    with pytest.raises(WrongCodeError):
        add(devices.request(), devices.work)
    nothing_left(devices)


@pytest.mark.parametrize("failure", [CancelledError("Cancelled."), KeyboardInterrupt()])
@pytest.mark.parametrize("after", [0, 1])
def test_cancelled(devices: Devices, failure: BaseException, after: int) -> None:
    """At either question, or by a signal: nothing is left."""
    devices.answer(*devices.pair("nodevice")[:after], failure)
    with pytest.raises(type(failure)):
        add(devices.request(), devices.work)
    nothing_left(devices)


def test_cancelled_where_nothing_may_be_deleted(devices: Devices) -> None:
    """It says which device stays and who can remove it; the next run takes another name."""
    devices.aws.user("nodevice").denied_actions = ["iam:DeleteVirtualMFADevice"]
    devices.answer(CancelledError("Cancelled. Nothing was changed.", by_interrupt=True))
    with pytest.raises(CancelledError) as caught:
        add(devices.request(), devices.work)
    assert caught.value.what == "Cancelled."
    assert caught.value.by_interrupt
    assert "An administrator can:  aws iam delete-virtual-mfa-device" in devices.fakes.notes[-1]
    assert devices.unassigned() == ["nodevice"]
    devices.answer("y", *devices.pair("nodevice-2"))
    assert add(devices.request(), devices.work).mfa_serial == f"{ARN}nodevice-2"


@pytest.mark.parametrize("kind", ["reset", "answer-lost"])
def test_the_network_is_lost_at_the_creation(devices: Devices, kind: str) -> None:
    """Whether or not it arrived, nothing is left."""
    devices.aws.fault("CreateVirtualMFADevice", kind)
    with pytest.raises(UnreachableError):
        add(devices.request(), devices.work)
    nothing_left(devices)


@pytest.mark.parametrize("kind", ["reset", "answer-lost"])
def test_a_lost_creation_of_a_name_that_may_be_somebody_elses(devices: Devices, kind: str) -> None:
    """AWS can't be asked whose it is, so nothing is deleted but by a person who says so."""
    devices.aws.user("nodevice").denied_actions = ["iam:ListVirtualMFADevices"]
    devices.aws.state.unassigned_devices.append(Device(f"{ARN}spare", "A" * 64))
    devices.aws.fault("CreateVirtualMFADevice", kind)
    with pytest.raises(UnreachableError):
        add(devices.request(name="spare"), devices.work)
    assert devices.left() == {f"{ARN}spare": CREATING}
    assert "The device spare may exist now" in devices.fakes.notes[-1]
    devices.answer("", *devices.pair("nodevice"))
    add(devices.request(), devices.work)
    assert devices.unassigned() == ["spare"]
    assert any("may have left the device spare" in text for text in devices.person.shown)
    devices.log_in(f"{ARN}nodevice")
    devices.answer("y", *devices.pair("tablet"))
    add(devices.request(name="tablet"), devices.work)
    assert (devices.unassigned(), devices.left()) == ([], {})


def test_a_name_that_turned_out_to_be_free_is_ours(devices: Devices) -> None:
    """Lists are denied, but AWS created the device: what fails then deletes it."""
    devices.aws.user("nodevice").denied_actions = ["iam:ListVirtualMFADevices"]
    devices.answer(CancelledError("Cancelled."))
    with pytest.raises(CancelledError):
        add(devices.request(), devices.work)
    nothing_left(devices)


def test_the_network_is_lost_for_long(devices: Devices) -> None:
    """It says that the device may still exist; the next run offers to delete it."""
    devices.aws.fault("CreateVirtualMFADevice", "answer-lost")
    devices.aws.fault("DeleteVirtualMFADevice", "throttle", -1)
    with pytest.raises(UnreachableError):
        add(devices.request(), devices.work)
    assert "may still exist" in devices.fakes.notes[-1]
    assert devices.unassigned() == ["nodevice"]
    devices.aws.clear_faults()
    devices.answer("", *devices.pair("nodevice"))
    add(devices.request(), devices.work)
    assert devices.unassigned() == []
    assert devices.left() == {}


def test_the_answer_is_lost_after_it_was_enabled(devices: Devices) -> None:
    """The list of devices tells, and it goes on."""
    devices.aws.fault("EnableMFADevice", "answer-lost")
    devices.answer(*devices.pair("nodevice"))
    add(devices.request(), devices.work)
    assert devices.serials() == ["nodevice"]
    assert "mfa" in devices.files.config


def test_the_request_is_lost_before_it_was_enabled(devices: Devices) -> None:
    """The list doesn't have it: nothing is left."""
    devices.aws.fault("EnableMFADevice", "reset")
    devices.answer(*devices.pair("nodevice"))
    with pytest.raises(AnswerLostError):
        add(devices.request(), devices.work)
    nothing_left(devices)


@pytest.mark.parametrize("refused", [False, True])
def test_enabled_but_nobody_knows(devices: Devices, *, refused: bool) -> None:
    """AWS refuses to delete a device that is in use: it is complete then."""
    devices.aws.fault("EnableMFADevice", "answer-lost")
    lists = iter([False, True])
    devices.answer(*devices.pair("nodevice"))
    work = devices.work
    iam = work.ports.iam

    class Iam:
        """An IAM whose second list is lost."""

        def list_mfa_devices(self, *given: Any) -> Any:
            if next(lists):
                raise UnreachableError("lost")
            return iam.list_mfa_devices(*given)

    object.__setattr__(work.ports, "iam", Iam())
    if refused:
        devices.files.write_settings = _raise  # type: ignore[method-assign, assignment]
    with pytest.raises(UnreachableError, match="lost"):
        add(devices.request(), work)
    assert devices.serials() == ["nodevice"]
    assert devices.left() == {}
    assert ("mfa" in devices.files.config) != refused


def _raise(*_: Any) -> None:
    raise ConfigurationError("read-only")


def test_codes_that_come_late(devices: Devices) -> None:
    """The device is enabled, and the command is told to go on to a resync."""
    early = devices.aws

    def slowly() -> str:
        code = early.token_code(f"{ARN}nodevice")
        early.advance(120)
        return code

    devices.answer(devices.code("nodevice"), slowly)
    assert add(devices.request(), devices.work).is_late


def test_a_code_that_is_entered_twice(devices: Devices) -> None:
    """And words, and nothing: each is asked for again."""
    devices.answer(
        "", "word", devices.code("nodevice"), devices.code("nodevice", -1), devices.code("nodevice")
    )
    add(devices.request(), devices.work)
    assert any("That code was already used" in text for text in devices.person.shown)
    assert any("Enter the 6-digit code" in text for text in devices.person.shown)


def test_no_code_at_all(devices: Devices) -> None:
    """Ten empty lines are enough."""
    devices.answer(*[""] * 10)
    with pytest.raises(ConfigurationError, match="No MFA code was entered"):
        add(devices.request(), devices.work)
    nothing_left(devices)


def test_the_secret_goes_to_a_program(devices_of: Of) -> None:
    """Nothing is shown; the codes come from mfa_process, without a terminal."""
    devices = devices_of(process=f"{ARN}nodevice")
    devices.answer(nobody="there is no terminal")
    add(devices.request(seed_command="store it"), devices.work)
    secret = devices.aws.state.device(f"{ARN}nodevice").secret
    assert devices.given == [("store it", secret)]
    assert devices.shown == []
    assert devices.serials() == ["nodevice"]


def test_the_program_gets_a_uri(devices: Devices) -> None:
    """And without mfa_process the codes are asked for."""
    devices.answer(*devices.pair("nodevice"))
    add(devices.request(seed_command="store it", seed_format="uri"), devices.work)
    secret = devices.aws.state.device(f"{ARN}nodevice").secret
    uri = f"otpauth://totp/AWS:nodevice@123456789012?secret={secret}"
    assert devices.given == [("store it", uri)]


def test_a_program_that_fails(devices: Devices) -> None:
    """Nothing is left."""
    devices.seed_error = ConfigurationError("it failed")
    with pytest.raises(ConfigurationError, match="it failed"):
        add(devices.request(seed_command="store it"), devices.work)
    nothing_left(devices)


@pytest.mark.parametrize("output", ["nothing", "000000"])
def test_a_process_that_gives_no_two_codes(
    devices_of: Of, monkeypatch: pytest.MonkeyPatch, output: str
) -> None:
    """Words, or the same code twice."""
    devices = devices_of(process="x")
    monkeypatch.setattr(devices, "token_code", lambda _: output)
    with pytest.raises(TokenProcessError, match="two codes in a row"):
        add(devices.request(seed_command="store it"), devices.work)
    nothing_left(devices)


def test_a_process_of_another_device(devices_of: Of) -> None:
    """AWS rejects its codes once: nobody can type better ones."""
    devices = devices_of(process=f"{ARN}ada")
    with pytest.raises(WrongCodeError):
        add(devices.request(seed_command="store it"), devices.work)
    nothing_left(devices)


def test_without_a_terminal(devices: Devices) -> None:
    """It is refused before any call."""
    devices.answer(nobody="there is no terminal to ask on")
    with pytest.raises(ConfigurationError, match="needs a terminal, and there is no terminal"):
        add(devices.request(), devices.work)
    assert devices.aws.calls == []
