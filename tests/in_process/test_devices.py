"""``aws mfa devices``: what IAM lists, and which of it can give a session."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.in_process.aws import Aws


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
