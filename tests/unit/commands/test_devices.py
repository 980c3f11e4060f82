"""``aws mfa devices``: the list as text and as data."""

from __future__ import annotations

from awscli_mfa_plugin.commands import devices
from awscli_mfa_plugin.commands.process import GlobalOptions
from awscli_mfa_plugin.session.devices import FIDO_REASON
from awscli_mfa_plugin.session.records import MfaDevice
from tests.fakes import NOW, SERIAL, FakeIam, context
from tests.unit.commands.run import data_of, run, with_keys, with_session

FIDO = "arn:aws:iam::123456789012:u2f/user/ada/key"


def test_each_device_is_listed_with_the_chosen_one() -> None:
    """A FIDO key is marked, and the reason follows."""
    fakes = with_session()
    fakes.iam = FakeIam((MfaDevice(SERIAL, "virtual", NOW), MfaDevice(FIDO, "FIDO")))
    result = run(devices, context(fakes, GlobalOptions(region="eu-west-1")))
    assert data_of(result) == {
        "Devices": [
            {
                "MfaSerial": SERIAL,
                "Type": "virtual",
                "EnableDate": "2026-11-24T09:00:00+00:00",
                "Usable": True,
                "Chosen": True,
                "Profiles": ["mfa"],
            },
            {
                "MfaSerial": FIDO,
                "Type": "FIDO",
                "EnableDate": None,
                "Usable": False,
                "Chosen": False,
                "Profiles": [],
            },
        ]
    }
    assert result.text.splitlines() == [
        "NAME  KIND     SINCE       PROFILES  LOGIN",
        "ada   virtual  2026-11-24  mfa       used",
        "key   FIDO     -           -         doesn't work here",
        f"{FIDO_REASON}.",
    ]


def test_devices_that_work_need_no_reason() -> None:
    """A login takes the only one, so it is marked."""
    fakes = with_keys(iam=FakeIam((MfaDevice("GAHT1234567890", "hardware"),)))
    result = run(devices, context(fakes), source_profile="default")
    assert result.text.splitlines()[1] == "GAHT1234567890  hardware  -      -         used"


def test_a_user_without_a_device_is_told() -> None:
    """An empty list as data."""
    none = run(devices, context(with_keys(iam=FakeIam(()))))
    assert (none.text, data_of(none)) == (
        "You have no MFA device. Add one:  aws mfa devices add",
        {"Devices": []},
    )
