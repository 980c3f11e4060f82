"""Third-party SDKs use the session: by its profile, by ``credential_process``, by ``exec``."""

from __future__ import annotations

import stat
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.hosts.cache import host_folder, npm_pins, pin_file
from tests.hosts.clients import (
    BOTO3,
    CLIENTS,
    LONG_RUNS,
    WITHOUT_ENDPOINT,
    Client,
    each_client,
    here,
    logs,
    script_of,
    skip_or_fail_without_all,
)
from tests.hosts.conftest import need
from tests.hosts.home import Home, Result
from tests.hosts.host import Host
from tests.hosts.installed import CHECKOUT
from tests.hosts.sessions import log_in
from tests.hosts.test_renewal import age, settle_managed
from tests.hosts.users import REGION, codes_used, keys_of, serial_of, session_in, settle
from tests.in_process.test_roles import role

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.aws import EmbeddedAws


@pytest.fixture
def host() -> Host:
    """Return the one CLI that makes the sessions here: all write the same."""
    need("v2")
    return Host("v2", host_folder("v2"))


def start(home: Home, words: list[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a program in the home, with no terminal."""
    return subprocess.Popen(
        words,
        env=home.environment(environment),
        cwd=home.path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def ended(process: subprocess.Popen[bytes]) -> Result:
    """Return the result of a started program."""
    stdout, stderr = process.communicate(timeout=60)
    return Result(process.returncode, stdout.decode(), stderr.decode())


def key_used(
    home: Home,
    aws: EmbeddedAws,
    client: Client,
    profile: str = "",
    env: Mapping[str, str] | None = None,
) -> str:
    """Let a client read the bucket; return the only access key that AWS saw."""
    before = len(aws.calls)
    environment = {**client.environment(aws.url), **(env or {})}
    result = ended(start(home, client.command(aws.url, profile), environment))
    assert (result.returncode, "reports" in result.stdout) == (0, True), result.output
    calls = [call for call in aws.calls[before:] if call.action != "AssumeRole"]
    assert "s3" in {call.service for call in calls}, client.name
    # A state, a lock or a table that isn't there yet.
    assert {call.outcome for call in calls} <= {"ok", "NoSuchKey"}
    [key] = {call.access_key_id for call in calls}
    return key


def made_key(aws: EmbeddedAws) -> str:
    """Return the access key of the only session that the embedded AWS made."""
    [key] = aws.state.sessions
    return key


def settle_process(home: Home, aws: EmbeddedAws, command: str, config: str = "") -> None:
    """Give the home a profile whose credentials come from a command, and managed ones."""
    more = f"[profile tool]\nregion = {REGION}\ncredential_process = {command}\n{config}"
    settle_managed(home, aws, more)


def test_the_session_profile(home: Home, aws: EmbeddedAws) -> None:
    """No SDK refuses the profile that login wrote, named by an option or the environment."""
    settle(home, aws)
    log_in(home, aws)
    key = session_in(home)["aws_access_key_id"]

    def check(client: Client) -> None:
        assert key_used(home, aws, client, "mfa") == key, client.name
        assert key_used(home, aws, client, env={"AWS_PROFILE": "mfa"}) == key, client.name

    each_client(check)


def test_a_credential_process(home: Home, aws: EmbeddedAws, console_script: Path) -> None:
    """Each SDK gets the session of a profile with its own keys, and no aws is started for it."""
    managed = (
        f"[profile work]\nregion = {REGION}\nmfa_session = on\nmfa_serial = {serial_of(aws)}\n"
    )
    settle_process(home, aws, f"{console_script} credential-process --profile work", managed)
    home.write_credentials(keys_of(aws, "ada", "work"))
    log_in(home, aws, "--profile", "work")
    assert "ASIA" not in home.credentials.read_text()
    broken = home.path / "bin" / "aws"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\necho 'aws was started' >&2\nexit 9\n")
    broken.chmod(stat.S_IRWXU)
    env = {"PATH": f"{broken.parent}:/usr/bin:/bin"}
    key = made_key(aws)

    def check(client: Client) -> None:
        by_environment = {**env, "AWS_PROFILE": "tool"}
        assert key_used(home, aws, client, env=by_environment) == key, client.name

    each_client(check)


def test_a_credential_process_for_a_role(
    home: Home, aws: EmbeddedAws, console_script: Path
) -> None:
    """The console script leaves a role to the CLI, which assumes it on the session."""
    BOTO3.need()
    command = f"{console_script} credential-process --profile reader"
    settle_process(home, aws, command, role("reader", "mfa"))
    log_in(home, aws)
    key_used(home, aws, BOTO3, "tool")
    [assumed] = [call for call in aws.calls if call.action == "AssumeRole"]
    assert assumed.access_key_id == session_in(home)["aws_access_key_id"]
    assert aws.calls[-1].user == "reader"


def test_clients_at_once_on_an_expiring_session(
    home: Home, aws: EmbeddedAws, console_script: Path
) -> None:
    """The first one's process renews it with one code, and all of them work."""
    BOTO3.need()
    command = f"{console_script} credential-process --profile mfa"
    settle_managed(
        home, aws, f"mfa_process = ./code\n[profile tool]\ncredential_process = {command}\n"
    )
    log_in(home, aws)
    age(home, 300)
    script = home.path / "code"
    script.write_text(f"#!/bin/sh\necho {aws.fresh_code(serial_of(aws))}\n")
    script.chmod(stat.S_IRWXU)
    before = codes_used(aws)
    started = [start(home, BOTO3.command(aws.url, "tool"), {}) for _ in range(3)]
    for result in [ended(process) for process in started]:
        assert (result.returncode, result.stdout) == (0, "reports\n"), result.output
    assert codes_used(aws) - before == 1
    keys = {call.access_key_id for call in aws.calls if call.action == "ListBuckets"}
    assert keys == {session_in(home)["aws_access_key_id"]}


def test_login_and_exec_with_an_expired_session_in_the_environment(
    home: Home, aws: EmbeddedAws
) -> None:
    """And with AWS_PROFILE: each SDK uses the new session."""
    settle_managed(home, aws)
    log_in(home, aws)
    old = session_in(home)
    leftovers = {
        name: old[name.lower()]
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    } | {"AWS_PROFILE": "mfa"}
    aws.expire_sessions()
    code = aws.fresh_code(serial_of(aws))
    login = home.run("mfa", "login", "--force", "--token-code", code, env=leftovers)
    assert login.returncode == 0, login.output
    assert "Ignoring AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN from your environment" in login.stderr
    before, script = len(aws.calls), script_of(here(), aws.url)
    words = ["mfa", "exec", "--profile", "mfa", "--", "sh", "-c", script]
    result = home.run(*words, env=leftovers)
    assert result.stdout == "".join(f"{client.name} 0\n" for client in here()), logs(home)
    ignored = "AWS_ACCESS_KEY_ID, AWS_SESSION_TOKEN and AWS_PROFILE"
    assert f"Ignoring {ignored} from your environment." in result.stderr
    new = session_in(home)["aws_access_key_id"]
    assert {call.access_key_id for call in aws.calls[before:]} == {new}
    assert old["aws_session_token"] not in login.output + result.output
    skip_or_fail_without_all()


def test_the_page_says_what_is_tested() -> None:
    """A row for each client, with the version that is pinned."""
    page = (CHECKOUT / "docs" / "reference" / "clients.md").read_text("utf-8")
    rows = [tuple(cell.strip() for cell in line.split("|")[1:-1]) for line in page.splitlines()]
    shown = {row[0]: row[1:] for row in rows if len(row) == 7}
    for client in CLIENTS:
        endpoint = "no" if client in WITHOUT_ENDPOINT else "yes"
        long_run = "yes" if client in LONG_RUNS else "\u2013"
        expected = (client.version, "yes", "yes", "yes", endpoint, long_run)
        assert shown[client.title] == expected, client.title


@pytest.mark.parametrize("client", [client for client in CLIENTS if client.needs])
def test_versions_are_those_of_the_pins(client: Client) -> None:
    """The list says what is fetched."""
    pins = pin_file(client.needs)
    text = (pins if pins.exists() else npm_pins(client.needs)[0]).read_text("utf-8")
    assert client.version in text
