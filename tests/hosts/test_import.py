"""``aws mfa configure --import`` in homes that other MFA tools made, and the tools afterwards."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.hosts.cache import PEERS, host_folder
from tests.hosts.conftest import need
from tests.hosts.home import Result
from tests.hosts.users import REGION, keys_of, serial_of, session_in
from tests.in_process.aws import Aws

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home

FOLDER = host_folder(PEERS)
PYTHON = str(FOLDER / "bin" / "python")
FROM_SOURCE = {"PYTHONPATH": str(FOLDER / "from-source")}
AWSUME = "from awsume.awsumepy.main import main; main()"


@dataclass(frozen=True)
class Peer:
    """Another tool: the home that it needs, how it is started, and what shall be found.

    ``section`` has the long-lived keys, ``more`` is what the tool needs beside them; ``command``
    gets the code as its last word, or on stdin (``types_code``). ``source`` is the profile that
    ``session`` is made from.
    """

    name: str
    section: str
    session: str
    ours: str
    command: tuple[str, ...]
    more: str = ""
    variables: tuple[tuple[str, str], ...] = ()
    types_code: bool = False


AWS_MFA = Peer(
    "aws-mfa",
    section="default-long-term",
    more="aws_mfa_device = {serial}\n",
    session="default",
    ours="mfa",
    command=(PYTHON, "-c", "import awsmfa; awsmfa.main()", "--force"),
    types_code=True,
)
AWSMFA = Peer(
    "awsmfa",
    section="identity",
    session="default",
    ours="mfa",
    command=(PYTHON, "-m", "awsmfa", "--token-code"),
    variables=tuple(FROM_SOURCE.items()),
)
BASTION = Peer(
    "awscli-bastion",
    section="bastion",
    more=(
        "[bastion-sts]\nmfa_serial = {serial}\nsource_profile = bastion\n"
        "credential_process = bastion get-session-token --duration-seconds 7200\n"
    ),
    session="bastion-sts",
    ours="bastion-mfa",
    command=(
        *(PYTHON, "-c", "from awscli_bastion.cli import main; main()", "get-session-token"),
        *("--write-to-aws-shared-credentials-file", "--region", REGION, "--mfa-code"),
    ),
    variables=tuple(FROM_SOURCE.items()),
)
AWSUME_PEER = Peer(
    "awsume",
    section="work",
    more="mfa_serial = {serial}\n",
    session="work-out",
    ours="work-mfa",
    command=(
        *(PYTHON, "-c", AWSUME, "work", "--output-profile", "work-out", "--region", REGION),
        *("--refresh", "--mfa-token"),
    ),
)


class Ours:
    """``aws`` in a home: the real CLI, or one in the test's process."""

    def __init__(self, home: Home, aws: EmbeddedAws, *, in_process: bool = False) -> None:
        """Take the home, whose CLI must be a v1 to stay in the process."""
        self.home, self.aws = home, aws
        self._inside = Aws(home.path, aws) if in_process else None

    def run(self, *words: str, env: dict[str, str] | None = None) -> Result:
        """Run ``aws``; it must succeed."""
        if self._inside:
            done = self._inside.run(*words, env=env)
            result = Result(done.code, done.stdout, done.stderr)
        else:
            result = self.home.run(*words, env=env)
        assert result.returncode == 0, result.output
        return result

    def key_of_a_call(self, profile: str) -> str:
        """Return the access key of a call that needs MFA, through a profile."""
        self.run("s3", "ls", "--profile", profile, "--region", REGION)
        return self.aws.calls[-1].access_key_id

    def log_in(self, profile: str) -> None:
        """Log in with the next code."""
        self.aws.advance(30)
        code = self.aws.fresh_code(serial_of(self.aws))
        self.run("mfa", "login", "--profile", profile, "--token-code", code)
        self.aws.advance(30)


def settle(home: Home, aws: EmbeddedAws, peer: Peer) -> None:
    """Give the home what the tool's users have before its first session."""
    home.write_config(f"[default]\nregion = {REGION}\n")
    more = peer.more.format(serial=serial_of(aws))
    home.write_credentials(f"{keys_of(aws, 'ada', peer.section)}{more}")


def run_peer(home: Home, aws: EmbeddedAws, peer: Peer) -> None:
    """Let the tool make a session, as its user would."""
    code = aws.fresh_code(serial_of(aws))
    words = peer.command if peer.types_code else (*peer.command, code)
    done = subprocess.run(
        words,
        env=home.environment({"AWS_DEFAULT_REGION": REGION, **dict(peer.variables)}),
        cwd=home.path,
        input=f"{code}\n" if peer.types_code else "",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("host", ["v2"], indirect=True)
def test_another_tool_and_the_import_live_together(home: Home, aws: EmbeddedAws) -> None:
    """Import, log in, use both sessions, let the tool make a new one, and use both again."""
    live_together(Ours(home, aws), AWS_MFA)


@pytest.mark.parametrize("host", ["v1"], indirect=True)
@pytest.mark.parametrize("peer", [AWSMFA, BASTION, AWSUME_PEER], ids=lambda peer: peer.name)
def test_other_tools_and_the_import_live_together(home: Home, aws: EmbeddedAws, peer: Peer) -> None:
    """The same: the tools are real, and only they are started."""
    live_together(Ours(home, aws, in_process=True), peer)


def live_together(ours: Ours, peer: Peer) -> None:
    """Check that an import and a tool don't disturb each other."""
    need(PEERS)
    home, aws = ours.home, ours.aws
    settle(home, aws, peer)
    run_peer(home, aws, peer)
    theirs = session_in(home, peer.session)
    credentials, config = home.credentials.read_bytes(), home.config.read_bytes()
    result = ours.run("mfa", "configure", "--import", "--yes", env={"AWS_PROFILE": peer.session})
    assert f"Found {peer.name}: long-lived keys in {peer.section}" in result.stderr
    assert f"aws mfa login --profile {peer.ours}" in result.stdout
    assert home.credentials.read_bytes() == credentials
    assert home.config.read_bytes().startswith(config)
    assert f"mfa_source_profile = {peer.section}\n" in home.config.read_text("utf-8")
    ours.log_in(peer.ours)
    assert session_in(home, peer.session) == theirs
    key_id = session_in(home, peer.ours)["aws_access_key_id"]
    assert ours.key_of_a_call(peer.ours) == key_id
    assert ours.key_of_a_call(peer.session) == theirs["aws_access_key_id"]
    run_peer(home, aws, peer)
    new = session_in(home, peer.session)["aws_access_key_id"]
    assert new not in {key_id, theirs["aws_access_key_id"]}
    assert ours.key_of_a_call(peer.session) == new
    assert ours.key_of_a_call(peer.ours) == key_id
    again = ours.run("mfa", "configure", "--import")
    assert again.stdout == "Nothing to change in ~/.aws/config.\n"


@pytest.mark.parametrize("host", ["v2"], indirect=True)
def test_the_sessions_of_mfa_login(home: Home, aws: EmbeddedAws) -> None:
    """AWS CLI v2's own command goes on working too."""
    home.write_config(
        f"[default]\nregion = {REGION}\n[profile work]\nmfa_serial = {serial_of(aws)}\n"
    )
    home.write_credentials(keys_of(aws, "ada", "work"))

    def mfa_login() -> str:
        terminal = home.spawn("configure", "mfa-login", "--profile", "work")
        terminal.expect("MFA token code: ")
        terminal.send_line(aws.fresh_code(serial_of(aws)))
        terminal.expect("Profile to update [")
        terminal.send_line("")
        assert terminal.wait() == 0, terminal.text
        return session_in(home, "123456789012-ada")["aws_access_key_id"]

    theirs = mfa_login()
    result = home.run("mfa", "configure", "--import", "--yes")
    assert result.returncode == 0, result.output
    assert "Found aws configure mfa-login: long-lived keys in work" in result.stderr
    ours = Ours(home, aws)
    ours.log_in("work-mfa")
    assert session_in(home, "123456789012-ada")["aws_access_key_id"] == theirs
    assert mfa_login() != theirs
    key_id = session_in(home, "work-mfa")["aws_access_key_id"]
    assert ours.key_of_a_call("work-mfa") == key_id


VAULT = """\
#!/bin/sh
# Stands for aws-vault: gives the long-lived keys of its keyring.
echo "$@" >>"$HOME/vault.log"
echo '{{"Version": 1, "AccessKeyId": "{key}", "SecretAccessKey": "{secret}"}}'
"""


@pytest.mark.parametrize("host", ["v2"], indirect=True)
def test_keys_that_another_tool_keeps(home: Home, aws: EmbeddedAws) -> None:
    """On a terminal: the command is shown whole and accepted, and the login gets its keys by it."""
    user, program = aws.user("ada"), home.path / "bin" / "aws-vault"
    program.parent.mkdir()
    program.write_text(VAULT.format(key=user.access_key_id, secret=user.secret_access_key), "utf-8")
    program.chmod(0o700)
    home.write_config(
        f"[default]\nregion = {REGION}\n[profile work]\nmfa_serial = {serial_of(aws)}\n"
        f"region = {REGION}\n"
    )
    path = f"{program.parent}{os.pathsep}{home.environment()['PATH']}"
    terminal = home.spawn("mfa", "configure", "--import", env={"PATH": path}, rows=50)
    terminal.expect(f"{program} export --format=json --no-session work")
    terminal.expect("Accept this command? [y/N] ")
    terminal.send_line("y")
    terminal.expect("+[profile work-keys]")
    terminal.expect("+mfa_source_profile = work-keys")
    terminal.expect("Write this? [y/N] ")
    terminal.send_line("y")
    assert terminal.wait() == 0, terminal.text
    assert not (home.path / "vault.log").exists()
    ours = Ours(home, aws)
    ours.log_in("work-mfa")
    assert (home.path / "vault.log").read_text() == "export --format=json --no-session work\n"
    assert ours.key_of_a_call("work-mfa").startswith("ASIA")
