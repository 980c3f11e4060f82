"""Bad input: one clear error, the design's exit code, and nothing changed."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.hosts.cache import EXTREMES
from tests.hosts.people import keys_of, serial_of, settle

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home

pytestmark = pytest.mark.parametrize("host", EXTREMES, indirect=True)

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
    "five digits": (["--token-code", "12345"], 252, "--token-code holds no token code"),
    "letters": (["--token-code", "abcdef"], 252, "--token-code holds no token code"),
    "other digits": (
        ["--token-code", "\uff11\uff12\uff13\uff14\uff15\uff16"],
        252,
        "holds no token code",
    ),
    "a user's ARN as device": (
        ["--serial-number", "arn:aws:iam::123456789012:user/ada"],
        253,
        "a user's ARN, not an MFA device's",
    ),
    "a serial that is too short": (["--serial-number", "GAHT1234"], 253, "9 to 256 characters"),
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
    "another tool's session": (["--profile", "awsume"], 253, "a session of awsume"),
    "a temporary source": (["--source-profile", "temporary"], 253, "holds temporary keys"),
    "a role as source": (["--source-profile", "role"], 253, "temporary keys by role_arn"),
    "a source that isn't there": (["--source-profile", "nobody"], 253, "doesn't exist"),
    "a failing process as source": (["--source-profile", "process"], 253, "can't be had"),
    "a name with a bracket": (["--profile", "a]b"], 253, "can't stand in a shared AWS file"),
    "a name with a newline": (["--profile", "a\nb"], 253, "can't stand in a shared AWS file"),
    "an unknown option": (["--bogus"], 252, "--bogus"),
}


def snapshot(home: Home) -> tuple[bytes, bytes, list[str]]:
    """Return what must not change."""
    return (
        home.config.read_bytes(),
        home.credentials.read_bytes(),
        sorted(path.name for path in home.aws_folder.iterdir() if path.name != "cli"),
    )


@pytest.mark.parametrize(("options", "exit_code", "message"), CASES.values(), ids=CASES.keys())
def test_bad_input(
    home: Home, aws: EmbeddedAws, options: list[str], exit_code: int, message: str
) -> None:
    """One error on stderr that names the cause; nothing is sent, nothing changes."""
    settle(home, aws, config=CONFIG)
    with home.credentials.open("a", encoding="utf-8") as file:
        file.write(TEMPORARY + OTHERS)
    before = snapshot(home)
    result = home.run("mfa", "login", *options)
    assert result.returncode == exit_code, result.output
    assert message in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert not any(call.token_code for call in aws.calls)
    assert snapshot(home) == before


REFUSALS: dict[str, tuple[str, dict[str, object], int, str]] = {
    "throttled": ("throttle", {"count": 9}, 254, "too many calls"),
    "failed": ("500", {}, 255, "the code may be spent"),
    "reset": ("reset", {}, 255, "the code may be spent"),
    "a captive portal": ("html", {}, 255, "a captive portal"),
    "a page that isn't XML": ("html", {"broken": True}, 255, "a captive portal"),
    "a damaged answer": ("truncated", {}, 255, "arrived damaged"),
    "a clock that is off": ("skewed-date", {"seconds": 3600}, 254, "1 h 0 min behind AWS's"),
    "STS is off in the region": ("region-disabled", {}, 254, "STS is off in eu-west-1"),
}


@pytest.mark.parametrize(
    ("fault", "options", "exit_code", "message"), REFUSALS.values(), ids=REFUSALS.keys()
)
def test_what_aws_and_the_network_do(
    home: Home,
    aws: EmbeddedAws,
    fault: str,
    options: dict[str, object],
    exit_code: int,
    message: str,
) -> None:
    """Each cause is told apart, without a traceback or a bare exception's name as the message."""
    settle(home, aws)
    before = snapshot(home)
    aws.fault("GetSessionToken", fault, **options)  # type: ignore[arg-type]
    code = aws.token_code(serial_of(aws), steps=1)
    result = home.run("mfa", "login", "--token-code", code)
    assert result.returncode == exit_code, result.output
    assert message in result.stderr, result.stderr
    assert "KeyError" not in result.stderr
    assert "Traceback" not in result.stderr
    assert snapshot(home) == before


PEOPLE: dict[str, tuple[str, list[str], int, str]] = {
    "two devices and no terminal": ("many", [], 253, "Several MFA devices could be meant"),
    "no device": ("nodevice", [], 253, "has no MFA device"),
    "FIDO devices only": ("fido", [], 253, "FIDO devices only"),
    "may not list its devices": ("denied", [], 253, "may not list its devices"),
    "another user's device": (
        "ada",
        ["--serial-number", "arn:aws:iam::123456789012:mfa/user01"],
        254,
        "can't validate codes of this MFA device",
    ),
    "a wrong code": ("ada", [], 254, "didn't accept the token code"),
}


@pytest.mark.parametrize(
    ("name", "options", "exit_code", "message"), PEOPLE.values(), ids=PEOPLE.keys()
)
def test_what_a_user_may_have(
    home: Home, aws: EmbeddedAws, name: str, options: list[str], exit_code: int, message: str
) -> None:
    """Devices that don't serve and codes that aren't right, without a terminal."""
    settle(home, aws, name)
    before = snapshot(home)
    result = home.run("mfa", "login", "--token-code", "000000", *options)
    assert result.returncode == exit_code, result.output
    assert message in result.stderr
    assert snapshot(home) == before


def test_an_unknown_key(home: Home, aws: EmbeddedAws) -> None:
    """AWS's word for it is «security token», which would mislead."""
    settle(home, aws)
    home.write_credentials("[default]\naws_access_key_id = AKIANOBODY\naws_secret_access_key = x\n")
    result = home.run("mfa", "login", "--token-code", "000000")
    assert result.returncode == 254, result.output
    assert "doesn't know the access key" in result.stderr


def test_a_wrong_secret(home: Home, aws: EmbeddedAws) -> None:
    """The pair doesn't belong together."""
    settle(home, aws)
    user = aws.user("ada")
    home.write_credentials(
        f"[default]\naws_access_key_id = {user.access_key_id}\naws_secret_access_key = wrong\n"
    )
    result = home.run("mfa", "login", "--token-code", "000000")
    assert result.returncode == 254, result.output
    assert "the secret access key isn't the one" in result.stderr


def test_no_network(home: Home, aws: EmbeddedAws) -> None:
    """Nothing was sent, and the error says so."""
    settle(home, aws)
    env = {"HTTPS_PROXY": "http://127.0.0.1:9"}
    code = aws.fresh_code(serial_of(aws))
    result = home.run(
        *("mfa", "login", "--token-code", code, "--serial-number", serial_of(aws)), env=env
    )
    assert result.returncode == 255, result.output
    assert "can't be reached" in result.stderr
    assert "counts as unused" in result.stderr


def test_a_bind_mounted_file(home: Home, aws: EmbeddedAws) -> None:
    """It can't be replaced, and is never written in place."""
    if os.geteuid():
        pytest.skip("only root may mount")
    settle(home, aws)
    real = home.path / "real"
    real.write_text(keys_of(aws, "ada"))
    mount = ["mount", "--bind", str(real), str(home.credentials)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        result = home.run("mfa", "login", "--token-code", aws.fresh_code(serial_of(aws)))
    finally:
        subprocess.run(["umount", str(home.credentials)], check=True)
    assert result.returncode == 253, result.output
    assert real.read_text() == keys_of(aws, "ada")
    assert not any(call.token_code for call in aws.calls)


def test_a_file_broken_for_the_cli_itself(home: Home, aws: EmbeddedAws) -> None:
    """The CLI reads both files before any plugin: it ends there, and the file stays as it is."""
    settle(home, aws)
    broken = b"[default\naws_access_key_id = x\n"
    home.credentials.write_bytes(broken)
    result = home.run("mfa", "login", "--token-code", "123456")
    assert result.returncode != 0
    assert home.credentials.read_bytes() == broken


HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202egnp.exe<b>$(id)"


def test_hostile_text_changes_nothing_on_a_terminal(home: Home, aws: EmbeddedAws) -> None:
    """Names from files and AWS's messages reach the screen as plain characters."""
    settle(home, aws, config="[profile x]\nmfa_source_profile = \x1b[2J\u202eevil\n")
    aws.fault("GetSessionToken", "hostile-message", text=HOSTILE)
    code = aws.token_code(serial_of(aws), steps=1)
    for arguments in (
        ("mfa", "status"),
        ("mfa", "login", "--token-code", "000000", "--serial-number", serial_of(aws)),
        ("mfa", "login", "--profile", "x", "--token-code", code),
    ):
        terminal = home.spawn(*arguments)
        terminal.wait()
        raw = terminal.output.decode("utf-8", "replace")
        assert "\x1b[2J" not in raw
        assert "\x1b]0" not in raw
        assert "\u202e" not in raw
        assert "\u009b" not in raw
