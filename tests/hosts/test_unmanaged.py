"""What the plugin doesn't manage behaves exactly as without it, on the real CLIs."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.hosts.cache import CHAINS
from tests.hosts.sessions import KEY, session_section
from tests.hosts.terminal import CTRL_C
from tests.hosts.test_loading import SPY
from tests.hosts.users import REGION, keys_of, serial_of

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home, Result

pytestmark = pytest.mark.parametrize("host", CHAINS, indirect=True)

CONFIG = """\
[default]
region = {region}
mfa_serial = {serial}
[profile reader]
role_arn = arn:aws:iam::123456789012:role/reader
source_profile = default
[profile chained]
role_arn = arn:aws:iam::123456789012:role/chained
source_profile = reader
[profile classic]
role_arn = arn:aws:iam::123456789012:role/admin
source_profile = default
mfa_serial = {serial}
[profile expired]
region = {region}
[profile process]
credential_process = {process}
[profile bare]
region = {region}
[profile sso]
sso_start_url = https://example.awsapps.com/start
sso_region = {region}
sso_account_id = 123456789012
sso_role_name = reader
[profile web]
role_arn = arn:aws:iam::123456789012:role/reader
web_identity_token_file = /nowhere/token
[profile off]
mfa_source_profile = default
mfa_serial = {serial}
mfa_session = off
[profile mfa]
region = {region}
mfa_source_profile = default
mfa_serial = {serial}
[profile admin]
role_arn = arn:aws:iam::123456789012:role/admin
source_profile = mfa
"""
PROCESS = '{{"Version": 1, "AccessKeyId": "{0}", "SecretAccessKey": "{1}"}}'
WHO = ("sts", "get-caller-identity")
ENTRY = "awscli_mfa_plugin"
# What differs from run to run: the times in the names of role sessions.
CHANGING = re.compile(r"\d{10,}")
# v2's telemetry database; SQLite sometimes leaves these beside it, and removes them later.
SQLITE_SIDECARS = ("session.db-",)
Call = tuple[str, str, str, str, str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True)
class Observed:
    """All that a command did: its output, exit code, calls and files."""

    returncode: int
    stdout: str
    stderr: str
    calls: tuple[Call, ...]
    config: str
    files: tuple[str, ...]


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


def furnish(home: Home, aws: EmbeddedAws) -> None:
    """Give the home profiles of every kind, and load the plugin first, if any."""
    user = aws.user("ada")
    process = home.path / "process"
    process.write_text(
        f"#!/bin/sh\necho '{PROCESS.format(user.access_key_id, user.secret_access_key)}'\n"
    )
    process.chmod(0o700)
    home.write_config(CONFIG.format(region=REGION, serial=serial_of(aws), process=process))
    if home.plugin:
        wiring = home.wiring.replace("mfa = ", "spy = a_spy\nmfa = ")
        home.config.write_text(home.config.read_text().replace(home.wiring, wiring))
    home.write_credentials(
        keys_of(aws, "ada")
        + keys_of(aws, "ada", "off")
        + session_section(aws, "expired", -60, ours=False)
        + session_section(aws, "mfa", -60)
    )


def observed(home: Home, aws: EmbeddedAws, result: Result) -> Observed:
    """Return what a command did, without what differs between homes."""

    def plain(text: str) -> str:
        return CHANGING.sub("#", text.replace(str(home.path), "~"))

    config = home.config.read_text()
    return Observed(
        result.returncode,
        plain(result.stdout),
        plain(result.stderr),
        tuple(
            (
                *(call.host, call.action, call.user, call.mfa_serial, call.outcome),
                tuple((name, plain(value)) for name, value in sorted(call.parameters.items())),
            )
            for call in aws.calls
        ),
        plain(config[config.index("[default]") :]),
        tuple(
            sorted(
                str(path.relative_to(home.path))
                for path in home.path.rglob("*")
                if not path.name.startswith(SQLITE_SIDECARS)
            )
        ),
    )


def run(home: Home, aws: EmbeddedAws, *args: str, env: dict[str, str] | None = None) -> Observed:
    """Run a command in a new home, whose credentials must not change."""
    furnish(home, aws)
    aws.calls.clear()
    before = home.credentials.read_bytes()
    result = home.run(*args, env=env)
    assert home.credentials.read_bytes() == before
    return observed(home, aws, result)


OFF = {"AWS_MFA_SESSION": "off"}
UNMANAGED: dict[str, tuple[tuple[str, ...], dict[str, str], int]] = {
    "keys beside an mfa_serial": (WHO, {}, 0),
    "a role on a role": (WHO, {"AWS_PROFILE": "chained"}, 0),
    "another tool's expired session": ((*WHO, "--profile", "expired"), {}, 254),
    "credential_process": ((*WHO, "--profile", "process"), {}, 0),
    "no credentials": ((*WHO, "--profile", "bare"), {}, 253),
    "SSO without a login": ((*WHO, "--profile", "sso"), {}, 255),
    "a web identity": ((*WHO, "--profile", "web"), {}, 255),
    "no such profile": ((*WHO, "--profile", "nobody"), {}, 255),
    "switched off in the profile": ((*WHO, "--profile", "off"), {}, 0),
    "switched off for the call": ((*WHO, "--profile", "mfa"), OFF, 254),
    "configure list": (("configure", "list"), {}, 0),
    "configure set": (("configure", "set", "output", "text"), {}, 0),
}


@pytest.mark.parametrize(("args", "env", "returncode"), UNMANAGED.values(), ids=UNMANAGED.keys())
def test_an_unmanaged_profile_behaves_as_without_the_plugin(
    home: Home,
    plain_home: Home,
    aws: EmbeddedAws,
    tmp_path: Path,
    args: tuple[str, ...],
    env: dict[str, str],
    returncode: int,
) -> None:
    """Output, exit code, calls and files are the same, and only the entry is loaded."""
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
        furnish(each, aws)
        aws.reset()
        terminal = each.spawn(*WHO, "--profile", "classic", columns=200)
        terminal.expect("Enter MFA code for ")
        terminal.send_line(aws.fresh_code(serial_of(aws)))
        assert terminal.wait() == 0, terminal.text
        shown.append(CHANGING.sub("#", terminal.text))
    assert shown[0] == shown[1]
    assert "assumed-role/admin" in shown[0]
    assert loaded(tmp_path) == [ENTRY]


MANAGED: dict[str, tuple[tuple[str, ...], str]] = {
    "keys in the environment win": (WHO, "admin"),
    "an unsigned call": (("s3", "ls", "s3://reports", "--no-sign-request"), "mfa"),
    "configure get": (("configure", "get", "mfa_serial"), "mfa"),
    "configure set": (("configure", "set", "output", "text"), "mfa"),
}


@pytest.mark.parametrize(("args", "profile"), MANAGED.values(), ids=MANAGED.keys())
def test_commands_that_need_no_session_run_as_without_the_plugin(
    home: Home, plain_home: Home, aws: EmbeddedAws, args: tuple[str, ...], profile: str
) -> None:
    """The session has expired, but there is no prompt."""
    env = {"AWS_PROFILE": profile}
    if args == WHO:
        user = aws.user("grace")
        env |= {
            "AWS_ACCESS_KEY_ID": user.access_key_id,
            "AWS_SECRET_ACCESS_KEY": user.secret_access_key,
        }
    with_plugin = run(home, aws, *args, env=env)
    assert with_plugin == run(plain_home, aws, *args, env=env)


@pytest.mark.parametrize(("profile", "shown"), [("mfa", KEY[-4:]), ("admin", "<not set>")])
def test_configure_list_on_an_expired_session_changes_nothing(
    home: Home, aws: EmbeddedAws, profile: str, shown: str
) -> None:
    """Some shell prompts run it: no prompt, no renewal, no call, no file changed."""
    furnish(home, aws)
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
    if not home.host.aws.with_name("aws_completer").exists():
        pytest.skip(f"{home.host.name} has no aws_completer beside aws")
    for each in (home, plain_home):
        furnish(each, aws)
    for line in LINES:
        candidates = completed(home, line)
        assert candidates == completed(plain_home, line)
    assert b"ls" in candidates[1].split()
    assert not [call for call in aws.calls if call.action == "GetSessionToken"]


def test_auto_prompt_starts_and_ends_without_an_mfa_prompt(home: Home, aws: EmbeddedAws) -> None:
    """v2's auto-prompt on an expired session: Ctrl-C ends it as without the plugin."""
    if not home.host.is_v2:
        pytest.skip("v1 has no auto-prompt")
    furnish(home, aws)
    terminal = home.spawn(env={"AWS_PROFILE": "mfa", "AWS_CLI_AUTO_PROMPT": "on"})
    terminal.expect("> aws")
    terminal.send(CTRL_C)
    assert terminal.wait() == 130, terminal.text
    assert "(profile mfa): " not in terminal.text
    assert aws.calls == []
