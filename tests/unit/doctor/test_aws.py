"""The checks that call AWS: STS, the clock, and the MFA devices."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from awscli_mfa_plugin.doctor.aws import check_aws, check_keys
from awscli_mfa_plugin.doctor.findings import ERROR, NOTE, OK, WARNING, Finding
from awscli_mfa_plugin.errors import (
    MfaError,
    PermissionDeniedError,
    ThrottledError,
    UnreachableError,
    WrongKeyError,
)
from awscli_mfa_plugin.session.access_keys import AccessKey
from awscli_mfa_plugin.session.records import Keys, MfaDevice, Profile
from tests.fakes import LONG_LIVED, NOW, SERIAL, FakeFiles, FakeIam, Fakes, Sections

MANAGED = {"mfa_source_profile": "default", "mfa_serial": SERIAL}
FIDO = MfaDevice("arn:aws:iam::123456789012:u2f/user/ada/x", "FIDO")


class Asked:
    """Returns STS's Date, as scripted."""

    def __init__(self, answer: datetime | MfaError | None = NOW) -> None:
        """Script the answer."""
        self.answer = answer
        self.asked: list[tuple[str, str]] = []

    def __call__(self, region: str, profile: str) -> datetime | None:
        """Answer."""
        self.asked.append((region, profile))
        if isinstance(self.answer, MfaError):
            raise self.answer
        return self.answer


def called(
    config: Sections | None = None,
    credentials: Sections | None = None,
    iam: FakeIam | None = None,
    asked: Asked | None = None,
    only: str | None = None,
    region: str | None = None,
) -> list[Finding]:
    """Return what calls find out about these profiles."""
    config = {"mfa": MANAGED} if config is None else config
    credentials = {"default": LONG_LIVED} if credentials is None else credentials
    names = dict.fromkeys((*config, *credentials))
    profiles = {
        name: Profile(name, config.get(name, {}), credentials.get(name, {})) for name in names
    }
    fakes = Fakes(files=FakeFiles(config, credentials), iam=iam or FakeIam())
    return list(check_aws(profiles, only, region, asked or Asked(), fakes.ports()))


def serial_finding(config: Sections, iam: FakeIam) -> Finding:
    """Return the finding on the serial."""
    [found] = [finding for finding in called(config, iam=iam) if finding.name == "mfa-serial"]
    return found


def test_no_problems() -> None:
    """STS answers, the clock is right, the serial is the user's."""
    assert [(found.name, found.state) for found in called()] == [
        ("sts", OK),
        ("clock", OK),
        ("mfa-serial", OK),
    ]


def test_sts_is_called_in_the_region_of_the_profile() -> None:
    """Or in --region, and with the source's network settings."""
    asked = Asked()
    called({"mfa": MANAGED | {"region": "eu-west-1"}}, asked=asked)
    called({"mfa": MANAGED | {"region": "eu-west-1"}}, asked=asked, region="eu-central-1")
    called({}, {}, asked=asked)
    called({"default": {"region": "ap-south-1"}}, {}, asked=asked)
    called({"mfa": MANAGED, "b": {"region": "eu-west-3"}}, asked=asked, only="b")
    assert asked.asked == [
        ("eu-west-1", "default"),
        ("eu-central-1", "default"),
        ("us-east-1", ""),
        ("ap-south-1", "default"),
        ("eu-west-3", "b"),
    ]


def test_no_further_call_where_sts_does_not_answer() -> None:
    """They would fail too."""
    iam = FakeIam()
    [found] = called(asked=Asked(UnreachableError("No way.", "Look.")), iam=iam)
    assert found == Finding("sts", ERROR, "No way.", "Look.")
    assert not iam.calls


def test_an_invalid_region() -> None:
    """No call is made."""
    asked = Asked()
    [found] = called({"mfa": MANAGED | {"region": "a b"}}, asked=asked)
    assert (found.name, found.state, asked.asked) == ("sts", ERROR, [])


CLOCKS = [
    (0, OK, "Less than 30 s"),
    (29, OK, "Less than 30 s"),
    (-30, OK, "Less than 30 s"),
    (30, WARNING, "30 s behind AWS's"),
    (-32, WARNING, "31 s ahead of AWS's"),
    (899, WARNING, "15 min behind AWS's"),
    (900, ERROR, "15 min behind AWS's"),
    (-3601, ERROR, "1 h ahead of AWS's"),
]


@pytest.mark.parametrize(("seconds", "state", "seen"), CLOCKS)
def test_the_clock_is_compared_with_the_date(seconds: int, state: str, seen: str) -> None:
    """AWS's Date has whole seconds, so a second of difference is ignored."""
    found = called(asked=Asked(NOW + timedelta(seconds=seconds)))[1]
    assert (found.name, found.state) == ("clock", state)
    assert seen in found.what


def test_an_answer_without_a_date_is_a_note() -> None:
    """Nothing can be compared."""
    assert called(asked=Asked(None))[1].state == NOTE


SERIALS: dict[str, tuple[str, FakeIam, str, str]] = {
    "another user's": (
        "arn:aws:iam::123456789012:mfa/grace",
        FakeIam(),
        ERROR,
        "isn't a device of its user",
    ),
    "FIDO only": (SERIAL, FakeIam((FIDO,)), ERROR, "only FIDO devices"),
    "no device": (SERIAL, FakeIam(()), ERROR, "no MFA device"),
    "beside a FIDO device": (
        SERIAL,
        FakeIam((FIDO, MfaDevice(SERIAL, "virtual"))),
        OK,
        "is a device of its user.",
    ),
    "none named": ("", FakeIam(), OK, "no mfa_serial; its user has 1 MFA device."),
    "none named of several": (
        "",
        FakeIam((MfaDevice(SERIAL, "virtual"), MfaDevice(SERIAL + "2", "virtual"))),
        NOTE,
        "no mfa_serial; its user has 2 MFA devices.",
    ),
    "not to be listed": (
        SERIAL,
        FakeIam(PermissionDeniedError("Denied.")),
        NOTE,
        "may not list MFA devices",
    ),
    "a wrong key": (SERIAL, FakeIam(WrongKeyError("Unknown.")), ERROR, "Unknown."),
    "throttled": (SERIAL, FakeIam(ThrottledError("Too many.")), WARNING, "Too many."),
}


@pytest.mark.parametrize(("serial", "iam", "state", "seen"), SERIALS.values(), ids=SERIALS.keys())
def test_the_serial_is_compared_with_the_users_devices(
    serial: str, iam: FakeIam, state: str, seen: str
) -> None:
    """Errors that a login would get with a code are found without one."""
    found = serial_finding({"mfa": MANAGED | {"mfa_serial": serial}}, iam)
    assert found.state == state
    assert seen in found.what


def test_the_serial_may_come_from_the_source_profile() -> None:
    """As in a login."""
    config = {"mfa": {"mfa_source_profile": "default"}, "default": {"mfa_serial": SERIAL}}
    assert serial_finding(config, FakeIam()).what.endswith("is a device of its user.")


@pytest.mark.parametrize(
    ("config", "credentials"),
    [
        ({"mfa": MANAGED | {"mfa_serial": FIDO.mfa_serial}}, None),
        ({"mfa": {"mfa_source_profile": "gone"}}, None),
        ({"mfa": MANAGED, "default": {"credential_process": "x"}}, {}),
        ({"mfa": {"region": "eu-west-1"}}, None),
    ],
    ids=["reported without a call", "no source", "a source that is a command", "not managed"],
)
def test_devices_are_listed_only_with_long_lived_keys(
    config: Sections, credentials: Sections | None
) -> None:
    """IAM is only called with long-lived keys from the files."""
    iam = FakeIam()
    called(config, credentials, iam=iam)
    assert not iam.calls


def test_the_devices_of_a_user_are_listed_once() -> None:
    """However many MFA profiles use the keys."""
    iam = FakeIam()
    found = called({"a": MANAGED, "b": MANAGED, "c": MANAGED | {"region": "eu-west-1"}}, iam=iam)
    assert [finding.name for finding in found].count("mfa-serial") == 3
    assert [region for _, _, region in iam.calls] == ["us-east-1", "eu-west-1"]


def test_a_profile_with_its_own_keys_is_its_own_source() -> None:
    """Also with keys in the config file."""
    iam = FakeIam()
    called({"own": {**LONG_LIVED, "mfa_session": "on", "mfa_serial": SERIAL}}, {}, iam=iam)
    assert iam.calls == [("AKIAADA", None, "us-east-1")]


class Listing:
    """Lists one user's keys, or is denied."""

    def __init__(self, *keys: AccessKey, error: MfaError | None = None) -> None:
        """Script the answer."""
        self.keys, self.error = keys, error
        self.asked: list[tuple[str, str]] = []

    def __call__(self, keys: Keys, region: str) -> tuple[AccessKey, ...]:
        """Answer."""
        self.asked.append((keys.access_key_id, region))
        if self.error:
            raise self.error
        return self.keys


def key_findings(
    listing: Listing, credentials: Sections | None = None, only: str | None = None
) -> list[Finding]:
    """Return what is found of the keys of two MFA profiles on one source."""
    config = {"mfa": MANAGED, "more": MANAGED, "else": {"region": "x"}}
    credentials = {"default": LONG_LIVED} if credentials is None else credentials
    names = dict.fromkeys((*config, *credentials))
    profiles = {
        name: Profile(name, config.get(name, {}), credentials.get(name, {})) for name in names
    }
    fakes = Fakes(files=FakeFiles(config, credentials))
    return list(check_keys(profiles, only, "eu-west-1", listing, fakes.ports()))


ADAS = LONG_LIVED["aws_access_key_id"]


@pytest.mark.parametrize(("days", "is_old"), [(90, False), (91, True)])
def test_an_old_key_is_named(days: int, is_old: bool) -> None:  # noqa: FBT001 - pytest's
    """Once, with one call for each source, and how to replace it."""
    listing = Listing(AccessKey(ADAS, is_active=True, created=NOW - timedelta(days=days)))
    found = key_findings(listing)
    assert listing.asked == [(ADAS, "eu-west-1")]
    assert bool(found) == is_old
    for finding in found:
        assert finding.state == NOTE
        assert finding.what == "The access key of profile default is 91 days old."
        assert finding.remedy.endswith("aws mfa keys rotate --source-profile default")


@pytest.mark.parametrize(
    "listing",
    [
        Listing(error=PermissionDeniedError("denied")),
        Listing(error=UnreachableError("no network")),
        Listing(AccessKey("AKIAOTHER", is_active=True, created=NOW - timedelta(days=999))),
        Listing(AccessKey(ADAS, is_active=True)),
    ],
    ids=["denied", "unreachable", "another key", "no date"],
)
def test_an_age_that_isnt_known_is_no_finding(listing: Listing) -> None:
    """Many policies hide it."""
    assert key_findings(listing) == []


def test_only_keys_in_the_files_are_asked_about() -> None:
    """Not those of a command, nor of profiles that weren't named."""
    listing = Listing()
    assert key_findings(listing, {}) == []
    assert key_findings(listing, only="else") == []
    assert listing.asked == []
