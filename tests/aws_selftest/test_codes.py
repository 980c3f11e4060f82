"""Token codes: drift, each once, never an older one, the device tied to the user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.aws_selftest.clients import Refusal, client, keys_of, refusal, role_arn, to_mid_step

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws

ADA = "arn:aws:iam::123456789012:mfa/ada"
BAD_CODE = Refusal(
    403,
    "AccessDenied",
    "MultiFactorAuthentication failed with invalid MFA one time pass code.",
)
BAD_SERIAL = Refusal(
    403,
    "AccessDenied",
    "MultiFactorAuthentication failed, unable to validate MFA code.  "
    "Please verify your MFA serial number is valid and associated with this user.",
)
NOT_BOTH = Refusal(
    403,
    "AccessDenied",
    "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.",
)


def sts(aws: EmbeddedAws, user: str = "ada") -> Any:
    """Return the user's STS client."""
    return client(aws, "sts", keys_of(aws, user))


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_code_one_step_early_or_late_is_accepted(aws: EmbeddedAws, steps: int) -> None:
    """A device may be off by one step of 30 seconds."""
    to_mid_step(aws)
    sts(aws).get_session_token(SerialNumber=ADA, TokenCode=aws.token_code(ADA, steps))
    assert [call.outcome for call in aws.calls] == ["ok"]


@pytest.mark.parametrize("steps", [-2, 2])
def test_code_two_steps_off_is_refused(aws: EmbeddedAws, steps: int) -> None:
    """Two steps are too many."""
    to_mid_step(aws)
    code = aws.token_code(ADA, steps)
    assert refusal(sts(aws).get_session_token, SerialNumber=ADA, TokenCode=code) == BAD_CODE


def test_code_counts_once(aws: EmbeddedAws) -> None:
    """The same code is refused the second time, with the message of a wrong one."""
    code = aws.fresh_code(ADA)
    sts(aws).get_session_token(SerialNumber=ADA, TokenCode=code)
    assert refusal(sts(aws).get_session_token, SerialNumber=ADA, TokenCode=code) == BAD_CODE


def test_older_code_after_newer_one_is_refused(aws: EmbeddedAws) -> None:
    """The code of the step before is gone once a newer one was used."""
    to_mid_step(aws)
    older = aws.token_code(ADA, -1)
    sts(aws).get_session_token(SerialNumber=ADA, TokenCode=aws.token_code(ADA))
    assert refusal(sts(aws).get_session_token, SerialNumber=ADA, TokenCode=older) == BAD_CODE


def test_code_used_for_assume_role_is_used(aws: EmbeddedAws) -> None:
    """A device has one sequence of codes, whichever action gets them."""
    code = aws.fresh_code(ADA)
    given = {"SerialNumber": ADA, "TokenCode": code}
    sts(aws).assume_role(RoleArn=role_arn("admin"), RoleSessionName="work", **given)
    assert refusal(sts(aws).get_session_token, **given) == BAD_CODE


def test_wrong_code_uses_no_code(aws: EmbeddedAws) -> None:
    """After a refused code the right one is still good."""
    code = aws.fresh_code(ADA)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    assert refusal(sts(aws).get_session_token, SerialNumber=ADA, TokenCode=wrong) == BAD_CODE
    sts(aws).get_session_token(SerialNumber=ADA, TokenCode=code)


SERIALS = [
    ("ada", "arn:aws:iam::123456789012:mfa/nobody"),
    ("ada", "arn:aws:iam::123456789012:mfa/many-1"),
    ("ada", "GAHT12345678"),
    ("fido", "arn:aws:iam::123456789012:u2f/user/fido/key-ABCDEFGHIJKLMNOP"),
]


@pytest.mark.parametrize(("user", "serial"), SERIALS)
def test_serial_that_is_not_the_users_is_refused(aws: EmbeddedAws, user: str, serial: str) -> None:
    """The error is the same for an unknown serial, another user's and a security key's."""
    known = serial in {device.serial for _, device in aws.state.devices() if device.secret}
    code = aws.fresh_code(serial) if known else "123456"
    call = sts(aws, user).get_session_token
    assert refusal(call, SerialNumber=serial, TokenCode=code) == BAD_SERIAL


def test_hardware_device_works(aws: EmbeddedAws) -> None:
    """A GAHT serial works as well, for a user with a path."""
    sts(aws, "grace").get_session_token(
        SerialNumber="GAHT12345678", TokenCode=aws.fresh_code("GAHT12345678")
    )
    assert aws.calls[-1].mfa_serial == "GAHT12345678"


@pytest.mark.parametrize("given", [{"SerialNumber": ADA}, {"TokenCode": "123456"}])
def test_serial_and_code_go_together(aws: EmbeddedAws, given: dict[str, str]) -> None:
    """One without the other is refused, on both actions."""
    assert refusal(sts(aws).get_session_token, **given) == NOT_BOTH
    role = {"RoleArn": role_arn("reader"), "RoleSessionName": "work"}
    assert refusal(sts(aws).assume_role, **role, **given) == NOT_BOTH
