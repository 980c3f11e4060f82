"""Bad input: one clear error, the design's exit code, and nothing changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.in_process.aws import Aws

ROLE = (
    "[profile role]\nrole_arn = arn:aws:iam::123456789012:role/reader\nsource_profile = default\n"
)
SSO = "[profile sso]\nsso_start_url = https://example.awsapps.com/start\nsso_account_id = 1\n"
PROCESS = "[profile process]\ncredential_process = /bin/false\n"
WEB = "[profile web]\nweb_identity_token_file = /nowhere\n"
INSTANCE = "[profile instance]\ncredential_source = Ec2InstanceMetadata\n"
SIGNED_IN = "[profile signed]\nlogin_session = arn:aws:iam::123456789012:user/ada\n"
OFF = "[profile off]\nmfa_session = off\n"
LONG = "[profile long]\nduration_seconds = 99\n"
CONFIG = ROLE + SSO + PROCESS + WEB + INSTANCE + SIGNED_IN + OFF + LONG

TEMPORARY = (
    "[temporary]\naws_access_key_id = ASIAX\naws_secret_access_key = x\naws_session_token = t\n"
)
OTHERS = (
    "[awsume]\naws_access_key_id = ASIAY\naws_secret_access_key = x\naws_session_token = t\n"
    "manager = awsume\nexpiration = 2099-01-01 00:00:00\n"
)

CASES: dict[str, tuple[list[str], int, str]] = {
    "a duration that is too short": (["--duration-seconds", "899"], 252, "900 to 129600"),
    "a duration that is too long": (["--duration-seconds", "129601"], 252, "900 to 129600"),
    "a duration that is no number": (["--duration-seconds", "1h"], 252, "whole number"),
    "a duration in the profile": (["--profile", "long"], 253, "duration_seconds = 99"),
    "five digits": (["--token-code", "12345"], 252, "--token-code isn't an MFA code"),
    "letters": (["--token-code", "abcdef"], 252, "--token-code isn't an MFA code"),
    "other digits": (
        ["--token-code", "\uff11\uff12\uff13\uff14\uff15\uff16"],
        252,
        "isn't an MFA code",
    ),
    "a user's ARN as device": (
        ["--serial-number", "arn:aws:iam::123456789012:user/ada"],
        253,
        "a user's ARN, not an MFA device's",
    ),
    "a serial that is too short": (
        ["--serial-number", "GAHT1234"],
        253,
        "9 to 256 letters, digits",
    ),
    "a FIDO device": (
        ["--serial-number", "arn:aws:iam::123456789012:u2f/user/ada/key"],
        253,
        "aws login",
    ),
    "target = source": (["--source-profile", "mfa"], 253, "own session"),
    "a target that is a role": (["--profile", "role"], 253, "role_arn"),
    "a target with SSO": (["--profile", "sso"], 253, "sso_start_url"),
    "a target with a process": (["--profile", "process"], 253, "credential_process"),
    "a target with a web identity": (["--profile", "web"], 253, "web_identity_token_file"),
    "a target with a credential source": (["--profile", "instance"], 253, "credential_source"),
    "a target that aws login made": (["--profile", "signed"], 253, "login_session"),
    "a target that is switched off": (["--profile", "off"], 253, "mfa_session = off"),
    "another tool's session": (["--profile", "awsume"], 253, "a session from awsume"),
    "a temporary source": (["--source-profile", "temporary"], 253, "has temporary keys"),
    "a role as source": (["--source-profile", "role"], 253, "temporary keys from role_arn"),
    "a source that isn't there": (["--source-profile", "nobody"], 253, "doesn't exist"),
    "a failing process as source": (["--source-profile", "process"], 253, "Can't get the keys of"),
    "a name with a bracket": (["--profile", "a]b"], 253, "can't be a profile name"),
    "a name with a newline": (["--profile", "a\nb"], 253, "can't be a profile name"),
    "an unknown option": (["--bogus"], 252, "--bogus"),
}


def shared_files(aws: Aws) -> tuple[bytes, bytes, list[str]]:
    """Return what must not change."""
    return (
        aws.config.read_bytes(),
        aws.credentials.read_bytes(),
        sorted(path.name for path in aws.folder.iterdir() if path.name != "cli"),
    )


@pytest.mark.parametrize(("options", "exit_code", "message"), CASES.values(), ids=CASES.keys())
def test_bad_input(aws: Aws, options: list[str], exit_code: int, message: str) -> None:
    """One error on stderr that names the cause; nothing is sent, nothing changes."""
    aws.settle(config=CONFIG)
    aws.write_credentials(aws.keys("ada") + TEMPORARY + OTHERS)
    before = shared_files(aws)
    result = aws.run("mfa", "login", *options)
    assert result.code == exit_code, result.output
    assert message in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert not any(call.token_code for call in aws.service.calls)
    assert shared_files(aws) == before


REFUSALS: dict[str, tuple[str, dict[str, object], int, str]] = {
    "throttled": ("throttle", {"count": 9}, 254, "limiting requests"),
    "failed": ("500", {}, 255, "The code may be used up"),
    "reset": ("reset", {}, 255, "The code may be used up"),
    "a network's sign-in page": ("html", {}, 255, "a network's sign-in page"),
    "a page that isn't XML": ("html", {"broken": True}, 255, "a network's sign-in page"),
    "a proxy's refusal": ("html", {"status": 403}, 255, "a network's sign-in page, or a proxy"),
    "a damaged answer": ("truncated", {}, 255, "was damaged"),
    "a clock that is off": ("skewed-date", {"seconds": 3600}, 254, "1 h behind AWS's"),
    "STS off in the region": ("region-disabled", {}, 254, "STS is turned off in eu-west-1"),
}


@pytest.mark.parametrize(
    ("fault", "options", "exit_code", "message"), REFUSALS.values(), ids=REFUSALS.keys()
)
def test_errors_of_aws_and_the_network(
    aws: Aws, fault: str, options: dict[str, object], exit_code: int, message: str
) -> None:
    """Each cause has its own message, never a traceback or a bare exception's name."""
    aws.settle()
    before = shared_files(aws)
    aws.service.fault("GetSessionToken", fault, **options)  # type: ignore[arg-type]
    result = aws.run("mfa", "login", "--token-code", aws.service.token_code(aws.serial(), steps=1))
    assert result.code == exit_code, result.output
    assert message in result.stderr, result.stderr
    assert "KeyError" not in result.stderr
    assert "Traceback" not in result.stderr
    assert shared_files(aws) == before


def test_no_network(aws: Aws) -> None:
    """Nothing was sent, and the error says so."""
    aws.settle()
    words = ("mfa", "login", "--token-code", "000000", "--serial-number", aws.serial())
    result = aws.run(*words, env={"HTTPS_PROXY": "http://127.0.0.1:9"})
    assert result.code == 255, result.output
    assert "Can't reach AWS" in result.stderr
    assert "No code was used." in result.stderr


USERS: dict[str, tuple[str, list[str], int, str]] = {
    "two devices and no terminal": ("many", [], 253, "You have several MFA devices"),
    "no device": ("nodevice", [], 253, "has no MFA device"),
    "FIDO devices only": ("fido", [], 253, "FIDO devices only"),
    "not allowed to list devices": ("denied", [], 253, "aren't allowed to list your devices"),
    "another user's device": (
        "ada",
        ["--serial-number", "arn:aws:iam::123456789012:mfa/user01"],
        254,
        "can't check codes of this MFA device",
    ),
    "a wrong code": ("ada", [], 254, "AWS rejected the code"),
}


@pytest.mark.parametrize(
    ("name", "options", "exit_code", "message"), USERS.values(), ids=USERS.keys()
)
def test_unusable_devices_and_wrong_codes(
    aws: Aws, name: str, options: list[str], exit_code: int, message: str
) -> None:
    """Without a terminal, each ends with one error."""
    aws.settle(name)
    before = shared_files(aws)
    result = aws.run("mfa", "login", "--token-code", "000000", *options)
    assert result.code == exit_code, result.output
    assert message in result.stderr
    assert shared_files(aws) == before


def test_an_unknown_key(aws: Aws) -> None:
    """AWS calls it a security token, which would mislead."""
    aws.settle()
    aws.write_credentials("[default]\naws_access_key_id = AKIANOBODY\naws_secret_access_key = x\n")
    result = aws.run("mfa", "login", "--token-code", "000000")
    assert result.code == 254, result.output
    assert "doesn't know this access key" in result.stderr


def test_a_wrong_secret(aws: Aws) -> None:
    """The pair doesn't belong together."""
    aws.settle()
    key = aws.service.user("ada").access_key_id
    aws.write_credentials(f"[default]\naws_access_key_id = {key}\naws_secret_access_key = wrong\n")
    result = aws.run("mfa", "login", "--token-code", "000000")
    assert result.code == 254, result.output
    assert "the secret access key doesn't belong to" in result.stderr
