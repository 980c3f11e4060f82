"""The limits of parameters, and AWS's '1 validation error detected' for what breaks them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

from tests.aws.errors import AwsError, validation_error


@dataclass(frozen=True)
class Limits:
    """The limits of one parameter in the service's model; of a number, its value."""

    name: str
    minimum: int = 0
    maximum: int = 10**9
    pattern: str = ""
    is_number: bool = False
    required: bool = False

    @property
    def shown(self) -> str:
        """The name as AWS's messages have it: durationSeconds."""
        return self.name[0].lower() + self.name[1:]


SERIAL_NUMBER = Limits("SerialNumber", 9, 256, r"[\w+=/:,.@-]*")
TOKEN_CODE = Limits("TokenCode", 6, 6, r"[\d]*")
SESSION_DURATION = Limits("DurationSeconds", 900, 129600, is_number=True)
ROLE_DURATION = Limits("DurationSeconds", 900, 43200, is_number=True)
ROLE_ARN = Limits("RoleArn", 20, 2048, required=True)
ROLE_SESSION_NAME = Limits("RoleSessionName", 2, 64, r"[\w+=,.@-]*", required=True)
EXTERNAL_ID = Limits("ExternalId", 2, 1224, r"[\w+=,.@:\/-]*")
USER_NAME = Limits("UserName", 1, 128, r"[\w+=,.@-]+")


def parse_parameters(body: bytes) -> dict[str, str]:
    """Read a query-protocol body."""
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def check(parameters: dict[str, str], *limits: Limits) -> None:
    """Raise AWS's ValidationError with all that is wrong at once."""
    wrong = [broken for each in limits for broken in _broken(each, parameters.get(each.name))]
    if wrong:
        plural = "s" if len(wrong) > 1 else ""
        raise validation_error(
            f"{len(wrong)} validation error{plural} detected: {'; '.join(wrong)}"
        )


def number(parameters: dict[str, str], name: str, default: int) -> int:
    """Return a number that `check` has passed."""
    return int(parameters.get(name, default))


def _broken(limits: Limits, value: str | None) -> list[str]:
    if value is None:
        missing = f"Value null at '{limits.shown}' failed to satisfy constraint: "
        return [missing + "Member must not be null"] if limits.required else []
    start = f"Value '{value}' at '{limits.shown}' failed to satisfy constraint: Member must "
    return [start + each for each in _constraints(limits, value)]


def _constraints(limits: Limits, value: str) -> list[str]:
    found = []
    what = "value" if limits.is_number else "length"
    size = _whole_number(value) if limits.is_number else len(value)
    if size < limits.minimum:
        found.append(f"have {what} greater than or equal to {limits.minimum}")
    if size > limits.maximum:
        found.append(f"have {what} less than or equal to {limits.maximum}")
    if limits.pattern and not re.fullmatch(limits.pattern, value, re.ASCII):
        found.append(f"satisfy regular expression pattern: {limits.pattern}")
    return found


def _whole_number(value: str) -> int:
    if not re.fullmatch(r"-?\d{1,10}", value, re.ASCII):
        raise AwsError(400, "MalformedInput", f"'{value}' is not an integer")
    return int(value)
