"""``aws mfa login`` on the real CLIs: one code makes a session."""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING

import pytest

from tests.hosts.cache import OLDEST_TOO
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
on_v2 = pytest.mark.parametrize("host", ["v2"], indirect=True)


@on_the_oldest_too
def test_login_on_a_terminal(home: Home, aws: EmbeddedAws) -> None:
    """A denied call, six digits at the prompt, and the same call is allowed."""
    settle(home, aws)
    assert home.run("s3", "ls").returncode != 0
    terminal = home.spawn("mfa", "login", "--profile", "mfa")
    terminal.expect("MFA code for ada (profile mfa): ")
    terminal.send_line(aws.fresh_code(serial_of(aws)))
    assert terminal.wait() == 0, terminal.text
    assert "Logged in. Profile mfa is valid until" in terminal.text
    allowed = home.run("s3", "ls", "--profile", "mfa")
    assert allowed.returncode == 0, allowed.output
    assert codes_used(aws) == 1


@on_the_oldest_too
def test_login_writes_the_session_and_saves_settings(home: Home, aws: EmbeddedAws) -> None:
    """The credentials section has the session, the config section what login found out."""
    settle(home, aws)
    result = home.run("mfa", "login", "--token-code", aws.fresh_code(serial_of(aws)))
    assert result.returncode == 0, result.output
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
    assert "Saved to ~/.aws/config, profile mfa:" in result.stderr
    assert "Saved to ~/.aws/config, profile mfa:" not in result.stdout


@on_v2
def test_login_as_data(home: Home, aws: EmbeddedAws) -> None:
    """An explicit --output gives the result in AWS's casing, through the CLI's formatter."""
    settle(home, aws)
    code = aws.fresh_code(serial_of(aws))
    result = home.run("mfa", "login", "--token-code", code, "--output", "json")
    assert result.returncode == 0, result.output
    data = json.loads(result.stdout)
    assert list(data) == ["Profile", "SourceProfile", "MfaSerial", "Expiration"]
    assert (data["Profile"], data["SourceProfile"]) == ("mfa", "default")
    text = home.run("mfa", "login", "--query", "MfaSerial", "--output", "text")
    assert text.stdout == f"{serial_of(aws)}\n"


@on_v2
def test_a_valid_session_is_kept(home: Home, aws: EmbeddedAws) -> None:
    """A second login doesn't prompt and makes no call."""
    settle(home, aws)
    home.run("mfa", "login", "--token-code", aws.fresh_code(serial_of(aws)))
    before = len(aws.calls)
    again = home.run("mfa", "login")
    assert again.returncode == 0, again.output
    assert "Still valid. Use --force to renew it now." in again.stdout
    assert len(aws.calls) == before


@on_v2
def test_min_remaining_renews(home: Home, aws: EmbeddedAws) -> None:
    """'Renew unless at least that much is left'."""
    settle(home, aws)
    serial = serial_of(aws)
    first = ("--token-code", aws.fresh_code(serial), "--duration-seconds", "3600")
    assert home.run("mfa", "login", *first).returncode == 0
    assert home.run("mfa", "login", "--min-remaining", "3000").returncode == 0
    renewed = home.run(
        "mfa", "login", "--min-remaining", "7200", "--token-code", aws.fresh_code(serial)
    )
    assert renewed.returncode == 0, renewed.output
    assert codes_used(aws) == 2


@on_v2
def test_dry_run_uses_no_code_and_writes_nothing(home: Home, aws: EmbeddedAws) -> None:
    """It says what would be done."""
    settle(home, aws)
    before = home.config.read_bytes(), home.credentials.read_bytes()
    result = home.run("mfa", "login", "--dry-run")
    assert result.returncode == 0, result.output
    assert "Would ask for a code from ada" in result.stdout
    assert (home.config.read_bytes(), home.credentials.read_bytes()) == before
    assert codes_used(aws) == 0


@on_the_oldest_too
def test_wrong_code_on_a_terminal_asks_again(home: Home, aws: EmbeddedAws) -> None:
    """Three codes in all; the third is right."""
    settle(home, aws)
    terminal = home.spawn("mfa", "login")
    for _ in range(2):
        terminal.expect("(profile mfa): ")
        terminal.send_line("000000")
        terminal.expect("AWS rejected the code")
    terminal.expect("(profile mfa): ")
    terminal.send_line(aws.fresh_code(serial_of(aws)))
    assert terminal.wait() == 0, terminal.text


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


@on_the_oldest_too
@pytest.mark.parametrize(("key", "exit_code"), [(CTRL_C, 130), (CTRL_D, 130), (CTRL_Z, 253)])
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


@on_the_oldest_too
def test_without_a_terminal(home: Home, aws: EmbeddedAws) -> None:
    """The error names the ways to give a code; exit code 253, nothing written."""
    settle(home, aws)
    before = home.credentials.read_bytes()
    result = home.run("mfa", "login")
    assert result.returncode == 253, result.output
    assert "there is no terminal to ask on" in result.stderr
    assert "--token-code" in result.stderr
    assert home.credentials.read_bytes() == before


@on_v2
def test_code_from_stdin(home: Home, aws: EmbeddedAws) -> None:
    """``--token-code -`` reads it there."""
    settle(home, aws)
    code = aws.fresh_code(serial_of(aws))
    result = home.run("mfa", "login", "--token-code", "-", input=f"{code[:3]} {code[3:]}\n")
    assert result.returncode == 0, result.output


@on_v2
def test_code_from_the_environment(home: Home, aws: EmbeddedAws) -> None:
    """From ``AWS_MFA_TOKEN_CODE``."""
    settle(home, aws)
    env = {"AWS_MFA_TOKEN_CODE": aws.fresh_code(serial_of(aws))}
    result = home.run("mfa", "login", env=env)
    assert result.returncode == 0, result.output


@on_the_oldest_too
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
def test_a_used_code_is_not_sent(home: Home, aws: EmbeddedAws) -> None:
    """AWS isn't called; the error says when the next code comes."""
    settle(home, aws)
    code = aws.fresh_code(serial_of(aws))
    assert home.run("mfa", "login", "--token-code", code).returncode == 0
    before = len(aws.calls)
    again = home.run("mfa", "login", "--force", "--token-code", code)
    assert again.returncode == 254, again.output
    assert "was already used" in again.stderr
    assert [call.action for call in aws.calls[before:] if call.token_code] == []


@on_v2
def test_a_used_code_on_a_terminal_counts_down(home: Home, aws: EmbeddedAws) -> None:
    """The wait for the next code is shown, and Ctrl-C ends it."""
    settle(home, aws)
    code = aws.fresh_code(serial_of(aws))
    assert home.run("mfa", "login", "--token-code", code).returncode == 0
    terminal = home.spawn("mfa", "login", "--force")
    terminal.expect("(profile mfa): ")
    terminal.send_line(code)
    terminal.expect("Next code in")
    terminal.send(CTRL_C)
    assert terminal.wait() == 130, terminal.text


@on_the_oldest_too
def test_a_code_is_not_sent_again_after_a_lost_answer(home: Home, aws: EmbeddedAws) -> None:
    """The code may be used, and the error says so."""
    settle(home, aws)
    aws.fault("GetSessionToken", "answer-lost")
    result = home.run("mfa", "login", "--token-code", aws.fresh_code(serial_of(aws)))
    assert result.returncode == 255, result.output
    assert "The code may be used up" in result.stderr
    assert sum(1 for call in aws.calls if call.action == "GetSessionToken") == 1


@on_the_oldest_too
def test_endpoint_url_applies_to_our_calls(home: Home, aws: EmbeddedAws) -> None:
    """STS and IAM are called there."""
    settle(home, aws)
    code = aws.fresh_code(serial_of(aws))
    result = home.run("mfa", "login", "--endpoint-url", aws.url, "--token-code", code)
    assert result.returncode == 0, result.output
    assert {call.host for call in aws.calls} == {"127.0.0.1"}
    assert aws.url not in home.config.read_text()


@on_the_oldest_too
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can work in another user's home")
@pytest.mark.parametrize("profile", ["mfa", "default"])
def test_root_in_a_users_home_leaves_no_files_of_root(
    home: Home, aws: EmbeddedAws, profile: str
) -> None:
    """As under sudo that keeps HOME: files that a login makes or changes belong to the user."""
    settle(home, aws)
    for path in (home.path, *home.path.rglob("*")):
        os.chown(path, 1234, 4321)
    code = aws.fresh_code(serial_of(aws))
    result = home.run("mfa", "login", "--profile", profile, "--token-code", code)
    assert result.returncode == 0, result.output
    state = home.aws_folder / "cli" / "awscli-mfa"
    made = [home.config, home.credentials, state, *state.iterdir()]
    made += (home.aws_folder / "cli").rglob("awscli-mfa-plugin-*.json")
    assert {(path.stat().st_uid, path.stat().st_gid) for path in made} == {(1234, 4321)}
