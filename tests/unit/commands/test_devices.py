"""``aws mfa devices``: the list as text and as data."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from awscli_mfa_plugin.commands import devices
from awscli_mfa_plugin.commands.process import GlobalOptions
from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.files.state import StateFolder
from awscli_mfa_plugin.session.devices import FIDO_REASON
from awscli_mfa_plugin.session.records import MfaDevice
from tests.aws import EmbeddedAws
from tests.fakes import NOW, SERIAL, FakeIam, FakeProcess, context
from tests.unit.commands.run import data_of, run, with_keys, with_session
from tests.unit.devices.user import ARN, REGION, Devices

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from awscli_mfa_plugin.commands.context import Context

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


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[EmbeddedAws]:
    """Start an embedded AWS, whose user nodevice has no device; no file of the machine is read."""
    (tmp_path / "nothing").write_text("[default]\n")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "nothing"))
    with EmbeddedAws() as aws:
        yield aws


def here(user: Devices, *answers: Any, options: GlobalOptions | None = None) -> Context:
    """Return the context of a user of the embedded AWS, who types these answers."""
    ports = user.answer(*answers).work.ports
    user.fakes.environment["PATH"] = "/usr/bin:/bin"
    user.fakes.environment["TERM"] = "xterm"
    return context(
        user.fakes,
        options or GlobalOptions(region=REGION),
        FakeProcess(user.fakes, "mfa"),
        ports=ports,
        device_calls=user.calls,
        state=StateFolder(str(user.folder)),
    )


KEPT = 'sh -c "cat > {}"'
on_unix = pytest.mark.skipif(sys.platform == "win32", reason="a command of the shell")


@on_unix
def test_adding_a_device_says_what_was_saved(aws: EmbeddedAws, tmp_path: Path) -> None:
    """And how to log in; the program got the secret."""
    user = Devices(aws, tmp_path / "state")
    secret = tmp_path / "secret"
    given_context = here(user, *user.pair("nodevice"), "n")
    result = run(devices, given_context, action="add", seed_command=KEPT.format(secret))
    assert data_of(result) == {"MfaSerial": f"{ARN}nodevice"}
    assert result.text == "Log in:  aws mfa login --profile mfa"
    assert list(user.fakes.notes) == [
        "The device nodevice is enabled.",
        "Saved to ~/.aws/config, profile mfa: device nodevice.",
    ]
    assert user.person.questions[-1] == "Log in now, with the next code? [Y/n] "
    assert secret.read_text() == f"{aws.state.device(f'{ARN}nodevice').secret}\n"
    assert user.left() == {}


@on_unix
def test_a_second_device_is_logged_in_to_by_its_serial(aws: EmbeddedAws, tmp_path: Path) -> None:
    """The profile keeps the first one."""
    user = Devices(aws, tmp_path / "state", user="ada")
    user.files.config["mfa"] = {"mfa_source_profile": "default", "mfa_serial": f"{ARN}ada"}
    user.log_in(f"{ARN}ada")
    given = {"action": "add", "name": "tablet", "seed_command": KEPT.format(tmp_path / "secret")}
    result = run(devices, here(user, *user.pair("tablet"), "n"), **given)
    assert result.text == (f"Log in:  aws mfa login --profile mfa --serial-number {ARN}tablet")
    assert list(user.fakes.notes) == ["The device tablet is enabled."]


@on_unix
def test_a_login_follows_with_the_next_code(aws: EmbeddedAws, tmp_path: Path) -> None:
    """If it is wanted; its result is the login's."""
    user = Devices(aws, tmp_path / "state")

    def next_code() -> str:
        aws.advance(30)
        return user.code("nodevice")()

    given_context = here(user, *user.pair("nodevice"), "", next_code)
    result = run(
        devices, given_context, action="add", seed_command=KEPT.format(tmp_path / "secret")
    )
    assert result.text.startswith("Logged in. Profile mfa is valid until")
    assert user.files.credentials["mfa"]["aws_access_key_id"].startswith("ASIA")
    assert user.files.config["mfa"]["mfa_serial"] == f"{ARN}nodevice"


@on_unix
def test_as_data_no_login_is_offered(aws: EmbeddedAws, tmp_path: Path) -> None:
    """A script reads the serial."""
    user = Devices(aws, tmp_path / "state")
    options = GlobalOptions(region=REGION, output="json")
    given_context = here(user, *user.pair("nodevice"), options=options)
    result = run(
        devices, given_context, action="add", seed_command=KEPT.format(tmp_path / "secret")
    )
    assert data_of(result) == {"MfaSerial": f"{ARN}nodevice"}


def test_without_a_program_the_secret_needs_a_screen(aws: EmbeddedAws, tmp_path: Path) -> None:
    """One that can be wiped: no device is made."""
    user = Devices(aws, tmp_path / "state")
    given_context = here(user)
    user.fakes.environment["TERM"] = "dumb"
    with pytest.raises(ConfigurationError, match="can't wipe a secret"):
        run(devices, given_context, action="add")
    assert aws.calls == []


def test_a_resync_of_the_named_device(aws: EmbeddedAws, tmp_path: Path) -> None:
    """By two codes."""
    user = Devices(aws, tmp_path / "state", user="ada")
    given_context = here(user, *user.pair("ada"))
    result = run(devices, given_context, action="resync", serial_number=f"{ARN}ada")
    assert data_of(result) == {"MfaSerial": f"{ARN}ada"}
    assert result.text == "ada is in sync. Log in with its next code."


def test_a_removal_says_what_has_changed(aws: EmbeddedAws, tmp_path: Path) -> None:
    """The device is deleted, and no profile names it; --yes asks nothing."""
    user = Devices(aws, tmp_path / "state", user="ada")
    user.files.config["mfa"] = {"mfa_source_profile": "default", "mfa_serial": f"{ARN}ada"}
    user.log_in(f"{ARN}ada")
    given = {"action": "remove", "serial_number": f"{ARN}ada", "yes": True}
    with pytest.raises(ConfigurationError, match="--force"):
        run(devices, here(user), **given)
    result = run(devices, here(user), force=True, **given)
    assert data_of(result) == {"MfaSerial": f"{ARN}ada", "Deleted": True}
    assert result.text == (
        "Removed ada. ~/.aws/config doesn't name it any more.\n"
        "Sessions made with it stay valid until they expire."
    )
    assert "mfa_serial" not in user.files.config["mfa"]


def test_nobody_is_asked_where_questions_are_forbidden(aws: EmbeddedAws, tmp_path: Path) -> None:
    """By the environment or by ``mfa_prompt``."""
    user = Devices(aws, tmp_path / "state", user="ada")
    given_context = here(user, *user.pair("ada"))
    user.fakes.environment["CI"] = "true"
    with pytest.raises(ConfigurationError, match="Two codes from ada are needed"):
        run(devices, given_context, action="resync", serial_number=f"{ARN}ada")
    del user.fakes.environment["CI"]
    user.files.config["default"] = {"mfa_prompt": "never", "region": REGION}
    with pytest.raises(ConfigurationError, match="Two codes from ada are needed"):
        run(devices, given_context, action="resync", serial_number=f"{ARN}ada")
