"""``aws mfa`` by an alias that runs ``awscli-mfa``, on CLIs without the plugin."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import filelock
import pytest

from tests.hosts.cache import OLDEST_TOO
from tests.hosts.home import Home, Result
from tests.hosts.installed import install_console_script
from tests.hosts.once import made_once
from tests.hosts.users import REGION, keys_of, serial_of

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws

BY_ENVIRONMENT = {"AWS_PROFILE": "mfa"}


@pytest.fixture(scope="module")
def script(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an installed ``awscli-mfa`` that finds botocore, as the extra would install it."""

    def make(folder: Path) -> None:
        install_console_script(folder / "venv", built)
        [site] = folder.glob("venv/lib/python*/site-packages")
        (site / "botocore.pth").write_text(f"{Path(filelock.__file__).parents[1]}\n")

    return made_once(tmp_path_factory, "standalone", make) / "venv" / "bin" / "awscli-mfa"


@pytest.fixture
def home(plain_home: Home, aws: EmbeddedAws, script: Path) -> Home:
    """Return a home without the plugin, with keys, an MFA profile and the alias."""
    plain_home.write_config(
        f"[default]\nregion = {REGION}\n[profile mfa]\nregion = {REGION}\n"
        f"mfa_source_profile = default\nmfa_serial = {serial_of(aws)}\n"
        f"[profile work]\nregion = {REGION}\n"
        f"credential_process = {script} credential-process --profile mfa\n"
    )
    plain_home.write_credentials(keys_of(aws, "ada"))
    installed = by_script(plain_home, script, "install", "--as-alias")
    assert installed.returncode == 0, installed.output
    return plain_home


def by_script(home: Home, script: Path, *words: str) -> Result:
    """Run ``awscli-mfa`` in the home."""
    done = subprocess.run(
        [str(script), *words],
        env=home.environment(),
        capture_output=True,
        text=True,
        start_new_session=True,
        timeout=60,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


PROGRAM = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"


def boto3_program(home: Home) -> str:
    """Run a program that gets its keys from the profile with ``credential_process``."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=home.environment({"AWS_PROFILE": "work"}),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.parametrize("host", OLDEST_TOO, indirect=True)
def test_a_session_by_the_alias(home: Home, aws: EmbeddedAws, script: Path) -> None:
    """Log in, show it, use it in another program and in aws, log out, take the alias away."""
    code = aws.fresh_code(serial_of(aws))
    logged_in = home.run("mfa", "--", "login", "--profile", "mfa", "--token-code", code)
    assert logged_in.returncode == 0, logged_in.output
    assert "Logged in. Profile mfa is valid until" in logged_in.stdout
    status = home.run("mfa", "status", env=BY_ENVIRONMENT)
    assert (status.returncode, status.stdout[:3]) == (0, "mfa")
    words = ("exec", "--profile", "mfa", "--", "sh", "-c", 'echo "$AWS_ACCESS_KEY_ID"; exit 7')
    ran = home.run("mfa", "--", *words)
    assert (ran.returncode, ran.stdout[:4]) == (7, "ASIA")
    assert home.run("s3", "ls", "--profile", "mfa").returncode == 0
    adding = ("configure", "--profile", "mfa", "--for-programs", "auto", "--yes")
    added = home.run("mfa", "--", *adding)
    assert added.returncode == 0, added.output
    assert home.run("s3", "ls", "--profile", "auto").returncode == 0
    arn = boto3_program(home)
    assert arn == aws.user("ada").arn
    assert aws.calls[-1].access_key_id.startswith("ASIA")
    assert home.run("mfa", "logout", env=BY_ENVIRONMENT).returncode == 0
    assert "aws_session_token" not in home.credentials.read_text()
    removed = by_script(home, script, "uninstall")
    assert "Removed the alias mfa" in removed.stdout, removed.output
    assert not (home.aws_folder / "cli" / "alias").exists()


def test_a_profile_that_got_lost_is_never_guessed(home: Home, aws: EmbeddedAws) -> None:
    """The CLI drops ``--profile`` before the alias: refused, with what works.

    Also where ``AWS_PROFILE`` isn't the profile that was typed.
    """
    before = home.config.read_bytes(), home.credentials.read_bytes()
    refused = home.run("mfa", "login", "--profile", "work")
    assert (refused.returncode, refused.stdout) == (252, "")
    assert "aws mfa -- login --profile work" in refused.stderr
    refused = home.run("mfa", "exec", "--", "ls", "-l")
    assert "aws mfa -- exec --profile NAME -- ls -l\n" in refused.stderr
    refused = home.run("mfa", "logout", "--forget", "--profile=work", env=BY_ENVIRONMENT)
    assert (refused.returncode, refused.stdout) == (252, ""), refused.output
    assert "aws mfa -- logout --forget --profile work" in refused.stderr
    assert (home.config.read_bytes(), home.credentials.read_bytes()) == before
    assert aws.calls == []
    same = home.run("mfa", "status", "--profile", "mfa", env=BY_ENVIRONMENT)
    assert "not logged in" in same.stdout, same.output


@pytest.mark.parametrize("host", ["v2"], indirect=True)
def test_on_a_terminal_the_profile_is_asked_for(home: Home, aws: EmbeddedAws) -> None:
    """A yes logs in to the usual profile, anything else does nothing."""
    terminal = home.spawn("mfa", "login", "--profile", "work")
    terminal.expect("Use profile mfa? [y/N]")
    terminal.send_line("")
    assert terminal.wait() == 252
    terminal = home.spawn("mfa", "login")
    terminal.expect("Use profile mfa? [y/N]")
    terminal.send_line("y")
    terminal.expect("MFA code for ada (profile mfa):")
    terminal.send_line(aws.fresh_code(serial_of(aws)))
    assert terminal.wait() == 0, terminal.text


@pytest.mark.parametrize("host", ["v2"], indirect=True)
def test_the_users_own_alias_is_kept(plain_home: Home, script: Path) -> None:
    """Nothing is written where ``mfa`` is an alias already."""
    folder = plain_home.aws_folder / "cli"
    folder.mkdir(parents=True)
    (folder / "alias").write_text("[toplevel]\nmfa = sts get-caller-identity\n")
    refused = by_script(plain_home, script, "install", "--as-alias")
    assert refused.returncode == 253
    assert "You have an alias named mfa already." in refused.stderr
    assert (folder / "alias").read_text() == "[toplevel]\nmfa = sts get-caller-identity\n"
