"""What can be an MFA serial, and where its STS answers."""

from __future__ import annotations

import json
import re
from pathlib import Path

import botocore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.session.devices import checked_serial, kind_of, region_of
from tests.fakes import SERIAL

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
def test_an_mfa_serial_passes_and_tells_its_kind(serial: str, kind: str) -> None:
    """Blanks around it, as from a copy and paste, don't count."""
    assert checked_serial(f" {serial}\n") == serial
    assert kind_of(serial) == kind


REFUSED = {
    "a user's ARN": ("arn:aws:iam::123456789012:user/ada", "is a user's ARN, not an MFA"),
    "a role's ARN": ("arn:aws:iam::123456789012:role/x", "is a role's ARN"),
    "root's ARN": ("arn:aws:iam::123456789012:root", "is the ARN of the account's root user"),
    "STS's ARN": ("arn:aws:sts::123456789012:assumed-role/a/b", "is no IAM device's ARN"),
    "an unfinished ARN": ("arn:aws:iam::ACCOUNT:mfa/NAME", "is no IAM device's ARN"),
    "nothing": ("", "9 to 256 characters"),
    "eight characters": ("GAHT1234", "9 to 256 characters"),
    "a token code": ("123456", "9 to 256 characters"),
    "257 characters": ("G" * 257, "9 to 256 characters"),
    "a blank inside": ("GAHT 12345678", "9 to 256 characters"),
    "shell text": ("GAHT$(id)1234", "9 to 256 characters"),
    "an accent": ("arn:aws:iam::123456789012:mfa/adä", "9 to 256 characters"),
    "Arabic digits": ("١٢٣٤٥٦٧٨٩", "9 to 256 characters"),
}


@pytest.mark.parametrize(("text", "what"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cant_be_a_serial_is_explained(text: str, what: str) -> None:
    """The error says what it is instead, and where the console shows the serial."""
    with pytest.raises(ConfigurationError) as caught:
        checked_serial(text)
    assert what in caught.value.what
    assert "Multi-factor authentication" in caught.value.remedy


def test_a_fido_device_is_explained() -> None:
    """It says why it can't serve, and where `aws login` is to be had."""
    serial = "arn:aws:iam::123456789012:u2f/user/ada/key-ABC"
    assert kind_of(serial) == "FIDO"
    with pytest.raises(ConfigurationError) as caught:
        checked_serial(serial)
    assert "is a FIDO device" in caught.value.what
    assert "GetSessionToken takes no FIDO keys" in caught.value.remedy
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
def test_what_passes_is_what_aws_takes(text: str) -> None:
    """Whatever is given: 9 to 256 characters of SerialNumber's pattern, or an error."""
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
def test_sts_is_asked_in_the_serials_partition(serial: str, region: str) -> None:
    """A regional endpoint, never the global one."""
    assert region_of(serial) == region


def test_every_partition_of_botocore_has_a_region_of_its_own() -> None:
    """Elsewhere no STS knows the user."""
    known = json.loads((Path(botocore.__file__).parent / "data" / "partitions.json").read_text())
    assert known["partitions"]
    for partition in known["partitions"]:
        region = region_of(f"arn:{partition['id']}:iam::123456789012:mfa/ada")
        assert re.match(partition["regionRegex"], region)
