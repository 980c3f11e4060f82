"""MFA devices: their serials, and which one a session uses."""

from __future__ import annotations

import json
import re
from pathlib import Path

import botocore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from awscli_mfa_plugin.errors import (
    CancelledError,
    ConfigurationError,
    PermissionDeniedError,
    WrongKeyError,
)
from awscli_mfa_plugin.session.devices import (
    Device,
    checked_serial,
    chosen_device,
    devices_of_user,
    kind_of,
    list_devices,
    partition_of,
    region_of,
    resolve_device,
)
from awscli_mfa_plugin.session.records import CallerIdentity, Keys, MfaDevice, Profile
from awscli_mfa_plugin.session.source import Source
from tests.fakes import LONG_LIVED, SERIAL, FakeFiles, FakeIam, Fakes, FakeTerminal

HARDWARE = MfaDevice("GAHT12345678", "hardware")
VIRTUAL = MfaDevice(SERIAL, "virtual")
FIDO = MfaDevice("arn:aws:iam::123456789012:u2f/user/ada/key-ABC", "FIDO")
DENIED = PermissionDeniedError("denied")
KEYS = Keys("AKIAADA", "secret-of-ada", profile="a")
SOURCE = Source("a", KEYS)


def found(fakes: Fakes, region: str = "eu-west-1") -> Device:
    """Resolve the device of a profile without settings."""
    return resolve_device(None, Profile("mfa"), SOURCE, region, fakes.ports())


ORDER: dict[str, tuple[str | None, str, str, str, bool]] = {
    "the option first": ("GAHT00000001", "GAHT00000002", "GAHT00000003", "GAHT00000001", True),
    "the option as it is kept": ("GAHT00000002", "GAHT00000002", "", "GAHT00000002", False),
    "then the session profile's": (None, "GAHT00000002", "GAHT00000003", "GAHT00000002", False),
    "then the source profile's": (None, "", "GAHT00000003", "GAHT00000003", True),
    "then IAM's": (None, "", "", SERIAL, True),
}


@pytest.mark.parametrize(
    ("named", "of_session", "of_source", "serial", "is_new"), ORDER.values(), ids=ORDER.keys()
)
def test_the_order_of_the_sources_of_a_device(
    named: str | None, of_session: str, of_source: str, serial: str, is_new: object
) -> None:
    """IAM is called only if nothing names it; the result is to be saved."""
    fakes = Fakes(files=FakeFiles({"a": {"mfa_serial": of_source}}))
    profile = Profile("mfa", {"mfa_serial": of_session})
    device = resolve_device(named, profile, SOURCE, "eu-west-1", fakes.ports())
    assert (device.mfa_serial, device.is_new) == (serial, is_new)
    assert bool(fakes.iam.calls) is (serial == SERIAL)


def test_keys_in_the_environment_have_no_source_profile() -> None:
    """IAM is called with them."""
    fakes = Fakes(files=FakeFiles({"": {"mfa_serial": "GAHT00000003"}}))
    source = Source("", Keys("AKIAENV", "secret"))
    device = resolve_device(None, Profile("mfa"), source, "r", fakes.ports())
    assert device == Device(SERIAL, is_new=True)
    assert fakes.iam.calls == [("AKIAENV", None, "r")]


@pytest.mark.parametrize("place", ["option", "session", "source"])
def test_an_invalid_serial_is_an_error_before_any_call(place: str) -> None:
    """Such as a user's ARN, wherever it comes from."""
    user = "arn:aws:iam::123456789012:user/ada"
    fakes = Fakes(files=FakeFiles({"a": {"mfa_serial": user}} if place == "source" else {}))
    profile = Profile("mfa", {"mfa_serial": user} if place == "session" else {})
    with pytest.raises(ConfigurationError, match="user's ARN"):
        resolve_device(user if place == "option" else None, profile, SOURCE, "", fakes.ports())
    assert fakes.iam.calls == []


def test_the_only_usable_device_is_used_without_a_question() -> None:
    """A FIDO key beside it doesn't count."""
    fakes = Fakes(iam=FakeIam((FIDO, HARDWARE)))
    assert found(fakes).mfa_serial == "GAHT12345678"
    assert fakes.terminal.questions == []


def test_a_denied_call_is_repeated_with_the_user_name() -> None:
    """Most policies allow ListMFADevices only like that."""
    fakes = Fakes(iam=FakeIam(DENIED, (VIRTUAL,)))
    assert found(fakes).mfa_serial == SERIAL
    assert fakes.iam.calls == [("AKIAADA", None, "eu-west-1"), ("AKIAADA", "ada", "eu-west-1")]
    assert fakes.sts.identity_regions == ["eu-west-1"]


def test_without_a_region_a_regional_endpoint_is_used() -> None:
    """Never the global one."""
    fakes = Fakes(iam=FakeIam(DENIED, (VIRTUAL,)))
    list_devices(SOURCE, "", fakes.ports())
    assert [call[2] for call in fakes.iam.calls] == ["us-east-1", "us-east-1"]
    assert fakes.sts.identity_regions == ["us-east-1"]


def test_the_denial_of_a_caller_without_a_user_name_is_final() -> None:
    """There is no name for another call."""
    fakes = Fakes(iam=FakeIam(DENIED, (VIRTUAL,)))
    fakes.sts.identity = CallerIdentity("arn:aws:iam::123456789012:root", "123456789012")
    with pytest.raises(PermissionDeniedError) as caught:
        list_devices(SOURCE, "", fakes.ports())
    assert caught.value is DENIED
    assert len(fakes.iam.calls) == 1


def test_another_refusal_of_iam_is_final() -> None:
    """Such as a wrong key."""
    fakes = Fakes(iam=FakeIam(WrongKeyError("wrong")))
    with pytest.raises(WrongKeyError):
        found(fakes)
    assert len(fakes.iam.calls) == 1


def test_after_a_second_denial_the_serial_is_prompted_for() -> None:
    """Once, on a terminal, after saying where the console shows it."""
    fakes = Fakes(iam=FakeIam(DENIED), terminal=FakeTerminal(f" {SERIAL} "))
    assert found(fakes) == Device(SERIAL, is_new=True)
    assert len(fakes.iam.calls) == 2
    assert len(fakes.terminal.questions) == 1
    assert "Multi-factor authentication" in fakes.terminal.shown[0]


def test_an_invalid_serial_at_the_prompt_is_an_error() -> None:
    """Such as the ARN of the user; there is no second prompt."""
    terminal = FakeTerminal("arn:aws:iam::123456789012:user/ada", SERIAL)
    with pytest.raises(ConfigurationError, match="user's ARN"):
        found(Fakes(iam=FakeIam(DENIED), terminal=terminal))
    assert len(terminal.questions) == 1


def test_after_a_second_denial_without_a_terminal_there_is_a_remedy() -> None:
    """It names the option and where to find the serial."""
    fakes = Fakes(iam=FakeIam(DENIED), terminal=FakeTerminal(nobody="CI is set"))
    with pytest.raises(ConfigurationError) as caught:
        found(fakes)
    assert "aren't allowed to list your devices" in caught.value.what
    assert "--serial-number" in caught.value.remedy
    assert "Multi-factor authentication" in caught.value.remedy
    assert caught.value.__cause__ is DENIED


def test_a_user_without_device_is_told_how_to_add_one() -> None:
    """The error names the source whose devices were listed."""
    with pytest.raises(ConfigurationError) as caught:
        found(Fakes(iam=FakeIam(())))
    assert caught.value.what == "The user of profile a has no MFA device."
    assert "aws mfa devices add" in caught.value.remedy


def test_fido_devices_alone_are_explained() -> None:
    """Why they can't be used, and which CLI has `aws login`."""
    with pytest.raises(ConfigurationError) as caught:
        found(Fakes(iam=FakeIam((FIDO,))))
    assert "FIDO devices only" in caught.value.what
    assert "aws login" in caught.value.remedy
    assert "2.32" in caught.value.remedy


EIGHT = tuple(MfaDevice(f"GAHT0000000{number}", "hardware") for number in range(1, 9))
CHOICES = {
    "by its number": (["2"], "GAHT00000002"),
    "the first": (["1"], "GAHT00000001"),
    "the last": (["8"], "GAHT00000008"),
    "by its serial": (["GAHT00000003"], "GAHT00000003"),
    "at the third attempt": (["0", "9", "4"], "GAHT00000004"),
    "after other answers": (["", "²", "5"], "GAHT00000005"),
    "after other digits": (["-1", "٣", "6"], "GAHT00000006"),  # Arabic, which isdigit() accepts
}


@pytest.mark.parametrize(("answers", "serial"), CHOICES.values(), ids=CHOICES.keys())
def test_several_devices_are_a_choice_on_a_terminal(answers: list[str], serial: str) -> None:
    """By number or serial; a wrong answer is asked again."""
    fakes = Fakes(iam=FakeIam((*EIGHT, FIDO)), terminal=FakeTerminal(*answers))
    choices = tuple(device.mfa_serial for device in EIGHT)
    assert found(fakes) == Device(serial, is_new=True, choices=choices)
    shown = fakes.terminal.shown
    assert [line.split()[0] for line in shown[0].splitlines()[1:9]] == [*"12345678"]
    assert fakes.terminal.questions == ["Which one? [1-8] "] * len(answers)
    assert shown[1:] == ["Enter a number from 1 to 8.\n"] * (len(answers) - 1)


@pytest.mark.parametrize("answer", ["2", "team/ada", "arn:aws:iam::123456789012:mfa/team/ada"])
def test_the_menu_has_short_names_where_they_are_unique(answer: str) -> None:
    """Beside a hardware device whose serial is another's name, the ARN is shown."""
    arn = "arn:aws:iam::123456789012:mfa/"
    serials = (f"{arn}ada", f"{arn}team/ada", f"{arn}GAHT12345678", "GAHT12345678")
    fakes = Fakes(terminal=FakeTerminal(answer))
    assert chosen_device(serials, fakes.ports()).mfa_serial == f"{arn}team/ada"
    [menu] = fakes.terminal.shown
    assert menu.splitlines() == [
        "You have several MFA devices:",
        "  1  ada",
        "  2  team/ada",
        f"  3  {arn}GAHT12345678",
        "  4  GAHT12345678",
    ]


def test_three_wrong_choices_are_an_error() -> None:
    """No device is used that nobody chose."""
    fakes = Fakes(iam=FakeIam(EIGHT), terminal=FakeTerminal("0", "9", "x", "1"))
    with pytest.raises(ConfigurationError, match="No MFA device was chosen"):
        found(fakes)
    assert len(fakes.terminal.questions) == 3


def test_cancelling_the_choice_cancels() -> None:
    """Ctrl-C and Ctrl-D."""
    fakes = Fakes(iam=FakeIam(EIGHT), terminal=FakeTerminal(CancelledError("Cancelled.")))
    with pytest.raises(CancelledError):
        found(fakes)


def test_several_devices_and_no_terminal_are_an_error_that_lists_them() -> None:
    """The usable ones, control characters escaped."""
    devices = (VIRTUAL, FIDO, HARDWARE, MfaDevice("GAHT\x1b[2J99", "hardware"))
    fakes = Fakes(iam=FakeIam(devices), terminal=FakeTerminal(nobody="CI is set"))
    with pytest.raises(ConfigurationError) as caught:
        found(fakes)
    assert f"{SERIAL}, GAHT12345678, GAHT\\x1b[2J99." in caught.value.what
    assert FIDO.mfa_serial not in caught.value.what
    assert "--serial-number" in caught.value.remedy
    assert "mfa_serial" in caught.value.remedy


USERS: dict[str, tuple[str, str | None, dict[str, str], str, str]] = {
    "of a managed profile": ("mfa", None, {"mfa_source_profile": "a"}, "AKIAADA", ""),
    "the chosen one": (
        "mfa",
        None,
        {"mfa_source_profile": "a", "mfa_serial": SERIAL},
        "AKIAADA",
        SERIAL,
    ),
    "of another source": ("mfa", "b", {"mfa_source_profile": "a"}, "AKIAB", "GAHT00000009"),
    "of a profile with keys": ("b", None, {}, "AKIAB", "GAHT00000009"),
    "of another source than its own keys": ("b", "a", {}, "AKIAADA", "GAHT00000009"),
}


@pytest.mark.parametrize(
    ("session_profile", "named", "config", "key", "chosen"), USERS.values(), ids=USERS.keys()
)
def test_the_devices_of_a_user_are_listed(
    session_profile: str, named: str | None, config: dict[str, str], key: str, chosen: str
) -> None:
    """All of them, FIDO too, and the one that the profiles name."""
    files = FakeFiles(
        {"mfa": config, "b": {"mfa_serial": "GAHT00000009"}},
        {"a": LONG_LIVED, "b": LONG_LIVED | {"aws_access_key_id": "AKIAB"}},
    )
    fakes = Fakes(files=files, iam=FakeIam((VIRTUAL, FIDO)))
    assert devices_of_user(session_profile, named, None, fakes.ports()) == (chosen, (VIRTUAL, FIDO))
    assert fakes.iam.calls == [(key, None, "us-east-1")]


def test_the_devices_of_the_environments_user_are_listed() -> None:
    """Without any file."""
    environment = {"AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "secret-env"}
    fakes = Fakes(environment=environment)
    assert devices_of_user("mfa", None, "eu-west-1", fakes.ports()) == ("", (VIRTUAL,))
    assert fakes.iam.calls == [("AKIAENV", None, "eu-west-1")]


def test_the_partition_of_the_serial_selects_the_region() -> None:
    """In China there is no us-east-1."""
    serial = "arn:aws-cn:iam::123456789012:mfa/ada"
    fakes = Fakes(files=FakeFiles({"mfa": {"mfa_serial": serial}}, {"default": LONG_LIVED}))
    assert devices_of_user("mfa", None, None, fakes.ports())[0] == serial
    assert fakes.iam.calls == [("AKIAADA", None, "cn-north-1")]


SERIALS = {
    "a virtual device": (SERIAL, "virtual"),
    "a path": ("arn:aws:iam::123456789012:mfa/team/ada", "virtual"),
    "root's": ("arn:aws:iam::123456789012:mfa/root-account-mfa-device", "virtual"),
    "GovCloud": ("arn:aws-us-gov:iam::123456789012:mfa/ada", "virtual"),
    "China": ("arn:aws-cn:iam::123456789012:mfa/ada", "virtual"),
    "all the characters": ("arn:aws:iam::123456789012:mfa/a+b=c,d.e@f-g_h", "virtual"),
    "a hardware device": ("GAHT12345678", "hardware"),
    "nine characters": ("123456789", "hardware"),
    "256 characters": ("G" * 256, "hardware"),
}


@pytest.mark.parametrize(("serial", "kind"), SERIALS.values(), ids=SERIALS.keys())
def test_a_valid_serial_and_its_kind(serial: str, kind: str) -> None:
    """Blanks around it, as from a copy and paste, don't count."""
    assert checked_serial(f" {serial}\n") == serial
    assert kind_of(serial) == kind


REFUSED = {
    "a user's ARN": ("arn:aws:iam::123456789012:user/ada", "is a user's ARN, not an MFA"),
    "a role's ARN": ("arn:aws:iam::123456789012:role/x", "is a role's ARN"),
    "root's ARN": ("arn:aws:iam::123456789012:root", "is the ARN of the account's root user"),
    "STS's ARN": ("arn:aws:sts::123456789012:assumed-role/a/b", "isn't the ARN of an MFA device"),
    "an unfinished ARN": ("arn:aws:iam::ACCOUNT:mfa/NAME", "isn't the ARN of an MFA device"),
    "nothing": ("", "9 to 256 letters, digits"),
    "eight characters": ("GAHT1234", "9 to 256 letters, digits"),
    "a token code": ("123456", "9 to 256 letters, digits"),
    "257 characters": ("G" * 257, "9 to 256 letters, digits"),
    "a blank inside": ("GAHT 12345678", "9 to 256 letters, digits"),
    "shell text": ("GAHT$(id)1234", "9 to 256 letters, digits"),
    "an accent": ("arn:aws:iam::123456789012:mfa/adä", "9 to 256 letters, digits"),
    "Arabic digits": ("١٢٣٤٥٦٧٨٩", "9 to 256 letters, digits"),
}


@pytest.mark.parametrize(("text", "what"), REFUSED.values(), ids=REFUSED.keys())
def test_an_invalid_serial_is_explained(text: str, what: str) -> None:
    """The error says what it is instead, and where the console shows the serial."""
    with pytest.raises(ConfigurationError) as caught:
        checked_serial(text)
    assert what in caught.value.what
    assert "Multi-factor authentication" in caught.value.remedy


def test_a_fido_device_is_explained() -> None:
    """The error says why it can't be used, and which CLI has `aws login`."""
    serial = "arn:aws:iam::123456789012:u2f/user/ada/key-ABC"
    assert kind_of(serial) == "FIDO"
    with pytest.raises(ConfigurationError) as caught:
        checked_serial(serial)
    assert "is a FIDO device" in caught.value.what
    assert "AWS can't make MFA sessions with passkeys and security keys" in caught.value.remedy
    assert "aws login" in caught.value.remedy
    assert "2.32" in caught.value.remedy


@pytest.mark.parametrize(
    "text", ["\x1b[2J", "arn:aws:iam::123456789012:\x1b[2J/x", "arn:\x1b[2J", "\x1b[2J" + "x" * 20]
)
def test_a_hostile_serial_is_shown_escaped(text: str) -> None:
    """No control character reaches the message."""
    with pytest.raises(ConfigurationError) as caught:
        checked_serial(text)
    assert "\x1b" not in str(caught.value)


@given(st.text(max_size=300))
def test_every_accepted_serial_is_valid_for_aws(text: str) -> None:
    """Any text: 9 to 256 characters of SerialNumber's pattern, or an error."""
    try:
        serial = checked_serial(text)
    except ConfigurationError:
        return
    assert re.fullmatch(r"[\w+=/:,.@-]{9,256}", serial, re.ASCII)


REGIONS = {
    "AWS": (SERIAL, "us-east-1"),
    "GovCloud": ("arn:aws-us-gov:iam::123456789012:mfa/ada", "us-gov-west-1"),
    "China": ("arn:aws-cn:iam::123456789012:mfa/ada", "cn-north-1"),
    "a hardware device": ("GAHT12345678", "us-east-1"),
    "no serial": ("", "us-east-1"),
}


@pytest.mark.parametrize(("serial", "region"), REGIONS.values(), ids=REGIONS.keys())
def test_sts_is_called_in_the_serials_partition(serial: str, region: str) -> None:
    """A regional endpoint, never the global one."""
    assert region_of(serial) == region


def test_every_partition_of_botocore_has_a_region() -> None:
    """STS of another partition doesn't know the user."""
    known = json.loads((Path(botocore.__file__).parent / "data" / "partitions.json").read_text())
    assert known["partitions"]
    for partition in known["partitions"]:
        region = region_of(f"arn:{partition['id']}:iam::123456789012:mfa/ada")
        assert re.match(partition["regionRegex"], region)


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("eu-west-1", "aws"),
        ("us-gov-west-1", "aws-us-gov"),
        ("cn-northwest-1", "aws-cn"),
        ("us-iso-east-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
        ("eusc-de-east-1", "aws-eusc"),
        ("us-govern-1", "aws"),
    ],
)
def test_the_partition_of_a_region(region: str, partition: str) -> None:
    """By its prefix."""
    assert partition_of(region) == partition
