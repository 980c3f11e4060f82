"""STS and IAM: scripted ones, and ours over botocore against the embedded AWS."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Protocol

import pytest

from awscli_mfa_plugin.aws.calls import Iam, Sts
from awscli_mfa_plugin.aws.clients import BotocoreSessions, ClientOptions, Clients
from awscli_mfa_plugin.errors import (
    AnswerLostError,
    BadAnswerError,
    MfaError,
    PermissionDeniedError,
    TemporaryKeysError,
    ThrottledError,
    UnknownDeviceError,
    UnreachableError,
    WrongCodeError,
    WrongKeyError,
)
from awscli_mfa_plugin.session.records import CallerIdentity, Keys, MfaDevice
from awscli_mfa_plugin.system.machine import SystemClock
from tests.aws import EmbeddedAws
from tests.fakes import FakeClock, FakeIam, FakeSts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from awscli_mfa_plugin.session.ports import (
        IdentityAndAccessManagement,
        SecurityTokenService,
    )

REGION = "eu-west-1"
ADA = "arn:aws:iam::123456789012:mfa/ada"
GRACE = CallerIdentity("arn:aws:iam::123456789012:user/engineering/grace", "123456789012")
FIDO = "arn:aws:iam::123456789012:u2f/user/both/key-ABCDEFGHIJKLMNOP"
DEVICES = {
    "ada": [(ADA, "virtual")],
    "grace": [("GAHT12345678", "hardware")],
    "many": [(f"arn:aws:iam::123456789012:mfa/many-{n}", "virtual") for n in range(1, 9)],
    "both": [(FIDO, "FIDO"), ("arn:aws:iam::123456789012:mfa/both", "virtual")],
    "nodevice": [],
}
DENIED = PermissionDeniedError("A policy denies the call.", "An administrator can allow it.")
# What goes wrong with a session token: our error, and the fault that brings the embedded AWS to it.
REFUSALS: dict[str, tuple[type[MfaError], str]] = {
    "wrong code": (WrongCodeError, ""),
    "another's device": (UnknownDeviceError, ""),
    "unknown key": (WrongKeyError, ""),
    "temporary keys": (TemporaryKeysError, ""),
    "throttled": (ThrottledError, "throttle"),
    "answer lost": (AnswerLostError, "answer-lost"),
    "captive portal": (UnreachableError, "html"),
}


class Edge(Protocol):
    """STS and IAM of one kind, and what a caller needs."""

    @property
    def sts(self) -> SecurityTokenService:
        """STS."""

    @property
    def iam(self) -> IdentityAndAccessManagement:
        """IAM."""

    def keys(self, user: str) -> Keys:
        """Return the long-lived keys of a user."""

    def code(self, serial: str) -> str:
        """Return an MFA code that is accepted."""

    def of_root(self) -> None:
        """Let the next session be root's, which lasts an hour at most."""

    def has_devices(self, user: str) -> None:
        """Let the devices of a user be listed."""

    def refuse(self, cause: str) -> tuple[Keys, str, str]:
        """Let the next session fail; return keys, serial and code to ask for it with."""


class Fake:
    """Scripts the answers."""

    def __init__(self) -> None:
        """Make both services."""
        clock = FakeClock(datetime.now(timezone.utc))
        self.sts = FakeSts(clock)
        self.sts.identity = GRACE
        self.iam = FakeIam()

    def keys(self, user: str) -> Keys:
        """Return invented keys."""
        return Keys(f"AKIA{user.upper()}", f"secret of {user}")

    def code(self, serial: str) -> str:
        """Return any code."""
        return f"{len(serial):06d}"

    def of_root(self) -> None:
        """Script an hour."""
        self.sts.answers.append(3600)

    def has_devices(self, user: str) -> None:
        """Script a refusal of calls that don't name the user, then the devices."""
        devices = tuple(MfaDevice(serial, kind) for serial, kind in DEVICES[user])
        self.iam.answers[:] = [DENIED, devices]

    def refuse(self, cause: str) -> tuple[Keys, str, str]:
        """Script the error."""
        self.sts.answers.append(REFUSALS[cause][0]("It failed.", "Do something."))
        return self.keys("ada"), ADA, "123456"


class Real:
    """Brings the embedded AWS to each answer."""

    def __init__(self, aws: EmbeddedAws, sessions: BotocoreSessions) -> None:
        """Make both services."""
        self._aws = aws
        options = ClientOptions(endpoint_url=aws.url, connect_timeout=5, read_timeout=5)
        clients = Clients(sessions, options)
        self.sts = Sts(clients, SystemClock())
        self.iam = Iam(clients, SystemClock())

    def keys(self, user: str) -> Keys:
        """Return the seed's keys."""
        found = self._aws.user(user)
        return Keys(found.access_key_id, found.secret_access_key)

    def code(self, serial: str) -> str:
        """Return what the device shows."""
        return self._aws.fresh_code(serial)

    def of_root(self) -> None:
        """Do nothing: AWS knows root by its keys."""

    def has_devices(self, user: str) -> None:
        """Do nothing: the seed has them."""

    def refuse(self, cause: str) -> tuple[Keys, str, str]:
        """Ask for something that AWS refuses, or let the network fail."""
        keys, serial, code = self.keys("ada"), ADA, self.code(ADA)
        if REFUSALS[cause][1]:
            count = -1 if cause == "throttled" else 1
            self._aws.fault("GetSessionToken", REFUSALS[cause][1], count)
        elif cause == "wrong code":
            code = self._aws.token_code(ADA, -9)
        elif cause == "another's device":
            serial = "arn:aws:iam::123456789012:mfa/denied"
        elif cause == "unknown key":
            keys = Keys("AKIANOBODY0000000000", "secret")
        else:
            session = self.sts.get_session_token(keys, ADA, code, 900, REGION)
            keys = Keys(session.access_key_id, session.secret_access_key, session.session_token)
        return keys, serial, code


@pytest.fixture(scope="module")
def sessions() -> BotocoreSessions:
    """Return botocore's sessions: each takes a while to read its data."""
    return BotocoreSessions()


@pytest.fixture(scope="module")
def aws() -> Iterator[EmbeddedAws]:
    """Yield an embedded AWS."""
    with EmbeddedAws() as aws:
        yield aws


@pytest.fixture(params=["fake", "real"])
def edge(request: pytest.FixtureRequest, aws: EmbeddedAws, sessions: BotocoreSessions) -> Edge:
    """Return the services, with nothing done to them yet."""
    if request.param == "fake":
        return Fake()
    aws.reset()
    return Real(aws, sessions)


@pytest.mark.parametrize("seconds", [900, 43_200, 129_600])
def test_a_session_has_the_requested_duration(edge: Edge, seconds: int) -> None:
    """From about now on; both times are aware UTC, in whole seconds."""
    session = edge.sts.get_session_token(edge.keys("ada"), ADA, edge.code(ADA), seconds, REGION)
    assert abs(session.lifetime.total_seconds() - seconds) <= 2
    assert session.issued is not None
    assert abs(datetime.now(timezone.utc) - session.issued) < timedelta(seconds=20)
    for time in (session.issued, session.expiration):
        assert (time.utcoffset(), time.microsecond) == (timedelta(), 0)


def test_the_expiration_is_the_one_that_sts_returned(edge: Edge) -> None:
    """Root gets an hour, whatever was requested."""
    edge.of_root()
    serial = "arn:aws:iam::123456789012:mfa/root-account-mfa-device"
    session = edge.sts.get_session_token(
        edge.keys("root"), serial, edge.code(serial), 43_200, REGION
    )
    assert abs(session.lifetime.total_seconds() - 3600) <= 2


def test_a_session_has_its_own_keys_and_its_repr_hides_them(edge: Edge) -> None:
    """Temporary keys, different from the source's and from other users'."""
    keys = edge.keys("ada")
    session = edge.sts.get_session_token(keys, ADA, edge.code(ADA), 900, REGION)
    serial = "GAHT12345678"
    other = edge.sts.get_session_token(edge.keys("grace"), serial, edge.code(serial), 900, REGION)
    assert session.access_key_id.startswith("ASIA")
    assert session.secret_access_key not in {"", keys.secret_access_key, other.secret_access_key}
    assert session.session_token not in {"", other.session_token}
    assert session.secret_access_key not in repr(session)
    assert session.session_token not in repr(session)


@pytest.mark.parametrize("cause", REFUSALS)
def test_each_refusal_raises_the_error_of_its_cause(edge: Edge, cause: str) -> None:
    """With a remedy, and without the code or a key in its text."""
    keys, serial, code = edge.refuse(cause)
    with pytest.raises(MfaError) as caught:
        edge.sts.get_session_token(keys, serial, code, 900, REGION)
    assert type(caught.value) is REFUSALS[cause][0]
    assert caught.value.what
    assert caught.value.remedy
    for secret in (code, keys.secret_access_key):
        assert secret not in str(caught.value)


def test_a_login_works_after_a_refusal(edge: Edge) -> None:
    """The next code gets a session."""
    keys, serial, code = edge.refuse("wrong code")
    with pytest.raises(WrongCodeError):
        edge.sts.get_session_token(keys, serial, code, 900, REGION)
    assert edge.sts.get_session_token(keys, serial, edge.code(serial), 900, REGION).session_token


def test_caller_identity_has_arn_account_and_user_name(edge: Edge) -> None:
    """The user's name is the ARN's last part, without the path."""
    identity = edge.sts.get_caller_identity(edge.keys("grace"), REGION)
    assert identity == GRACE
    assert identity.user_name == "grace"


@pytest.mark.parametrize("user", DEVICES)
def test_devices_are_listed_if_the_call_names_the_user(edge: Edge, user: str) -> None:
    """In AWS's order, each with its kind; without the name the usual policies deny it."""
    edge.has_devices(user)
    keys = edge.keys(user)
    with pytest.raises(PermissionDeniedError) as caught:
        edge.iam.list_mfa_devices(keys, None, "us-east-1")
    assert caught.value.remedy
    devices = edge.iam.list_mfa_devices(keys, user, "us-east-1")
    assert [(device.mfa_serial, device.kind) for device in devices] == DEVICES[user]
    assert [device.is_usable for device in devices] == [kind != "FIDO" for _, kind in DEVICES[user]]
    assert isinstance(devices, tuple)


WRONG = {
    **{
        f"{kind} {name}": (name, text)
        for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")
        for kind, text in (("no", None), ("an empty", ""))
    },
    "no end": ("Expiration", None),
    "an end in the past": ("Expiration", "2020-01-01T00:00:00Z"),
    "an end before all times": ("Expiration", "0001-01-01T00:00:00Z"),
    "no credentials": ("Credentials", None),
    "no result": ("GetSessionTokenResult", None),
}


@pytest.mark.parametrize(("name", "text"), WRONG.values(), ids=WRONG.keys())
def test_an_incomplete_answer_of_sts_is_an_error(
    aws: EmbeddedAws, sessions: BotocoreSessions, name: str, text: str | None
) -> None:
    """The error says what is missing; the code is used."""
    aws.reset()
    edge = Real(aws, sessions)
    options = {"field": name} if text is None else {"field": name, "text": text}
    aws.fault("GetSessionToken", "wrong-answer", **options)  # type: ignore[arg-type]
    with pytest.raises(BadAnswerError) as caught:
        edge.sts.get_session_token(edge.keys("ada"), ADA, edge.code(ADA), 900, REGION)
    assert caught.value.field == (name if "Result" not in name else "Credentials")
    assert caught.value.exit_code == 254
    assert "the code is used up" in caught.value.what
