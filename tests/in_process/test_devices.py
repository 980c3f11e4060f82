"""``aws mfa devices``: what IAM lists, and which of it can give a session."""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.aws.seed import default_state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.in_process.aws import Aws


@pytest.fixture(autouse=True)
def users_as_before(aws: Aws) -> Iterator[None]:
    """Give the embedded AWS, which other tests use too, its users back."""
    yield
    aws.service.state.users[:] = default_state().users
    aws.service.state.unassigned_devices.clear()


CHECKOUT = Path(__file__).parents[2]


def listed(aws: Aws, name: str) -> Any:
    """Return a user's devices as data."""
    aws.settle(name)
    result = aws.run("mfa", "devices", "--output", "json")
    assert result.code == 0, result.output
    return json.loads(result.stdout)["Devices"]


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("ada", ["virtual"]),
        ("grace", ["hardware"]),
        ("both", ["FIDO", "virtual"]),
        ("many", ["virtual"] * 8),
        ("nodevice", []),
    ],
)
def test_the_kinds_of_devices(aws: Aws, name: str, kinds: list[str]) -> None:
    """A FIDO key is listed, and doesn't work here."""
    devices = listed(aws, name)
    assert [device["Type"] for device in devices] == kinds
    assert [device["Usable"] for device in devices] == [kind != "FIDO" for kind in kinds]


def test_the_text_says_why_a_key_is_unusable(aws: Aws) -> None:
    """Each device is a line; the reason follows once."""
    aws.settle("both")
    result = aws.run("mfa", "devices")
    assert "both " in result.stdout
    assert "doesn't work here" in result.stdout
    assert "aws login" in result.stdout
    assert result.stdout.count("FIDO") >= 1


def test_the_device_of_the_profile_is_marked(aws: Aws) -> None:
    """The one that the next login would take."""
    second = "arn:aws:iam::123456789012:mfa/many-2"
    aws.settle("many", config=f"[profile mfa]\nmfa_serial = {second}\nmfa_source_profile=default\n")
    result = aws.run("mfa", "devices", "--output", "json")
    chosen = [each for each in json.loads(result.stdout)["Devices"] if each["Chosen"]]
    assert [each["MfaSerial"] for each in chosen] == [second]


def test_a_policy_that_denies_it(aws: Aws) -> None:
    """AWS's refusal ends with 254 and says what is missing."""
    aws.settle("denied")
    result = aws.run("mfa", "devices")
    assert result.code == 254
    assert "ListMFADevices" in result.stderr


def test_another_source_profile(aws: Aws) -> None:
    """--source-profile names whose devices are listed."""
    aws.settle()
    with aws.credentials.open("a", encoding="utf-8") as file:
        file.write(aws.keys("grace", "hers"))
    result = aws.run("mfa", "devices", "--source-profile", "hers")
    assert "GAHT12345678" in result.stdout


def test_adding_a_device_without_a_terminal(aws: Aws) -> None:
    """It is refused with 253 before any call, and says what works."""
    aws.settle("nodevice")
    result = aws.run("mfa", "devices", "add")
    assert result.code == 253
    assert "Adding a device needs a terminal" in result.stderr
    assert "--seed-command" in result.stderr
    assert aws.actions() == []


def test_a_program_that_is_missing(aws: Aws) -> None:
    """It is known before a device is created."""
    aws.settle("nodevice")
    result = aws.run("mfa", "devices", "add", "--seed-command", "no-such-program x")
    assert result.code == 253
    assert "no-such-program" in result.stderr
    assert aws.actions() == []


def test_a_program_keeps_the_secret(aws: Aws) -> None:
    """From no device to a session without anybody: the secret is in no output, not in --debug's."""
    aws.sleeps = False  # the pair takes up to half a minute
    secret = aws.home / "secret"
    keep = aws.program("keep", f"cat > {secret}")
    code = aws.home / "code.py"
    code.write_text(
        f"import json, sys\nfrom urllib.request import urlopen\n"
        f"sys.path.insert(0, {str(CHECKOUT)!r})\n"
        "from datetime import datetime\nfrom tests.aws import totp\n"
        f"seed = open({str(secret)!r}).read().strip()\n"
        f"now = json.load(urlopen({aws.service.url + '/_control/clock'!r}))['now']\n"
        "print(totp.code_of_step(seed, totp.step_at(datetime.fromisoformat(now))))\n"
    )
    aws.settle("nodevice", config=f"mfa_process = {sys.executable} {code}\n")
    result = aws.run("mfa", "devices", "add", "--seed-command", str(keep), "--debug")
    assert result.code == 0, result.output
    serial = "arn:aws:iam::123456789012:mfa/nodevice"
    assert f"mfa_serial = {serial}" in aws.config.read_text()
    seed = aws.service.state.device(serial).secret
    assert secret.read_text() == f"{seed}\n"
    sent = [seed, base64.b64encode(seed.encode()).decode()]
    for call in aws.service.calls:
        sent += [value for name, value in call.parameters.items() if "AuthenticationCode" in name]
    assert len(sent) == 4
    assert "CreateVirtualMFADevice" in result.stderr
    secret.unlink()
    everything = [result.output.encode(), *aws.files().values()]
    assert not [text for text in everything for each in sent if each.encode() in text]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["add", "--force"], "--force needs remove"),
        (["resync", "--name", "x"], "--name needs add"),
        (["--serial-number", "x"], "--serial-number needs resync or remove"),
        (["add", "--seed-format", "uri"], "--seed-format needs --seed-command"),
        (["add", "--seed-command", "x", "--seed-format", "png"], "isn't a value"),
        (["forget"], "isn't a value for devices"),
    ],
)
def test_options_that_belong_to_another_action(aws: Aws, words: list[str], said: str) -> None:
    """Wrong usage: 252, without a call."""
    result = aws.run("mfa", "devices", *words)
    assert (result.code, aws.actions()) == (252, [])
    assert said in result.stderr


def test_resync_and_remove_without_a_terminal(aws: Aws) -> None:
    """Both say what they need."""
    aws.settle()
    resync = aws.run("mfa", "devices", "resync")
    assert resync.code == 253
    assert "Two codes from ada are needed" in resync.stderr
    aws.log_in()
    remove = aws.run("mfa", "devices", "remove", "--profile", "mfa")
    assert remove.code == 253
    assert "ada is your last MFA device" in remove.stderr
    done = aws.run("mfa", "devices", "remove", "--profile", "mfa", "--force", "--yes")
    assert done.code == 0, done.output
    assert "Removed ada." in done.stdout
    assert "mfa_serial" not in aws.config.read_text()


def test_a_terminal_that_keeps_what_it_shows(aws: Aws) -> None:
    """Where a secret couldn't be wiped, no device is created."""
    aws.settle("nodevice")
    result = aws.run("mfa", "devices", "add", env={"TERM": "dumb"})
    assert result.code == 253
    assert "This terminal can't wipe a secret after showing it" in result.stderr
    assert aws.actions() == []
