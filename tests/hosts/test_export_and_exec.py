"""``aws mfa export``, ``exec`` and ``credential-process`` on the real CLIs."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from tests.hosts.home import Home, Result
from tests.hosts.sessions import log_in
from tests.hosts.terminal import Terminal
from tests.hosts.test_renewal import age, settle_managed
from tests.hosts.users import codes_used, keys_of, serial_of, session_in, settle

if TYPE_CHECKING:
    from pathlib import Path

    from tests.aws import EmbeddedAws


# What depends on shells, signals and formats, not on the CLI.
on_v2 = pytest.mark.parametrize("host", ["v2"], indirect=True)
ROLES = (
    "[profile reader]\nrole_arn = arn:aws:iam::123456789012:role/reader\nsource_profile = mfa\n"
    "[profile admin]\nrole_arn = arn:aws:iam::123456789012:role/admin\nsource_profile = mfa\n"
)
LEFTOVERS = {
    "AWS_ACCESS_KEY_ID": "ASIALEFTOVER00000000",
    "AWS_SECRET_ACCESS_KEY": "a-secret-of-a-session-that-is-over",
    "AWS_SESSION_TOKEN": "a-token-of-a-session-that-is-over",
    "AWS_SECURITY_TOKEN": "another-token-of-that-session",
}


def settled(home: Home, aws: EmbeddedAws, config: str = ROLES) -> None:
    """Give the home a managed profile with a session, and roles on it."""
    settle_managed(home, aws, config)
    log_in(home, aws)


def by_shell(home: Home, script: str, env: dict[str, str] | None = None) -> Result:
    """Run a script of sh in the home."""
    done = subprocess.run(
        ["/bin/sh", "-c", script],
        env=home.environment(env),
        cwd=home.path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        start_new_session=True,
        timeout=120,
        check=False,
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


def test_a_shell_evaluates_export_and_unset(home: Home, aws: EmbeddedAws) -> None:
    """Variables of another session are replaced, and named; --unset removes all."""
    settled(home, aws)
    script = (
        'eval "$(aws mfa export)" && aws s3 ls && env | grep -c "^AWS_PROFILE="; '
        "echo $AWS_CREDENTIAL_EXPIRATION $AWS_REGION; "
        'eval "$(aws mfa export --unset)"; env | grep "^AWS_[AS]"'
    )
    result = by_shell(home, script, {**LEFTOVERS, "AWS_PROFILE": "mfa"})
    assert "reports" in result.stdout, result.output
    lines = result.stdout.splitlines()[1:]
    assert lines == ["0", f"{session_in(home)['expiration']} eu-west-1"]
    assert "Ignoring AWS_ACCESS_KEY_ID, AWS_SESSION_TOKEN" in result.stderr
    assert "AWS_PROFILE" in result.stderr
    assert "token-of-a-session" not in result.output


@on_v2
def test_each_format(home: Home, aws: EmbeddedAws) -> None:
    """JSON has the format of a credential process, ini is a section; the rest are scripts."""
    settled(home, aws)
    session = session_in(home)

    def exported(*options: str) -> str:
        result = home.run("mfa", "export", *options)
        assert result.returncode == 0, result.output
        assert session["aws_secret_access_key"] in result.stdout
        return result.stdout

    assert json.loads(exported("--format", "json"))["SessionToken"] == session["aws_session_token"]
    assert exported("--format", "ini").startswith("[mfa]\naws_access_key_id = ASIA")
    assert exported("--format", "env").splitlines()[0].startswith("AWS_ACCESS_KEY_ID=ASIA")
    assert "set -gx AWS_SESSION_TOKEN" in exported("--format", "fish")
    assert json.loads(exported("--output", "json"))["AccessKeyId"] == session["aws_access_key_id"]


@on_v2
def test_a_refusal_prints_nothing(home: Home, aws: EmbeddedAws) -> None:
    """The caller's environment isn't changed: stdout is empty, the exit code says why."""
    settle_managed(home, aws)
    result = by_shell(
        home, 'X=1; eval "$(aws mfa export)"; echo $AWS_ACCESS_KEY_ID$X; aws mfa export'
    )
    assert result.stdout == "1\n"
    assert result.returncode == 253
    assert "aws mfa login --profile mfa" in result.stderr
    unset = home.run("mfa", "export", "--unset", "--format", "json")
    assert (unset.returncode, unset.stdout) == (252, "")
    wrong = home.run("mfa", "export", "--format", "zip")
    assert (wrong.returncode, wrong.stdout) == (252, "")
    assert wrong.stderr.strip() == (
        "aws mfa: 'zip' isn't a value for --format.\n"
        "Choose from: sh, fish, csh, powershell, cmd, env, json, ini."
    )


@on_v2
def test_export_on_a_terminal_warns(home: Home, aws: EmbeddedAws) -> None:
    """The secrets are on the screen then, and a line says how a shell evaluates them."""
    settled(home, aws)
    result = home.run("mfa", "export", "--format", "sh", tty=True)
    assert "Warning: this printed secrets to your terminal." in result.output
    assert 'eval "$(aws mfa export)"' in result.output
    assert "Warning: this printed secrets to your terminal." not in home.run("mfa", "export").output


def test_exec_passes_only_the_session_to_the_program(home: Home, aws: EmbeddedAws) -> None:
    """Its options aren't parsed, and its exit status is returned."""
    settled(home, aws)
    script = 'env | grep ^AWS_ | cut -d= -f1 | sort; echo "$@"; exit 7'
    result = home.run(
        *("mfa", "exec", "--", "sh", "-c", script, "sh", "--profile", "other", "--debug", "--"),
        env={**LEFTOVERS, "AWS_PROFILE": "mfa", "AWS_MFA_TOKEN_CODE": "123456"},
    )
    assert result.returncode == 7, result.output
    inherited = {"AWS_CA_BUNDLE", "AWS_EC2_METADATA_DISABLED"}
    assert set(result.stdout.splitlines()[:-1]) - inherited == {
        *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
        *("AWS_CREDENTIAL_EXPIRATION", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_MFA_PROFILE"),
    }
    assert result.stdout.splitlines()[-1] == "--profile other --debug --"


def test_aws_inside_exec(home: Home, aws: EmbeddedAws) -> None:
    """It uses the session; with --profile it uses that profile."""
    settled(home, aws)
    inside = home.run("mfa", "exec", "--profile", "mfa", "--", "aws", "s3", "ls")
    assert "reports" in inside.stdout, inside.output
    other = home.run("mfa", "exec", "--profile", "mfa", "--", "aws", "s3", "ls", "--profile", "no")
    assert other.returncode != 0
    assert "no" in other.stderr


@on_v2
def test_a_program_that_does_not_start(home: Home, aws: EmbeddedAws) -> None:
    """As in a shell: 127 if it isn't found, 126 if it can't run."""
    settled(home, aws)
    for program, status, message in (
        ("nothere", 127, "command not found"),
        ("./no/such", 127, "command not found"),
        ("/etc/passwd", 126, "can't run"),
    ):
        result = home.run("mfa", "exec", "--", program)
        assert (result.returncode, result.stdout) == (status, "")
        assert message in result.stderr


@on_v2
def test_wrong_usage_of_exec(home: Home) -> None:
    """A command without '--' before it, and '--' without a command after it."""
    for words in (["ls"], ["--"], ["--bogus", "--", "ls"]):
        result = home.run("mfa", "exec", *words)
        assert result.returncode == 252, result.output


@on_v2
def test_the_users_shell(home: Home, aws: EmbeddedAws) -> None:
    """Without a command it is started, with the profile's name for its prompt."""
    settled(home, aws)
    typed = "echo in-$AWS_MFA_PROFILE; exit 3\n"
    result = home.run("mfa", "exec", input=typed, env={"SHELL": "/bin/sh"})
    assert (result.returncode, result.stdout) == (3, "in-mfa\n"), result.output


@on_v2
def test_exec_passes_signals_on(home: Home, aws: EmbeddedAws) -> None:
    """The program replaces the process: it gets signals, and SIGPIPE as in a shell."""
    settled(home, aws)
    script = "trap 'exit 9' TERM; echo; while :; do sleep 0.1; done"
    with home.start("mfa", "exec", "--", "sh", "-c", script) as process:
        assert process.stdout
        process.stdout.readline()
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(60) == 9
    ignored = home.run("mfa", "exec", "--", "grep", "^SigIgn", "/proc/self/status").stdout
    assert not int(ignored.split()[1], 16) >> (signal.SIGPIPE - 1) & 1


@on_v2
def test_min_remaining_renews_earlier(home: Home, aws: EmbeddedAws) -> None:
    """A session that doesn't expire soon is renewed if too little is left of it."""
    settled(home, aws)
    age(home, 3600)
    before = session_in(home)
    kept = home.run("mfa", "exec", "--min-remaining", "3000", "--", "true")
    assert kept.returncode == 0, kept.output
    refused = home.run("mfa", "exec", "--min-remaining", "7200", "--", "echo", "ran")
    assert (refused.returncode, refused.stdout) == (253, "")
    assert session_in(home) == before
    code = {"AWS_MFA_TOKEN_CODE": aws.fresh_code(serial_of(aws))}
    done = home.run("mfa", "exec", "--min-remaining", "7200", "--", "echo", "ran", env=code)
    assert (done.returncode, done.stdout) == (0, "ran\n"), done.output


def test_the_session_of_a_role(home: Home, aws: EmbeddedAws) -> None:
    """It is assumed on the profile's session, and cached as the CLI caches it."""
    settled(home, aws)
    for _ in range(2):
        result = home.run("mfa", "credential-process", "--profile", "admin")
        assert result.returncode == 0, result.output
        answer = json.loads(result.stdout)
        assert answer["AccessKeyId"] != session_in(home)["aws_access_key_id"]
    assert sum(call.action == "AssumeRole" for call in aws.calls) == 1
    end = datetime.fromisoformat(answer["Expiration"])
    assert end - datetime.now(timezone.utc) > timedelta(minutes=50)
    listed = home.run(
        "mfa", "exec", "--profile", "admin", "--", "aws", "sts", "get-caller-identity"
    )
    assert ":assumed-role/admin/" in listed.stdout, listed.output


@on_v2
def test_a_role_session_that_is_too_short(home: Home, aws: EmbeddedAws) -> None:
    """A cached one isn't used, and a new one that is shorter than requested is an error."""
    settled(home, aws, ROLES + "duration_seconds = 1800\n")
    result = home.run(
        "mfa", "exec", "--profile", "admin", "--min-remaining", "3000", "--", "echo", "ran"
    )
    assert (result.returncode, result.stdout) == (253, "")
    assert "raise duration_seconds in the profile (3600 at most)" in result.stderr


def test_a_credential_process_prompts_on_the_terminal(home: Home, aws: EmbeddedAws) -> None:
    """Whatever its streams are; its stdout has only the answer."""
    settle_managed(home, aws)
    script = "aws mfa credential-process --profile mfa < /dev/null > answer 2> said"
    terminal = Terminal(["/bin/sh", "-c", script], env=home.environment(), cwd=home.path)
    home.terminals.append(terminal)
    terminal.expect("Profile mfa needs an MFA session.")
    terminal.expect("(profile mfa): ")
    terminal.send_line(aws.fresh_code(serial_of(aws)))
    assert terminal.wait() == 0, terminal.text
    answer = json.loads((home.path / "answer").read_text())
    assert answer["SessionToken"] == session_in(home)["aws_session_token"]


@on_v2
def test_a_credential_process_cycle_is_an_error(home: Home, aws: EmbeddedAws, plugin: Path) -> None:
    """A profile whose own credential_process leads back to it, directly or by its source."""
    del plugin
    loop = f"{home.host.aws} mfa credential-process --profile"
    settle(
        home,
        aws,
        config=(
            f"[profile tf]\ncredential_process = {loop} tf\n"
            f"[profile base]\ncredential_process = {loop} far\n"
            f"[profile far]\nmfa_source_profile = base\nmfa_serial = {serial_of(aws)}\n"
        ),
    )
    near = home.run("mfa", "credential-process", "--profile", "tf")
    assert (near.returncode, near.stdout) == (253, "")
    assert "asks for the credentials of tf itself" in near.stderr
    far = home.run("mfa", "credential-process", "--profile", "far")
    assert (far.returncode, far.stdout) == (253, "")
    assert "asks for the credentials of far itself" in far.stderr


@on_v2
def test_concurrent_credential_processes_use_one_code(home: Home, aws: EmbeddedAws) -> None:
    """The first prompts, the others wait for its result."""
    settle_managed(home, aws, "mfa_process = ./code\n")
    script = home.path / "code"
    script.write_text(f"#!/bin/sh\necho {aws.fresh_code(serial_of(aws))}\n")
    script.chmod(stat.S_IRWXU)
    started = [home.start("mfa", "credential-process", "--profile", "mfa") for _ in range(6)]
    answers = [process.communicate(timeout=120) for process in started]
    assert len({json.loads(out)["SessionToken"] for out, _ in answers}) == 1
    assert codes_used(aws) == 1


def test_the_session_of_a_profile_with_its_own_keys(home: Home, aws: EmbeddedAws) -> None:
    """It is printed from the CLI's cache."""
    managed = f"[profile work]\nmfa_session = on\nmfa_serial = {serial_of(aws)}\n"
    settle(home, aws, config=managed)
    home.write_credentials(keys_of(aws, "ada", "work"))
    code = {"AWS_MFA_TOKEN_CODE": aws.fresh_code(serial_of(aws))}
    result = home.run("mfa", "credential-process", "--profile", "work", env=code)
    assert result.returncode == 0, result.output
    assert json.loads(result.stdout)["AccessKeyId"].startswith("ASIA")
    assert "ASIA" not in home.credentials.read_text()
