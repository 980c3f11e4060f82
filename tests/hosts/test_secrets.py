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


def settle_recorded(home: Home, aws: EmbeddedAws) -> None:
    """Give the home ada's keys, with the CLI's history on."""
    settle(home, aws, config="cli_history = enabled\n[profile mfa]\ncli_history = enabled\n")


def check_kept_to_us(home: Home, aws: EmbeddedAws, code: str, outputs: list[str]) -> None:
    """Check that no secret and no code is in what was written, a word or a file."""
    # The digits may be part of a time or a port: only a whole word counts.
    as_a_word = re.compile(rf"(?<![0-9.]){code}(?![0-9])")
    for output in outputs:
        assert not [line for line in output.splitlines() if as_a_word.search(line)]
    for secret in secrets_of(home, aws):
        assert not any(secret in output for output in outputs)
    for name, content in files_under(home).items():
        for secret in (*secrets_of(home, aws), code):
            assert secret.encode() not in content, name


@pytest.mark.parametrize("host", OLDEST_TOO, indirect=True)
def test_debug_and_history_hold_no_secret(home: Home, aws: EmbeddedAws) -> None:
    """With ``--debug`` and ``cli_history = enabled``.

    ``tests/in_process/test_breakage.py`` has each spelling of the option.
    """
    settle_recorded(home, aws)
    code = aws.fresh_code(serial_of(aws))
    outputs = [
        home.run("mfa", *words, "--debug").output
        for words in (
            ("login", f"--tok={code}"),
            ("devices",),
            ("login", "--force", "--token-code", "999999"),
        )
    ]
    assert "GetSessionToken" in outputs[0]
    check_kept_to_us(home, aws, code, outputs)
    assert "999999" not in outputs[-1]
    for name, content in files_under(home).items():
        assert "history" not in name or b"999999" not in content


def test_an_alias_for_login_leaks_no_code(home: Home, aws: EmbeddedAws) -> None:
    """The user's own alias, with the code in its arguments, and without: they show no login."""
    settle_recorded(home, aws)
    folder = home.aws_folder / "cli"
    folder.mkdir(exist_ok=True)
    (folder / "alias").write_text("[toplevel]\nsignin = mfa login\n")
    code = aws.fresh_code(serial_of(aws))
    with_code = home.run("signin", "--token-code", code, "--debug")
    assert with_code.returncode == 0, with_code.output[-2000:]
    check_kept_to_us(home, aws, code, [with_code.output])
    code = aws.fresh_code(serial_of(aws))
    without = home.run("signin", "--force", "--debug", env={"AWS_MFA_TOKEN_CODE": code})
    assert without.returncode == 0, without.output[-2000:]
    check_kept_to_us(home, aws, code, [without.output])


def test_other_commands_stay_in_the_history(home: Home, aws: EmbeddedAws) -> None:
    """``aws sts get-session-token`` is recorded as without the plugin."""
    settle(home, aws, config="cli_history = enabled\n")
    code = aws.fresh_code(serial_of(aws))
    result = home.run(
        *("sts", "get-session-token", "--token-code", code, "--serial-number", serial_of(aws))
    )
    assert result.returncode == 0, result.output
    assert "get-session-token" in home.run("history", "list").output
