"""Tells what can be an MFA serial, of which kind its device is, and where its STS answers."""

from __future__ import annotations

import re

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.text import shown

_SERIAL = re.compile(r"[\w+=/:,.@-]{9,256}", re.ASCII)
"""The pattern and length of ``SerialNumber`` (STS API reference, GetSessionToken)."""

_ARN = re.compile(r"arn:(?P<partition>aws[a-z-]*):iam::(?P<account>\d{12}):(?P<resource>.+)")

_REGIONS = {
    "aws": "us-east-1",
    "aws-us-gov": "us-gov-west-1",
    "aws-cn": "cn-north-1",
    "aws-iso": "us-iso-east-1",
    "aws-iso-b": "us-isob-east-1",
    "aws-iso-e": "eu-isoe-west-1",
    "aws-iso-f": "us-isof-south-1",
    "aws-eusc": "eusc-de-east-1",
}
"""A region of each partition whose STS endpoint is always on (AWS general reference)."""

FIDO_REASON = (
    "GetSessionToken takes no FIDO keys (passkeys, security keys); "
    "«aws login» of AWS CLI 2.32 or newer signs in with them"
)

WHERE_THE_SERIAL_STANDS = (
    "The console shows it under IAM > Users > (you) > Security credentials > "
    "Multi-factor authentication: arn:aws:iam::ACCOUNT:mfa/NAME, or a hardware "
    "device's serial such as GAHT12345678."
)


def checked_serial(text: str) -> str:
    """Return ``text`` without surrounding blanks if it can be an MFA serial.

    Raises ConfigurationError that says what it is instead, and where the serial stands.
    """
    serial = text.strip()
    arn = _ARN.fullmatch(serial)
    if kind_of(serial) == "FIDO":
        raise ConfigurationError(f"{shown(serial)} is a FIDO device.", FIDO_REASON + ".")
    if arn and not arn["resource"].startswith("mfa/"):
        what = arn["resource"].split("/")[0]
        article = "the ARN of the account's root user" if what == "root" else f"a {what}'s ARN"
        raise ConfigurationError(
            f"{shown(serial)} is {shown(article)}, not an MFA device's.", WHERE_THE_SERIAL_STANDS
        )
    if serial.startswith("arn:") and not arn:
        raise ConfigurationError(
            f"{shown(serial)} is no IAM device's ARN.", WHERE_THE_SERIAL_STANDS
        )
    if not _SERIAL.fullmatch(serial):
        raise ConfigurationError(
            f"'{shown(serial)}' can't be an MFA serial: it has 9 to 256 characters, "
            "letters, digits and + = / : , . @ - _.",
            WHERE_THE_SERIAL_STANDS,
        )
    return serial


def kind_of(serial: str) -> str:
    """Return the kind of a device by its serial: ``virtual``, ``hardware`` or ``FIDO``."""
    arn = _ARN.fullmatch(serial)
    if not arn:
        return "hardware"
    return "FIDO" if arn["resource"].startswith("u2f/") else "virtual"


def region_of(serial: str) -> str:
    """Return a region of the serial's partition with a regional STS endpoint."""
    arn = _ARN.fullmatch(serial)
    return _REGIONS.get(arn["partition"] if arn else "aws", _REGIONS["aws"])
