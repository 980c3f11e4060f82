"""What the plugin doesn't manage behaves exactly as without it, on the real CLIs.

``tests/in_process/test_unmanaged.py`` shows it for every kind of profile.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.hosts.sessions import KEY
from tests.hosts.terminal import CTRL_C
from tests.hosts.test_loading import SPY
from tests.hosts.users import serial_of
from tests.in_process.test_unmanaged import (
    CHANGING,
    UNMANAGED,
    WHO,
    WITHOUT_SESSION,
    Observed,
    environment_of,
    furnish,
    observed,
)

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home

on_v2 = pytest.mark.parametrize("host", ["v2"], indirect=True)

ENTRY = "awscli_mfa_plugin"


@pytest.fixture
def home(home: Home, tmp_path: Path) -> Home:
    """Return a home whose ``aws`` writes down at its end which modules of ours it loaded."""
    folder = tmp_path / "spy"
    folder.mkdir()
    (folder / "a_spy.py").write_text(SPY.format(path=str(tmp_path / "loaded")))
    return replace(home, plugin=Path(f"{home.plugin}{os.pathsep}{folder}"))


def loaded(tmp_path: Path) -> list[str]:
    """Return which modules of ours the last command of the home loaded."""
    return (tmp_path / "loaded").read_text().splitlines()


def furnished(home: Home, aws: EmbeddedAws) -> Home:
    """Give the home profiles of every kind, and the spy beside the plugin, if any."""
    furnish(home, aws, home.wiring.replace("mfa = ", "spy = a_spy\nmfa = "))
    return home


def run(home: Home, aws: EmbeddedAws, *args: str, env: dict[str, str] | None = None) -> Observed:
    """Run a command in a new home, whose credentials must not change."""
    furnished(home, aws)
    aws.calls.clear()
    before = home.credentials.read_bytes()
    result = home.run(*args, env=env)
    assert home.credentials.read_bytes() == before
    return observed(home, aws, result.returncode, result.stdout, result.stderr)


# What differs between the CLIs: how a role is assumed, SSO, and how errors end.
CASES = [
    ("v1", "a role on a role"),
    ("v2", "a role on a role"),
    ("v2", "credential_process"),
    ("v2", "no credentials"),
    ("v2", "SSO without a login"),
    ("v2", "switched off for the call"),
    ("v2-debian", "a role on a role"),
    ("v2-debian", "SSO without a login"),
]


@pytest.mark.parametrize(("host", "case"), CASES, indirect=["host"])
def test_an_unmanaged_profile_behaves_as_without_the_plugin(
    home: Home, plain_home: Home, aws: EmbeddedAws, tmp_path: Path, case: str
) -> None:
    """Output, exit code, calls and files are the same, and only the entry is loaded."""
    args, env, returncode = UNMANAGED[case]
    with_plugin = run(home, aws, *args, env=env)
    assert with_plugin == run(plain_home, aws, *args, env=env)
    # v1 has 255 where v2 has different exit codes.
    assert with_plugin.returncode == (min(returncode, 1) * 255 or 0, returncode)[home.host.is_v2]
    assert loaded(tmp_path) == [ENTRY]


def test_a_classic_role_prompts_as_without_the_plugin(
    home: Home, plain_home: Home, aws: EmbeddedAws, tmp_path: Path
) -> None:
    """A role with an ``mfa_serial`` on an unmanaged source: the CLI's own prompt."""
    shown = []
    for each in (home, plain_home):
        furnished(each, aws)
        aws.reset()
        terminal = each.spawn(*WHO, "--profile", "classic", columns=200)
        terminal.expect("Enter MFA code for ")
        terminal.send_line(aws.fresh_code(serial_of(aws)))
        assert terminal.wait() == 0, terminal.text
        shown.append(CHANGING.sub("#", terminal.text))
    assert shown[0] == shown[1]
    assert "assumed-role/admin" in shown[0]
    assert loaded(tmp_path) == [ENTRY]


@pytest.mark.parametrize(
    ("host", "case"),
    [
        ("v2", "keys in the environment win"),
        ("v2", "an unsigned call"),
        ("v2-debian", "an unsigned call"),
    ],
    indirect=["host"],
)
def test_commands_that_need_no_session_run_as_without_the_plugin(
    home: Home, plain_home: Home, aws: EmbeddedAws, case: str
) -> None:
    """The session has expired, but there is no prompt."""
    args, _, _ = WITHOUT_SESSION[case]
    env = environment_of(case, aws)
    assert run(home, aws, *args, env=env) == run(plain_home, aws, *args, env=env)


@on_v2
@pytest.mark.parametrize(("profile", "shown"), [("mfa", KEY[-4:]), ("admin", "<not set>")])
def test_configure_list_on_an_expired_session_changes_nothing(
    home: Home, aws: EmbeddedAws, profile: str, shown: str
) -> None:
    """Some shell prompts run it: no prompt, no renewal, no call, no file changed."""
    furnished(home, aws)
    config, credentials = home.config.read_bytes(), home.credentials.read_bytes()
    env = {"AWS_MFA_TOKEN_CODE": aws.fresh_code(serial_of(aws))}
    result = home.run("configure", "list", "--profile", profile, env=env, tty=True)
    assert result.returncode == 0, result.output
    access_key = re.search(r"access_key +:? *(\S+( set>)?)", result.stdout)
    assert access_key, result.stdout
    assert access_key[1].lstrip("*") == shown
    assert "(profile mfa): " not in result.stdout
    assert aws.calls == []
    assert (home.config.read_bytes(), home.credentials.read_bytes()) == (config, credentials)


LINES = ("aws iam get-user --user-name ", "aws s3 l")


def completed(home: Home, line: str) -> tuple[int, bytes, bytes]:
    """Return what the completer of the home's CLI does with a line, on the managed profile."""
    env = {"COMP_LINE": line, "COMP_POINT": str(len(line)), "AWS_PROFILE": "mfa"}
    done = subprocess.run(
        [str(home.host.aws.with_name("aws_completer"))],
        env=home.environment(env),
        cwd=home.path,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_completion_is_as_without_the_plugin(
    home: Home, plain_home: Home, aws: EmbeddedAws
) -> None:
    """The candidates are the same on a managed profile, v2's from AWS too, without a prompt."""
    for each in (home, plain_home):
        furnished(each, aws)
    # v1 knows no names of users.
    for line in LINES[not home.host.is_v2 :]:
        candidates = completed(home, line)
        assert candidates == completed(plain_home, line)
    assert b"ls" in candidates[1].split()
    assert not [call for call in aws.calls if call.action == "GetSessionToken"]


@on_v2
def test_auto_prompt_starts_and_ends_without_an_mfa_prompt(home: Home, aws: EmbeddedAws) -> None:
    """v2's auto-prompt on an expired session: Ctrl-C ends it as without the plugin."""
    furnished(home, aws)
    terminal = home.spawn(env={"AWS_PROFILE": "mfa", "AWS_CLI_AUTO_PROMPT": "on"})
    terminal.expect("> aws")
    terminal.send(CTRL_C)
    assert terminal.wait() == 130, terminal.text
    assert "(profile mfa): " not in terminal.text
    assert aws.calls == []
