"""``aws mfa login`` on the real CLIs: one code makes a session.

``tests/in_process/test_login.py`` shows what needs no terminal.
"""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from tests.hosts.cache import OLDEST_TOO
from tests.hosts.sessions import log_in
from tests.hosts.terminal import CTRL_C, CTRL_D, CTRL_Z
from tests.hosts.users import (
    REGION,
    codes_used,
    keys_of,
    serial_of,
    session_in,
    settle,
)

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home
on_the_oldest_too = pytest.mark.parametrize("host", OLDEST_TOO, indirect=True)
on_official_v2 = pytest.mark.parametrize("host", ["v2", "v2-oldest"], indirect=True)
on_v2 = pytest.mark.parametrize("host", ["v2"], indirect=True)


@on_the_oldest_too
def test_login_on_a_terminal(home: Home, aws: EmbeddedAws) -> None:
    """A wrong code, then six digits at the prompt, and a call is allowed.

    The credentials section has the session, the config section what login found out.
    """
    settle(home, aws)
    terminal = home.spawn("mfa", "login", "--profile", "mfa")
    terminal.expect("MFA code for ada (profile mfa): ")
    terminal.send_line("000000")
    terminal.expect("AWS rejected the code")
    terminal.expect("(profile mfa): ")
    terminal.send_line(aws.fresh_code(serial_of(aws)))
    assert terminal.wait() == 0, terminal.text
    assert "Logged in. Profile mfa is valid until" in terminal.text
    assert "Saved to ~/.aws/config, profile mfa:" in terminal.text
    session = session_in(home)
    assert set(session) == {
        "aws_access_key_id",
        "aws_secret_access_key",
        "aws_session_token",
        "expiration",
        "issued",
        "issued_key",
        "manager",
    }
    assert session["manager"] == "awscli-mfa-plugin"
    assert session["expiration"].endswith("+00:00")
    assert stat.S_IMODE(home.credentials.stat().st_mode) == 0o600
    assert home.credentials.read_text().startswith(f"# my keys\n{keys_of(aws, 'ada')}")
    config = home.config.read_text()
    assert f"[profile mfa]\nmfa_source_profile = default\nmfa_serial = {serial_of(aws)}\n" in config
    assert f"region = {REGION}\n" in config.partition("[profile mfa]")[2]
    allowed = home.run("s3", "ls", "--profile", "mfa")
    assert allowed.returncode == 0, allowed.output
    assert codes_used(aws) == 1


@on_v2
def test_login_as_data_keeps_a_valid_session(home: Home, aws: EmbeddedAws) -> None:
    """Through the CLI's formatter, without a prompt or a call."""
    settle(home, aws)
    log_in(home, aws)
    before = len(aws.calls)
    text = home.run("mfa", "login", "--query", "MfaSerial", "--output", "text")
    assert (text.returncode, text.stdout) == (0, f"{serial_of(aws)}\n"), text.output
    assert len(aws.calls) == before


@on_v2
def test_three_wrong_codes_end_it(home: Home, aws: EmbeddedAws) -> None:
    """The exit code is 254, and the files aren't changed."""
    settle(home, aws)
    before = home.credentials.read_bytes()
    terminal = home.spawn("mfa", "login")
    for _ in range(3):
        terminal.expect("(profile mfa): ")
        terminal.send_line("000000")
    assert terminal.wait() == 254, terminal.text
    assert home.credentials.read_bytes() == before


@pytest.mark.parametrize(
    ("host", "key", "exit_code"),
    [
        ("v1", CTRL_C, 130),
        ("v2-oldest", CTRL_C, 130),
        ("v2", CTRL_C, 130),
        ("v2", CTRL_D, 130),
        ("v2", CTRL_Z, 253),
    ],
    indirect=["host"],
)
def test_cancelled_at_the_prompt(home: Home, aws: EmbeddedAws, key: str, exit_code: int) -> None:
    """Ctrl-C and Ctrl-D cancel, Ctrl-Z ends it; nothing is written, the terminal is restored."""
    settle(home, aws)
    before = home.config.read_bytes(), home.credentials.read_bytes()
    terminal = home.spawn("mfa", "login")
    terminal.expect("(profile mfa): ")
    terminal.send(key)
    assert terminal.wait() == exit_code, terminal.text
    assert "Traceback" not in terminal.text
    assert (home.config.read_bytes(), home.credentials.read_bytes()) == before


@on_v2
def test_code_from_stdin(home: Home, aws: EmbeddedAws) -> None:
    """``--token-code -`` reads it there."""
    settle(home, aws)
    code = aws.fresh_code(serial_of(aws))
    result = home.run("mfa", "login", "--token-code", "-", input=f"{code[:3]} {code[3:]}\n")
    assert result.returncode == 0, result.output


@on_official_v2
def test_code_from_a_command(home: Home, aws: EmbeddedAws) -> None:
    """From ``mfa_process`` of the source profile, which gets no code and no keys."""
    settle(home, aws)
    script = home.path / "code"
    script.write_text(f"#!/bin/sh\nenv > {home.path}/seen\necho {aws.fresh_code(serial_of(aws))}\n")
    script.chmod(0o700)
    settle(home, aws, config=f"mfa_process = {script}\n")
    result = home.run("mfa", "login", env={"AWS_MFA_PROMPT": "never"})
    assert result.returncode == 0, result.output
    seen = (home.path / "seen").read_text()
    assert "LD_LIBRARY_PATH" not in seen
    assert "AWS_SECRET" not in seen


@on_v2
def test_a_used_code_on_a_terminal_counts_down(home: Home, aws: EmbeddedAws) -> None:
    """The wait for the next code is shown, and Ctrl-C ends it."""
    settle(home, aws)
    log_in(home, aws)
    (code,) = {call.token_code for call in aws.calls if call.token_code}
    terminal = home.spawn("mfa", "login", "--force")
    terminal.expect("(profile mfa): ")
    terminal.send_line(code)
    terminal.expect("Next code in")
    terminal.send(CTRL_C)
    assert terminal.wait() == 130, terminal.text


@on_official_v2
def test_a_code_is_not_sent_again_after_a_lost_answer(home: Home, aws: EmbeddedAws) -> None:
    """The code may be used, and the error says so."""
    settle(home, aws)
    aws.fault("GetSessionToken", "answer-lost")
    result = home.run("mfa", "login", "--token-code", aws.fresh_code(serial_of(aws)))
    assert result.returncode == 255, result.output
    assert "The code may be used up" in result.stderr
    assert sum(1 for call in aws.calls if call.action == "GetSessionToken") == 1


@on_official_v2
def test_endpoint_url_applies_to_our_calls(home: Home, aws: EmbeddedAws) -> None:
    """STS and IAM are called there."""
    settle(home, aws)
    code = aws.fresh_code(serial_of(aws))
    result = home.run("mfa", "login", "--endpoint-url", aws.url, "--token-code", code)
    assert result.returncode == 0, result.output
    assert {call.host for call in aws.calls} == {"127.0.0.1"}
    assert aws.url not in home.config.read_text()
