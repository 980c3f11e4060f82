"""Bad input where the CLIs differ; ``tests/in_process/test_bad_input.py`` has the rest."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.hosts.users import keys_of, serial_of, settle
from tests.in_process.test_bad_input import CASES as ALL_CASES
from tests.in_process.test_bad_input import CONFIG, OTHERS, TEMPORARY
from tests.in_process.test_bad_input import REFUSALS as ALL_REFUSALS

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home

on_v2 = pytest.mark.parametrize("host", ["v2"], indirect=True)
# Where options, profiles and names are read by the CLI's own parsers.
CASES = {
    f"{name}, {host}": (host, *ALL_CASES[name])
    for host, names in {
        "v1": ("an unknown option",),
        "v2": (
            "a duration that is no number",
            "a target with SSO",
            "a name with a newline",
            "an unknown option",
        ),
        "v2-oldest": ("an unknown option",),
    }.items()
    for name in names
}


def snapshot(home: Home) -> tuple[bytes, bytes, list[str]]:
    """Return what must not change."""
    return (
        home.config.read_bytes(),
        home.credentials.read_bytes(),
        sorted(path.name for path in home.aws_folder.iterdir() if path.name != "cli"),
    )


@pytest.mark.parametrize(
    ("host", "options", "exit_code", "message"),
    CASES.values(),
    ids=CASES.keys(),
    indirect=["host"],
)
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


# Where each botocore parses and retries by itself.
REFUSALS = {
    f"{name}, {host}": (host, *ALL_REFUSALS[name])
    for host, names in {
        "v2": ("throttled", "reset", "a page that isn't XML"),
        "v2-oldest": ("a page that isn't XML",),
    }.items()
    for name in names
}


@pytest.mark.parametrize(
    ("host", "fault", "options", "exit_code", "message"),
    REFUSALS.values(),
    ids=REFUSALS.keys(),
    indirect=["host"],
)
def test_errors_of_aws_and_the_network(
    home: Home,
    aws: EmbeddedAws,
    fault: str,
    options: dict[str, object],
    exit_code: int,
    message: str,
) -> None:
    """Each cause has its own message, never a traceback or a bare exception's name."""
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


@on_v2
def test_no_network(home: Home, aws: EmbeddedAws) -> None:
    """Nothing was sent, and the error says so."""
    settle(home, aws)
    env = {"HTTPS_PROXY": "http://127.0.0.1:9"}
    code = aws.fresh_code(serial_of(aws))
    result = home.run(
        *("mfa", "login", "--token-code", code, "--serial-number", serial_of(aws)), env=env
    )
    assert result.returncode == 255, result.output
    assert "Can't reach AWS" in result.stderr
    assert "No code was used." in result.stderr


@on_v2
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
    """The CLI reads both files before it loads a plugin: it fails, and the file isn't changed."""
    settle(home, aws)
    broken = b"[default\naws_access_key_id = x\n"
    home.credentials.write_bytes(broken)
    result = home.run("mfa", "login", "--token-code", "123456")
    assert result.returncode != 0
    assert home.credentials.read_bytes() == broken


HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202egnp.exe<b>$(id)"


@on_v2
def test_hostile_text_is_escaped_on_a_terminal(home: Home, aws: EmbeddedAws) -> None:
    """Names from files, and AWS's messages."""
    settle(home, aws, config="[profile x]\nmfa_source_profile = \x1b[2J\u202eevil\n")
    aws.fault("GetSessionToken", "hostile-message", text=HOSTILE)
    for shown, arguments in {
        "evil": ("mfa", "status"),
        "owned": ("mfa", "login", "--token-code", "000000"),
    }.items():
        terminal = home.spawn(*arguments)
        terminal.wait()
        assert shown in terminal.text
        raw = terminal.output.decode("utf-8", "replace")
        assert "\x1b[2J" not in raw
        assert "\x1b]0" not in raw
        assert "\u202e" not in raw
        assert "\u009b" not in raw
