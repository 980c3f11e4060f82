"""The wizard of ``aws mfa configure``: what it asks, what it accepts, what it writes."""

from __future__ import annotations

import pytest

from awscli_mfa_plugin.errors import (
    CancelledError,
    CannotAskError,
    ConfigurationError,
    PermissionDeniedError,
    UnreachableError,
    UsageError,
)
from awscli_mfa_plugin.session.records import MfaDevice
from awscli_mfa_plugin.setup.plan import ProfileChange
from awscli_mfa_plugin.setup.wizard import ask_setup, confirm_setup
from tests.fakes import LONG_LIVED, SERIAL, FakeFiles, FakeIam, Fakes, FakeTerminal

KEYS = {"default": LONG_LIVED}
ENTER = ("", "", "", "", "")
"""Answers to: profile, source profile, duration, token source, region."""


def fakes(
    *answers: str | BaseException,
    files: FakeFiles | None = None,
    iam: FakeIam | None = None,
    environment: dict[str, str] | None = None,
) -> Fakes:
    """Return fakes in which profile default has keys, and these answers are typed."""
    return Fakes(
        files=files or FakeFiles({"default": {"region": "eu-west-1"}}, KEYS),
        terminal=FakeTerminal(*answers),
        iam=iam or FakeIam(),
        environment=environment or {},
    )


def setup(fakes: Fakes, suggested: str = "mfa", region: str | None = None) -> ProfileChange:
    """Let the wizard ask; all answers are used up afterwards."""
    change = ask_setup(suggested, region, fakes.ports())
    assert fakes.terminal.answers == []
    return change


def shown(fakes: Fakes) -> str:
    """Return what was shown beside the questions."""
    return "".join(fakes.terminal.shown)


def test_enter_takes_what_is_known() -> None:
    """Pressing Enter five times sets up the usual profile."""
    here = fakes(*ENTER)
    change = setup(here)
    assert change.profile == "mfa"
    assert change.settings == {
        "mfa_source_profile": "default",
        "mfa_serial": SERIAL,
        "region": "eu-west-1",
    }
    assert here.terminal.questions == [
        "Session profile [mfa]: ",
        "Profile with the long-lived keys [default]: ",
        "How long a session lasts (15m to 36h) [12h]: ",
        "Choose [1]: ",
        "Region [eu-west-1]: ",
    ]
    assert "MFA device: ada\n" in shown(here)


def test_other_answers_are_accepted() -> None:
    """A name, a source among several, lengths with units, a command, a region."""
    files = FakeFiles({}, {"work": LONG_LIVED, "default": LONG_LIVED})
    here = fakes("team", "work", "90m", "3", "op item get aws --otp", "us-east-1", files=files)
    assert setup(here).settings == {
        "mfa_source_profile": "work",
        "mfa_serial": SERIAL,
        "duration_seconds": "5400",
        "mfa_process": "op item get aws --otp",
        "region": "us-east-1",
    }
    assert "Profiles with long-lived keys: work, default" in shown(here)
    assert here.terminal.questions[1] == "Profile with the long-lived keys [default]: "


def test_the_only_keys_are_the_default() -> None:
    """Whatever their profile is called."""
    here = fakes(*ENTER, files=FakeFiles(credentials={"work": LONG_LIVED}))
    assert setup(here).settings["mfa_source_profile"] == "work"


def test_an_existing_profile_gives_the_defaults() -> None:
    """Enter changes nothing; other answers replace or remove settings."""
    config = {
        "mfa": {
            "mfa_source_profile": "work",
            "mfa_serial": SERIAL,
            "duration_seconds": "901",
            "mfa_process": "mine",
            "region": "us-east-1",
        }
    }
    files = FakeFiles(config, {"work": LONG_LIVED})
    here = fakes("", "", "", "", "", "", files=files)
    change = setup(here)
    assert (change.settings, change.removed) == ({}, ())
    assert here.terminal.questions[1:] == [
        "Profile with the long-lived keys [work]: ",
        "How long a session lasts (15m to 36h) [901s]: ",
        "Choose [3]: ",
        "Command that prints the code [mine]: ",
        "Region [us-east-1]: ",
    ]
    assert not confirm_setup(change, "~/.aws/config", here.ports())
    assert "Nothing to change in profile mfa." in shown(here)
    change = setup(fakes("", "", "12h", "2", "", files=files))
    assert change.settings == {"duration_seconds": "43200", "mfa_prompt": "hidden"}
    assert change.removed == ("mfa_process",)


def test_hidden_typing_is_saved() -> None:
    """And can be switched off by the first answer."""
    files = FakeFiles({"mfa": {"mfa_prompt": "HIDDEN"}}, KEYS)
    here = fakes("", "", "", "1", "", files=files)
    assert setup(here).removed == ("mfa_prompt",)
    assert here.terminal.questions[3] == "Choose [2]: "


def test_without_a_region_none_is_offered() -> None:
    """A login then uses a region of the device's partition."""
    here = fakes(*ENTER, files=FakeFiles(credentials=KEYS))
    assert "region" not in setup(here).settings
    assert here.terminal.questions[-1] == "Region [none]: "


def test_an_invalid_answer_is_asked_again() -> None:
    """Each time with the reason."""
    files = FakeFiles({"sso": {"sso_session": "x"}, "default": {"region": "not a region"}}, KEYS)
    answers = ("sso", "", "sso", "", "1", "x", "8h", "4", "", "no/region", "eu-west-1")
    here = fakes(*answers, files=files)
    assert setup(here).settings["duration_seconds"] == "28800"
    text = shown(here)
    assert "gets its credentials from sso_session. Nothing was changed." in text
    assert "Source profile sso gets temporary keys from sso_session" in text
    assert text.count("Enter 15m to 36h") == 2
    assert "Enter a number from 1 to 3." in text
    assert "isn't a region." in text
    assert "region must be a name such as eu-west-1." in text


def test_an_invalid_command_is_asked_again() -> None:
    """Also an empty answer without a default; five times in all."""
    here = fakes("", "", "", "3", "", "'", "good", "")
    assert setup(here).settings["mfa_process"] == "good"
    assert "mfa_process is no command" in shown(here)
    with pytest.raises(
        ConfigurationError, match="No valid answer to 'Command that prints the code'"
    ):
        setup(fakes("", "", "", "3", "", "", "", "", ""))


def test_a_broken_duration_is_no_default() -> None:
    """The usual duration is offered instead, and written."""
    files = FakeFiles({"mfa": {"duration_seconds": "ages"}}, KEYS)
    assert setup(fakes(*ENTER, files=files)).settings["duration_seconds"] == "43200"


def test_a_profile_with_its_own_keys_is_its_own_source() -> None:
    """It gets ``mfa_session``, and the wizard says where its session will be."""
    here = fakes("", "", "", "")
    change = setup(here, "default")
    assert change.settings == {"mfa_session": "on", "mfa_serial": SERIAL}
    assert "default has long-lived keys. They stay" in shown(here)


def test_keys_in_the_environment_are_used() -> None:
    """No source profile is written then."""
    environment = {"AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "s"}
    here = fakes(*ENTER, files=FakeFiles(), environment=environment)
    assert setup(here).settings == {"mfa_session": "on", "mfa_serial": SERIAL}
    assert here.terminal.questions[1] == "Profile with the long-lived keys: "
    assert here.iam.calls[0][0] == "AKIAENV"


def test_without_any_keys_there_is_a_remedy() -> None:
    """There are no more questions."""
    with pytest.raises(ConfigurationError, match="No profile has long-lived keys") as caught:
        setup(fakes("", files=FakeFiles()))
    assert "aws configure" in caught.value.remedy


def test_a_command_of_the_source_profile_is_shown() -> None:
    """It is inherited, and so not asked for."""
    files = FakeFiles({"default": {"mfa_process": "pass otp aws"}}, KEYS)
    here = fakes("", "", "", "", files=files)
    assert "mfa_process" not in setup(here).settings
    assert "MFA codes come from mfa_process of profile default:\n  pass otp aws" in shown(here)


OTHER = "GAHT12345678"
DEVICES = (
    MfaDevice(SERIAL, "virtual"),
    MfaDevice("arn:aws:iam::123456789012:u2f/user/ada/key", "FIDO"),
    MfaDevice(OTHER, "hardware"),
)


def test_one_of_several_devices_is_chosen() -> None:
    """FIDO devices aren't among them; the one that is known is the default."""
    here = fakes("", "", "2", "", "", "", iam=FakeIam(DEVICES))
    assert setup(here).settings["mfa_serial"] == OTHER
    assert "u2f" not in shown(here)
    files = FakeFiles({"default": {"mfa_serial": OTHER}}, KEYS)
    here = fakes("", "", "", "", "", "", iam=FakeIam(DEVICES), files=files)
    assert setup(here).settings["mfa_serial"] == OTHER
    assert here.terminal.questions[2] == "Choose [2]: "


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (PermissionDeniedError("denied"), "You aren't allowed to list your MFA devices."),
        (UnreachableError("AWS can't be reached."), "AWS can't be reached."),
    ],
)
def test_where_devices_can_t_be_listed_the_serial_is_typed(problem: Exception, words: str) -> None:
    """After saying where the console shows it; the serial is checked."""
    here = fakes("", "", "short", SERIAL, "", "", "", iam=FakeIam(problem))
    assert setup(here).settings["mfa_serial"] == SERIAL
    assert words in shown(here)
    assert "IAM > Users" in shown(here)
    assert "'short' isn't an MFA serial" in shown(here)


@pytest.mark.parametrize(
    ("devices", "message"),
    [((), "has no MFA device"), (DEVICES[1:2], "has FIDO devices only: arn:aws:iam::1234567890")],
)
def test_without_a_usable_device_the_wizard_ends(
    devices: tuple[MfaDevice, ...], message: str
) -> None:
    """The remedy says how to get one."""
    with pytest.raises(ConfigurationError, match=message) as caught:
        setup(fakes("", "", iam=FakeIam(devices)))
    remedies = ("Add one:  aws mfa devices add", "Register a virtual device")
    assert any(remedy in caught.value.remedy for remedy in remedies)


def test_the_wizard_without_a_terminal() -> None:
    """The remedy names the manifest and the setting."""
    here = Fakes(terminal=FakeTerminal(nobody="there is no terminal to ask on"))
    with pytest.raises(CannotAskError, match="there is no terminal") as caught:
        ask_setup("mfa", None, here.ports())
    assert "--from FILE" in caught.value.remedy
    assert "aws mfa login --profile mfa" in caught.value.remedy


def test_a_wrong_region_option_is_wrong_usage() -> None:
    """Without a question."""
    with pytest.raises(UsageError, match="--region"):
        setup(fakes("", ""), region="no region")


def test_the_change_is_shown_and_needs_a_yes() -> None:
    """Enter and yes save it, anything else doesn't."""
    change = ProfileChange("mfa", {"region": "eu-west-1"}, ("mfa_process",), {"mfa_process": "x"})
    here = fakes("y", "", "n", CancelledError("Cancelled."))
    assert confirm_setup(change, "~/.aws/config", here.ports())
    assert confirm_setup(change, "~/.aws/config", here.ports())
    assert "  [profile mfa]\n- mfa_process = x\n+ region = eu-west-1\n" in shown(here)
    with pytest.raises(CancelledError, match="Nothing was changed"):
        confirm_setup(change, "~/.aws/config", here.ports())
    with pytest.raises(CancelledError, match="Cancelled"):
        confirm_setup(change, "~/.aws/config", here.ports())


@pytest.mark.parametrize(
    ("settings", "removed", "needs"),
    [
        ({"duration_seconds": "3600"}, (), True),
        ({"mfa_serial": SERIAL}, (), True),
        ({"mfa_source_profile": "work"}, (), True),
        ({}, ("duration_seconds",), True),
        ({"region": "eu-west-1", "mfa_process": "x"}, ("mfa_prompt",), False),
    ],
)
def test_a_session_of_other_settings_is_replaced(
    settings: dict[str, str], removed: tuple[str, ...], needs: object
) -> None:
    """A new duration, device or source needs a new session; the rest doesn't."""
    assert ProfileChange("mfa", settings, removed).needs_new_session is needs
