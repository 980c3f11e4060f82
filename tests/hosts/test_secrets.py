"""No secret in any output, log, history or left-over file but where the documentation says so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.hosts.cache import OLDEST_TOO
from tests.hosts.users import serial_of, session_in, settle

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home

pytestmark = pytest.mark.parametrize("host", OLDEST_TOO, indirect=True)


def secrets_of(home: Home, aws: EmbeddedAws) -> list[str]:
    """Return the secrets that must not be found."""
    session = session_in(home)
    return [
        aws.user("ada").secret_access_key,
        session["aws_secret_access_key"],
        session["aws_session_token"],
    ]


def files_under(home: Home) -> dict[str, bytes]:
    """Return every file of the home but the credentials file."""
    return {
        str(path.relative_to(home.path)): path.read_bytes()
        for path in home.path.rglob("*")
        if path.is_file() and path != home.credentials
    }


@pytest.mark.parametrize("form", ["--token-code {}", "--token-code={}", "--token-c {}", "--tok {}"])
def test_debug_and_history_hold_no_secret(home: Home, aws: EmbeddedAws, form: str) -> None:
    """With ``--debug`` and ``cli_history = enabled``, in each spelling of the option."""
    settle(home, aws, config="cli_history = enabled\n[profile mfa]\ncli_history = enabled\n")
    code = aws.fresh_code(serial_of(aws))
    debug = home.run("mfa", "login", "--debug", *form.format(code).split())
    assert debug.returncode == 0, debug.output[-2000:]
    outputs = [debug.output]
    outputs += [
        home.run("mfa", *arguments, "--debug").output
        for arguments in (["status"], ["devices"], ["login", "--force", "--token-code", "999999"])
    ]
    assert "GetSessionToken" in debug.stderr
    for secret in secrets_of(home, aws):
        assert not any(secret in output for output in outputs)
    # The digits may be part of a time or a port: only a whole word counts.
    as_a_word = re.compile(rf"(?<![0-9.]){code}(?![0-9])")
    assert not [
        line for output in outputs for line in output.splitlines() if as_a_word.search(line)
    ]
    assert "999999" not in outputs[-1]
    files = files_under(home)
    for secret in (*secrets_of(home, aws), code):
        for name, content in files.items():
            assert secret.encode() not in content, name
            if "history" in name:
                assert b"999999" not in content


def test_an_alias_for_login_leaks_no_code(home: Home, aws: EmbeddedAws) -> None:
    """The user's own alias, with the code in its arguments."""
    settle(home, aws, config="cli_history = enabled\n[profile mfa]\ncli_history = enabled\n")
    folder = home.aws_folder / "cli"
    folder.mkdir(exist_ok=True)
    (folder / "alias").write_text("[toplevel]\nsignin = mfa login\n")
    code = aws.fresh_code(serial_of(aws))
    result = home.run("signin", "--token-code", code, "--debug")
    assert result.returncode == 0, result.output[-2000:]
    for secret in secrets_of(home, aws):
        assert secret not in result.output
        for name, content in files_under(home).items():
            assert secret.encode() not in content, name
    for name, content in files_under(home).items():
        assert code.encode() not in content, name
    assert f"'{code}'" not in result.output


def test_an_alias_for_login_that_prompts_leaks_no_code(home: Home, aws: EmbeddedAws) -> None:
    """Its arguments don't show that it is a login."""
    settle(home, aws, config="cli_history = enabled\n[profile mfa]\ncli_history = enabled\n")
    folder = home.aws_folder / "cli"
    folder.mkdir(exist_ok=True)
    (folder / "alias").write_text("[toplevel]\nsignin = mfa login\n")
    env = {"AWS_MFA_TOKEN_CODE": aws.fresh_code(serial_of(aws))}
    result = home.run("signin", "--debug", env=env)
    assert result.returncode == 0, result.output[-2000:]
    for secret in secrets_of(home, aws):
        assert secret not in result.output
        for name, content in files_under(home).items():
            assert secret.encode() not in content, name


def test_state_folder_is_private(home: Home, aws: EmbeddedAws) -> None:
    """0700, its files 0600, and the digest in it isn't the code."""
    settle(home, aws)
    code = aws.fresh_code(serial_of(aws))
    assert home.run("mfa", "login", "--token-code", code).returncode == 0
    folder = home.aws_folder / "cli" / "awscli-mfa"
    assert folder.stat().st_mode & 0o777 == 0o700
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600, path
        assert code.encode() not in path.read_bytes()


def test_other_commands_stay_in_the_history(home: Home, aws: EmbeddedAws) -> None:
    """``aws sts get-session-token`` is recorded as without the plugin."""
    settle(home, aws, config="cli_history = enabled\n")
    code = aws.fresh_code(serial_of(aws))
    result = home.run(
        *("sts", "get-session-token", "--token-code", code, "--serial-number", serial_of(aws))
    )
    assert result.returncode == 0, result.output
    assert "get-session-token" in home.run("history", "list").output
