"""The hosts start, with the plugin and without."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.hosts.cache import HOSTS
from tests.hosts.sessions import session_section
from tests.hosts.terminal import Terminal
from tests.hosts.users import codes_used, keys_of, serial_of, settle

if TYPE_CHECKING:
    from pathlib import Path

    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home
on_v2 = pytest.mark.parametrize("host", ["v2"], indirect=True)
on_every_host = pytest.mark.parametrize("host", HOSTS, indirect=True)


VERSIONS = {
    "v1": "aws-cli/1.46.3 ",
    "v1-split": "aws-cli/1.45.11 ",
    "v1-boto3": "aws-cli/1.46.3 ",
    "v2": "aws-cli/2.36.12 ",
    "v2-oldest": "aws-cli/2.12.1 ",
    "v2-middle": "aws-cli/2.17.56 ",
    "v2-debian": "aws-cli/2.9.19 ",
}

KEYS = "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = example\n"


def test_version_with_the_plugin(home: Home) -> None:
    """The plugin changes nothing about a command that isn't ours."""
    result = home.run("--version")
    assert result.returncode == 0, result.output
    assert result.stdout.startswith(VERSIONS[home.host.name])
    assert result.stderr == ""


@on_v2
def test_without_the_plugin_there_is_no_mfa(plain_home: Home) -> None:
    """``aws mfa`` comes from the plugin alone."""
    result = plain_home.run("mfa", "status")
    assert result.returncode == plain_home.host.usage_exit_code, result.output


@on_v2
def test_the_version_on_a_terminal(home: Home) -> None:
    """A command on a terminal shows what it shows elsewhere."""
    result = home.run("--version", tty=True)
    assert result.returncode == 0, result.output
    assert result.stdout.startswith(VERSIONS[home.host.name])


def test_a_home_reaches_no_network(home: Home) -> None:
    """A call fails at once, unless the test gives the home an AWS to call."""
    home.write_credentials(KEYS)
    env = {"AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "eu-central-1"}
    result = home.run("sts", "get-caller-identity", env={**env, "AWS_MAX_ATTEMPTS": "1"})
    assert result.returncode == home.host.general_exit_code, result.output
    assert "proxy" in result.stderr


@pytest.fixture
def cat(tmp_path: Path) -> Terminal:
    """Return a terminal on which a small program reads lines and prints them in capitals."""
    program = (
        "import sys\n"
        "print('\\x1b[1mready\\x1b[0m', flush=True)\n"
        "for line in sys.stdin: print(line.upper(), flush=True)\n"
        "sys.exit(3)\n"
    )
    return Terminal([sys.executable, "-c", program], env={"TERM": "xterm"}, cwd=tmp_path)


@on_every_host
def test_a_login_a_renewal_and_a_session_in_use(home: Home, aws: EmbeddedAws) -> None:
    """Each host is the release that the pins name, and has all that the plugin needs of it."""
    settle(home, aws)
    code = aws.fresh_code(serial_of(aws))
    result = home.run("mfa", "login", "--token-code", code, "--debug")
    assert result.returncode == 0, result.output
    assert f"CLI version: {VERSIONS[home.host.name]}" in result.stderr
    home.write_credentials(keys_of(aws, "ada") + session_section(aws, "mfa", -5))
    code = aws.fresh_code(serial_of(aws))
    result = home.run("s3", "ls", "--profile", "mfa", env={"AWS_MFA_TOKEN_CODE": code})
    assert (result.returncode, codes_used(aws)) == (0, 2), result.output


def test_terminal_types_reads_and_waits(cat: Terminal) -> None:
    """What is typed is echoed and answered; the end gives the exit code."""
    cat.expect("ready")
    assert cat.echoes
    cat.send_line("hello")
    cat.expect("hello")
    cat.expect("HELLO")
    cat.send("\x04")
    assert cat.wait() == 3
    assert cat.display == "ready\nhello\nHELLO"


def test_terminal_says_what_was_shown_instead(cat: Terminal) -> None:
    """If a text doesn't come, the test fails with what came."""
    cat.expect("ready")
    cat.send("\x04")
    with pytest.raises(AssertionError, match="'never' wasn't shown"):
        cat.expect("never")


def test_terminal_gives_the_signal_that_ended_the_process(cat: Terminal) -> None:
    """A process that a signal ended has the negated signal number as its exit code."""
    cat.expect("ready")
    cat.send("\x1c")
    assert cat.wait() == -3
