"""Third-party SDKs use the session: by its profile, by ``credential_process``, by ``exec``."""

from __future__ import annotations

import stat
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.hosts.cache import host_folder
from tests.hosts.clients import BOTO3, JS_SDK, RCLONE, Client
from tests.hosts.conftest import need
from tests.hosts.home import Home, Result
from tests.hosts.host import Host
from tests.hosts.installed import install_console_script
from tests.hosts.test_renewal import age, log_in, role, settle_managed
from tests.hosts.users import REGION, codes_used, keys_of, serial_of, session_in, settle

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.aws import EmbeddedAws


@pytest.fixture
def host() -> Host:
    """Return the one CLI that makes the sessions here: all write the same."""
    need("v2")
    return Host("v2", host_folder("v2"))


@pytest.fixture(params=[BOTO3, JS_SDK, RCLONE], ids=lambda client: client.name)
def client(request: pytest.FixtureRequest) -> Client:
    """Return each of the clients in turn."""
    client: Client = request.param
    need(client.needs)
    return client


@pytest.fixture(scope="session")
def console_script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the program ``awscli-mfa`` in an environment without anything else."""
    return install_console_script(
        tmp_path_factory.mktemp("console") / "venv", tmp_path_factory.mktemp("build")
    )


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


def key_of_listing(
    home: Home,
    aws: EmbeddedAws,
    client: Client,
    profile: str = "",
    env: Mapping[str, str] | None = None,
) -> str:
    """Let a client list the buckets; return the access key that AWS saw."""
    before = len(aws.calls)
    environment = {**client.environment(aws.url), **(env or {})}
    result = ended(start(home, client.command(aws.url, profile), environment))
    assert result.returncode == 0, result.output
    assert "reports" in result.stdout, result.output
    [call] = [call for call in aws.calls[before:] if call.service == "s3"]
    assert (call.action, call.outcome) == ("ListBuckets", "ok")
    return call.access_key_id


def made_key(aws: EmbeddedAws) -> str:
    """Return the access key of the only session that the embedded AWS made."""
    [key] = aws.state.sessions
    return key


def settle_process(home: Home, aws: EmbeddedAws, command: str, config: str = "") -> None:
    """Give the home a profile whose credentials come from a command, and managed ones."""
    more = f"[profile tool]\nregion = {REGION}\ncredential_process = {command}\n{config}"
    settle_managed(home, aws, more)


def test_the_session_profile(home: Home, aws: EmbeddedAws, client: Client) -> None:
    """No SDK refuses the profile that login wrote, named by an option or the environment."""
    settle(home, aws)
    log_in(home, aws)
    key = session_in(home)["aws_access_key_id"]
    assert key_of_listing(home, aws, client, "mfa") == key
    assert key_of_listing(home, aws, client, env={"AWS_PROFILE": "mfa"}) == key


def test_a_credential_process(
    home: Home, aws: EmbeddedAws, client: Client, console_script: Path
) -> None:
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
    assert key_of_listing(home, aws, client, "tool", env) == made_key(aws)
    assert key_of_listing(home, aws, client, env={**env, "AWS_PROFILE": "tool"}) == made_key(aws)


def test_a_credential_process_for_a_role(
    home: Home, aws: EmbeddedAws, console_script: Path
) -> None:
    """The console script leaves a role to the CLI, which assumes it on the session."""
    need(BOTO3.needs)
    command = f"{console_script} credential-process --profile reader"
    settle_process(home, aws, command, role("reader", "mfa"))
    log_in(home, aws)
    key = key_of_listing(home, aws, BOTO3, "tool")
    assert key_of_listing(home, aws, BOTO3, env={"AWS_PROFILE": "tool"}) == key
    [assumed] = [call for call in aws.calls if call.action == "AssumeRole"]
    assert assumed.access_key_id == session_in(home)["aws_access_key_id"]
    assert aws.calls[-1].user == "reader"


def test_ten_clients_at_once_on_an_expiring_session(
    home: Home, aws: EmbeddedAws, console_script: Path
) -> None:
    """The first one's process renews it with one code, and all of them work."""
    need(BOTO3.needs)
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
    started = [start(home, BOTO3.command(aws.url, "tool"), {}) for _ in range(10)]
    for result in [ended(process) for process in started]:
        assert (result.returncode, result.stdout) == (0, "reports\n"), result.output
    assert codes_used(aws) - before == 1
    keys = {call.access_key_id for call in aws.calls if call.action == "ListBuckets"}
    assert keys == {session_in(home)["aws_access_key_id"]}


def test_login_and_exec_with_an_expired_session_in_the_environment(
    home: Home, aws: EmbeddedAws, client: Client
) -> None:
    """And with AWS_PROFILE."""
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
    words = ["mfa", "exec", "--profile", "mfa", "--", *client.command(aws.url, "")]
    result = home.run(*words, env={**leftovers, **client.environment(aws.url)})
    assert result.returncode == 0, result.output
    assert "reports" in result.stdout
    ignored = "AWS_ACCESS_KEY_ID, AWS_SESSION_TOKEN and AWS_PROFILE"
    assert f"Ignoring {ignored} from your environment." in result.stderr
    assert aws.calls[-1].access_key_id == session_in(home)["aws_access_key_id"]
    assert old["aws_session_token"] not in login.output + result.output
